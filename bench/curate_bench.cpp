// SPDX-License-Identifier: Apache-2.0
// Seconds that the catalogue and every sort take on faces of drawn people.
//   bench_curate [FACES [SIZE [WORKSPACE [COPIES]]]]     2000 faces of 512 pixels in a temporary folder, each once
// With a WORKSPACE the faces are kept there and found again by the next run; COPIES hard-links each that many times.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "bench/report.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/warp.hpp"
#include "lib/jobs/each.hpp"
#include "steps/3_curate/apply.hpp"

namespace {
using namespace understudy;

void must(const Result<>& result) {
  if (result) return;
  std::fprintf(stderr, "bench_curate: %s\n", to_sentence(result.error()).c_str());
  std::exit(1);
}
template <class T>
T must(Result<T> result) {
  if (!result) must(Result<>(Failure(result.error())));
  return *std::move(result);
}

// Pictures of some people, which many faces are made of.
std::vector<synthetic::Rendered> draw_people(int people, int poses) {
  std::vector<synthetic::Rendered> all;
  for (int p = 0; p < people; ++p) {
    const synthetic::Actor actor(synthetic::random_identity(static_cast<std::uint32_t>(p)));
    std::vector<synthetic::Performance> plays;
    for (int k = 0; k < poses; ++k)
      plays.push_back(synthetic::demo_performance_src(synthetic::demo_seconds * k / poses));
    must(synthetic::render_take(actor, plays, {400, 400, 1}, [&](std::size_t, synthetic::Rendered&& picture) {
      all.push_back(std::move(picture));
      return true;
    }));
  }
  return all;
}

// Like a clip: the head and the light wander slowly from face to face, the camera's noise is new each time.
Face face_of(const synthetic::Rendered& picture, std::size_t number, int size) {
  const double t = static_cast<double>(number) * 0.02;
  Landmarks68 landmarks = picture.landmarks;
  for (auto& p : landmarks) p = p + Point{4 * std::sin(t), 4 * std::sin(1.7 * t + 1)};
  Face face;
  FaceInfo& info = face.info;
  info.face_type = FaceType::whole;
  info.image_to_face_mat = face_matrix(landmarks, size, info.face_type, 1 + 0.05 * std::sin(0.6 * t));
  info.landmarks = transformed(landmarks, *info.image_to_face_mat);
  info.source_landmarks = landmarks;
  info.source_rect = rect_from_landmarks(landmarks);
  info.source_filename = fmt::format("{:06}.png", number);
  face.image_bgr = warp(picture.frame_bgr, *info.image_to_face_mat, size, size, Interpolation::cubic);
  const double gain = 1 + 0.15 * std::sin(0.37 * t);
  std::uint32_t state = static_cast<std::uint32_t>(number) * 2654435761u + 1;
  for (auto& v : face.image_bgr.data) {
    state = state * 1664525u + 1013904223u;
    v = static_cast<std::uint8_t>(std::clamp(v * gain + static_cast<double>(state >> 30) - 1.5, 0.0, 255.0));
  }
  return face;
}

void make_faces(const fs::path& folder, std::size_t count, int size, int copies, Run& run) {
  const auto there = image_files(folder);
  if (there && there->size() == count * static_cast<std::size_t>(copies)) return;
  std::fprintf(stderr, "bench_curate: drawing %zu faces\n", count);
  const auto pictures = draw_people(8, 40);
  must(for_each_index(count, 0, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
    // Forty faces in a row are of one picture, then comes the next.
    const Face face = face_of(pictures[i / 40 % pictures.size()], i, size);
    const auto path = folder / fmt::format("{:06}_0.jpg", i);
    TRY_VOID(write_face_jpeg(path, face.image_bgr, 90, face.info));
    std::error_code ignored;
    for (int k = 1; k < copies; ++k) fs::create_hard_link(path, folder / fmt::format("{:06}_{}.jpg", i, k), ignored);
    return {};
  }));
}

void time_sorts(Catalogue& catalogue, const std::vector<CatalogueEntry>& entries, Run& run) {
  for (std::size_t m = 0; m < Names<SortMethod>::all.size(); ++m) {
    SortOptions options;
    options.by = static_cast<SortMethod>(m);
    const char* only = std::getenv("UNDERSTUDY_BENCH_SORT");
    if (options.by == SortMethod::identity || (only && std::string(only) != Names<SortMethod>::all[m])) continue;
    const Stopwatch watch;
    must(order_faces({catalogue, entries, options, run}));
    print_result(fmt::format("sort_{}", Names<SortMethod>::all[m]), watch.seconds(), "s");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000;
  const int size = argc > 2 ? std::atoi(argv[2]) : 512, copies = argc > 4 ? std::max(1, std::atoi(argv[4])) : 1;
  const bool keep = argc > 3;
  const fs::path root =
      keep ? fs::absolute(argv[3]) : fs::temp_directory_path() / fmt::format("understudy-bench-{}", ::getpid());
  const fs::path folder = root / "data_src" / "aligned";
  keep_freed_memory();
  Run run;
  make_faces(folder, count, size, copies, run);
  {
    Stopwatch watch;
    auto catalogue = must(Catalogue::open(root / ".understudy" / "catalogue.db", root, run));
    auto entries = must(catalogue.sync(folder, 0, run));
    print_result("catalogue_faces", static_cast<double>(entries.size()), "faces");
    print_result("catalogue_measured", static_cast<double>(catalogue.report().measured), "faces");
    print_result("catalogue", watch.seconds(), "s");
    print_result("catalogue_peak_memory", static_cast<double>(memory_peak()) / (1 << 30), "GiB");
    watch.lap();
    entries = must(catalogue.sync(folder, 0, run));
    print_result("catalogue_again", watch.seconds(), "s");
    time_sorts(catalogue, entries, run);
    SortOptions by_blur;
    by_blur.by = SortMethod::blur;
    const auto order = must(order_faces({catalogue, entries, by_blur, run}));
    watch.lap();
    must(apply_changes(folder, "bench", changes_of(folder, entries, order)));
    print_result("rename", watch.seconds(), "s");
    watch.lap();
    entries = must(catalogue.sync(folder, 0, run));
    print_result("catalogue_after_rename", watch.seconds(), "s");
    watch.lap();
    must(undo_last_change(folder));
    print_result("undo", watch.seconds(), "s");
    print_result("peak_memory", static_cast<double>(memory_peak()) / (1 << 30), "GiB");
  }
  std::error_code ignored;
  if (!keep) fs::remove_all(root, ignored);
}
