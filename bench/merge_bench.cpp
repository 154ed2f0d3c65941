// SPDX-License-Identifier: Apache-2.0
// The compositor on one core, without network and files: a 1080p frame with one face, the prediction given, 128 pixels.
//   bench_merge [ROUNDS [PART]] milliseconds a frame for each mode and colour transfer, by the clock (median) and of
//   the
//                             processor (mean); and what a frame takes whose prediction is kept on disk (p95)
// A large face fills 2/5 of the frame's height from brows to chin, a usual one 1/5.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "bench/report.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/filter.hpp"
#include "steps/6_merge/compose.hpp"
#include "steps/6_merge/prediction_cache.hpp"

namespace understudy {
namespace {

constexpr int resolution = 128;

struct Scene {
  const char* name;
  ImageU8 frame;
  MergeFace face;
};

Scene scene_of(const char* name, double size) {
  auto play = synthetic::demo_performance_dst(1.5);
  play.size = size;
  auto drawn = synthetic::render(synthetic::demo_identity_b(), play, {1920, 1080, 1});
  return {name, std::move(drawn.frame_bgr), {drawn.landmarks, {12, 20}, {}}};
}

// A prediction as a network gives it: a soft, brighter copy of the face with two round masks.
Prediction prediction_of(const ImageF& face) {
  Prediction made{gaussian_blur(face, 5), ImageF(resolution, resolution, 1), ImageF(resolution, resolution, 1)};
  for (auto& v : made.face_bgr.data) v = std::min(1.0f, v * 1.1f + 0.02f);
  for (int y = 0; y < resolution; ++y) {
    for (int x = 0; x < resolution; ++x) {
      const double dx = (x - 63.5) / 44, dy = (y - 66.0) / 54;
      const auto inside = [&](double edge) {
        return static_cast<float>(std::clamp((edge - dx * dx - dy * dy) * 8, 0.0, 1.0));
      };
      made.mask_prd.at(x, y) = inside(1);
      made.mask_dst.at(x, y) = inside(1.05);
    }
  }
  return made;
}

MergeModel model_of(const Scene& scene) {
  MergeModel model;
  model.resolution = resolution;
  ImageF asked;
  model.predict = [&asked](const ImageF& face) -> Result<Prediction> {
    asked = face;
    return prediction_of(face);
  };
  static_cast<void>(merge_frame(scene.frame, {&scene.face, 1}, {}, model));
  model.predict = [given = prediction_of(asked)](const ImageF&) -> Result<Prediction> { return given; };
  return model;
}

struct Taken {
  double wall = 0, cpu = 0, p95 = 0;  // milliseconds a frame
};
template <class Work>
Taken timed(int rounds, const Work& work) {
  work();
  std::vector<double> walls;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < rounds; ++i) {
    const Stopwatch watch;
    work();
    walls.push_back(1000 * watch.seconds());
  }
  const double cpu = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / rounds;
  std::ranges::sort(walls);
  return {walls[walls.size() / 2], cpu, walls[walls.size() * 95 / 100]};
}

std::string wanted_part;  // of the names that are timed

bool wanted(const std::string& name) { return name.find(wanted_part) != std::string::npos; }

void report(const std::string& name, const Taken& taken) {
  print_result(name, taken.wall, "ms/frame");
  print_result(name + ".cpu", taken.cpu, "ms/frame");
}

void time_modes(const Scene& scene, int rounds) {
  const MergeModel model = model_of(scene);
  struct Case {
    const char* name;
    MergeMode mode;
    ColourTransfer transfer;
  };
  const Case cases[] = {{"overlay_rct", MergeMode::overlay, ColourTransfer::rct},
                        {"seamless_rct", MergeMode::seamless, ColourTransfer::rct},
                        {"overlay_idt", MergeMode::overlay, ColourTransfer::idt},
                        {"overlay_sot-m", MergeMode::overlay, ColourTransfer::sot_m},
                        {"overlay_mix-m", MergeMode::overlay, ColourTransfer::mix_m},
                        {"raw-rgb", MergeMode::raw_rgb, ColourTransfer::rct},
                        {"overlay_none", MergeMode::overlay, ColourTransfer::none},
                        {"hist-match", MergeMode::hist_match, ColourTransfer::rct}};
  for (const auto compat : {Compat::dfl, Compat::none}) {  // ours behind DeepFaceLab's, with ".own"
    for (const auto& one : cases) {
      const auto name = fmt::format("merge.{}.{}{}", scene.name, one.name, compat == Compat::dfl ? "" : ".own");
      if (!wanted(name)) continue;
      MergeSettings settings;
      settings.mode = one.mode;
      settings.colour_transfer = one.transfer;
      settings.compat = compat;
      report(name, timed(rounds, [&] {
               check(merge_frame(scene.frame, {&scene.face, 1}, settings, model).has_value(), "merged");
             }));
    }
  }
  if (!wanted(std::string("merge.") + scene.name + ".overlay_rct_soft")) return;
  MergeSettings soft;
  soft.erode = 20, soft.blur = 60, soft.sharpen = Sharpen::gaussian, soft.blur_sharpen_amount = 5,
  soft.motion_blur_power = 50;
  report(std::string("merge.") + scene.name + ".overlay_rct_soft", timed(rounds, [&] {
           check(merge_frame(scene.frame, {&scene.face, 1}, soft, model).has_value(), "merged");
         }));
}

// All that a changed slider costs for one frame: the prediction from the disk, the merge, two PNGs.
void time_kept(const Scene& scene, int rounds) {
  if (!wanted(std::string("merge.") + scene.name + ".kept_to_png")) return;
  const ScratchFolder folder;
  PredictionCache cache(folder.path, std::uint64_t{1} << 30);
  MergeModel model = model_of(scene);
  model.predict = [&cache, inner = model.predict](const ImageF& face) -> Result<Prediction> {
    const auto key = PredictionCache::key_of(face, 1);
    if (auto kept = cache.find(key)) return Prediction{(*kept)[0], (*kept)[1], (*kept)[2]};
    TRY(auto made, inner(face));
    cache.keep(key, {made.face_bgr, made.mask_prd, made.mask_dst});
    return made;
  };
  const auto work = [&] {
    const auto merged = merge_frame(scene.frame, {&scene.face, 1}, {}, model);
    check(merged && encode_png(merged->image_bgr) && encode_png(merged->mask), "merged");
  };
  const auto taken = timed(rounds, work);
  report(std::string("merge.") + scene.name + ".kept_to_png", taken);
  print_result(std::string("merge.") + scene.name + ".kept_to_png.p95", taken.p95, "ms/frame");
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv) {
  understudy::set_image_threads(1);
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 20;
  if (argc > 2) understudy::wanted_part = argv[2];
  for (const auto& scene : {understudy::scene_of("large", 1), understudy::scene_of("usual", 0.5)}) {
    understudy::time_modes(scene, rounds);
    understudy::time_kept(scene, std::max(rounds, 20));
  }
  return 0;
}
