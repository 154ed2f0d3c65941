// SPDX-License-Identifier: Apache-2.0
// The sample pipeline without a network.
//   bench_samples modes [RESOLUTION]            milliseconds a sample for each colour transfer and augmentation, one
//   thread bench_samples make FOLDER COUNT             COUNT drawn faces of 512 pixels as files of their own, and as a
//   pack beside bench_samples open SRC DST [uniform]        seconds until the first batch, then seconds a batch; memory
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "bench/report.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/pak_write.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/draw.hpp"
#include "lib/training/sample_source.hpp"

namespace understudy {
namespace {

// A smooth, slightly noisy picture and landmarks turned by a yaw; number and seed tell faces apart.
Face drawn_face(int number, int size) {
  Face face;
  face.image_bgr = ImageU8(size, size, 3);
  CounterRandom random(7, 1, static_cast<std::uint64_t>(number));
  const double a = random.uniform(2, 9), b = random.uniform(2, 9), c = random.uniform(0, 6);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double v = 110 + 60 * std::sin(a * x / size + c) * std::cos(b * y / size) + 10 * random.uniform();
      for (int k = 0; k < 3; ++k) face.image_bgr.at(x, y, k) = static_cast<std::uint8_t>(v + 15 * k);
    }
  }
  const double turn = 0.35 * random.normal(), cs = std::cos(turn), sn = std::sin(turn);
  face.info.face_type = FaceType::whole;
  face.info.source_filename = fmt::format("{:06}.png", number);
  face.info.mesh = Mesh468{};
  for (std::size_t i = 0; i < 68; ++i) {
    const auto& p = model_points_3d[i];
    const double depth = 500 + p[2] * cs - p[0] * sn;
    face.info.landmarks[i] = {size * (0.5 + 1.3 * (p[0] * cs + p[2] * sn) / depth), size * (0.5 + 1.3 * p[1] / depth)};
  }
  face.info.source_landmarks = face.info.landmarks;
  return face;
}

int make_set(const fs::path& folder, int count) {
  constexpr int distinct = 300;
  std::vector<Bytes> pictures;
  for (int i = 0; i < distinct; ++i) pictures.push_back(*encode_jpeg(drawn_face(i, 512).image_bgr, {.quality = 90}));
  std::vector<PackInput> inputs;
  fs::create_directories(folder / "loose");
  for (int i = 0; i < count; ++i) {
    const Face face = drawn_face(i, 8);  // the landmarks scale; the picture is one of the large ones
    FaceInfo info = face.info;
    for (auto& p : info.landmarks) p = p * 64.0;
    const Bytes file = *with_face_info(pictures[static_cast<std::size_t>(i % distinct)], info);
    const std::string name = fmt::format("{:06}_0.jpg", i);
    // No fsync for each of them: this set is only measured.
    std::ofstream(folder / "loose" / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
    inputs.push_back({name, "", file});
  }
  return write_pak(folder / "packed" / "faceset.pak", inputs) ? 0 : 1;
}

void time_modes(int resolution) {
  const Face face = drawn_face(1, 512);
  const ImageU8 reference = drawn_face(2, 512).image_bgr;
  SampleRules rules;
  rules.resolution = resolution;
  rules.eyes_mouth = true;
  const int rounds = 20;
  const auto report = [&](const std::string& name, const std::function<void(int)>& work) {
    work(0);
    const Stopwatch watch;
    for (int i = 0; i < rounds; ++i) work(i);
    print_result(fmt::format("{}_{}", name, resolution), 1000 * watch.seconds() / rounds, "ms/sample");
  };
  const PreparedFace prepared = *prepare_face(face.image_bgr, face.info, rules);
  const Bytes file = *encode_jpeg(face.image_bgr);
  report("decode_512", [&](int) { static_cast<void>(*decode_image(file)); });
  report("prepare", [&](int) { static_cast<void>(*prepare_face(face.image_bgr, face.info, rules)); });
  const auto sample = [&](const std::string& name, const SampleRules& r) {
    report(name, [&](int i) {
      CounterRandom random(1, 2, static_cast<std::uint64_t>(i));
      make_sample(prepared, r, draw_sample(random, r), &reference);
    });
  };
  for (std::size_t i = 0; i < Names<SampleTransfer>::all.size(); ++i) {
    rules.transfer = static_cast<SampleTransfer>(i);
    sample(std::string("transfer_") + Names<SampleTransfer>::all[i], rules);
  }
  rules.transfer = SampleTransfer::none;
  SampleRules one = rules;
  one.augment = {.downscale = 1};
  sample("downscale", one);
  one.augment = {.blur = 1};
  sample("blur", one);
  one.augment = {.noise = 1};
  sample("noise", one);
  one.augment = {.jpeg = 1};
  sample("jpeg", one);
}

int time_open(const fs::path& src, const fs::path& dst, bool uniform) {
  SampleSettings settings;
  settings.src.uniform_yaw = settings.dst.uniform_yaw = uniform;
  settings.src.eyes_mouth = settings.dst.eyes_mouth = true;
  const Stopwatch watch;
  auto source = SampleSource::open(src, dst, settings);
  if (!source) {
    std::fprintf(stderr, "%s\n", to_sentence(source.error()).c_str());
    return 1;
  }
  print_result("faces", static_cast<double>((*source)->src_count() + (*source)->dst_count()), "");
  print_result("open", watch.seconds(), "s");
  static_cast<void>(*(*source)->batch(0));
  print_result("open_to_first_batch", watch.seconds(), "s");
  print_result("peak_memory_first_batch", static_cast<double>(memory_peak()) / (1 << 30), "GiB");
  const Stopwatch batch_watch;
  constexpr int batches = 100;
  for (int k = 1; k <= batches; ++k) static_cast<void>(*(*source)->batch(k));
  print_result("batch_of_4", batch_watch.seconds() / batches, "s");
  print_result("peak_memory_end", static_cast<double>(memory_peak()) / (1 << 30), "GiB");
  return 0;
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv) {
  using namespace understudy;
  const std::string what = argc > 1 ? argv[1] : "modes";
  if (what == "make" && argc > 3) return make_set(argv[2], std::atoi(argv[3]));
  set_image_threads(1);
  if (what == "open" && argc > 3) return time_open(argv[2], argv[3], argc > 4 && !std::strcmp(argv[4], "uniform"));
  time_modes(argc > 2 ? std::atoi(argv[2]) : 128);
  return 0;
}
