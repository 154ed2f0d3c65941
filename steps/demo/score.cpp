// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <thread>

#include "lib/base/system.hpp"
#include "lib/image/convert.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/demo/demo.hpp"

namespace understudy::demo {

namespace {

// Where both faces are and nothing passes in front.
ImageU8 common_face(const synthetic::Rendered& a, const synthetic::Rendered& b) {
  ImageU8 mask = a.face_mask;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    mask.data[i] = std::min(mask.data[i], b.face_mask.data[i]);
    if (a.occluder_mask.data[i] > 0 || b.occluder_mask.data[i] > 0) mask.data[i] = 0;
  }
  return mask;
}

struct Compared {
  Likeness merged, original;
};

Compared compare(const DemoTruth& truth, int frame, const ImageU8& merged_bgr) {
  const auto swapped = truth.swapped(frame), original = truth.original(frame);
  const ImageU8 mask = common_face(swapped, original);
  return {likeness(merged_bgr, swapped.frame_bgr, mask), likeness(original.frame_bgr, swapped.frame_bgr, mask)};
}

void add(Likeness& sum, const Likeness& one, double share) {
  sum.psnr += one.psnr * share;
  sum.ssim += one.ssim * share;
  sum.pixels += one.pixels * share;
}

}  // namespace

DemoTruth::DemoTruth(const DemoOptions& options)
    : size_{options.size, options.size, 2},
      rate_(options.rate),
      ada_(synthetic::demo_identity_a(), synthetic::detail_for(size_)),
      bo_(synthetic::demo_identity_b(), synthetic::detail_for(size_)) {}

synthetic::Rendered DemoTruth::swapped(int frame) const {
  return ada_.render(synthetic::demo_performance_dst(static_cast<double>(frame) / rate_), size_);
}
synthetic::Rendered DemoTruth::original(int frame) const {
  return bo_.render(synthetic::demo_performance_dst(static_cast<double>(frame) / rate_), size_);
}

Result<DemoScore> score_demo(const fs::path& merged, const DemoOptions& options, Run& run, int samples) {
  const auto start = std::chrono::steady_clock::now();
  TRY(auto frames, media::FrameSource::open(merged));
  if (frames.count() != options.frames)
    return fail(Code::bad_file, "{} holds {} frames and the demo's clip has {}", merged.string(), frames.count(),
                options.frames);
  run.stage("comparing with the truth");
  const DemoTruth truth(options);
  samples = std::clamp(samples, 1, options.frames);
  const auto threads = static_cast<int>(cpu_threads());
  DemoScore score;
  std::vector<Compared> compared;
  for (int from = 0; from < samples; from += threads) {
    if (run.stopping()) return Run::cancelled();
    const int count = std::min(threads, samples - from);
    std::vector<ImageU8> pictures;
    std::vector<int> numbers;
    for (int i = 0; i < count; ++i) {
      // The middle of each of `samples` equal parts.
      numbers.push_back(
          static_cast<int>((static_cast<std::int64_t>(from + i) * 2 + 1) * options.frames / (2 * samples)));
      TRY(auto frame, frames.at(numbers.back()));
      if (frame.bgr.width != options.size || frame.bgr.height != options.size)
        return fail(Code::bad_file, "{} of {} is {}x{}; the demo's frames are {}x{}", frame.name, merged.string(),
                    frame.bgr.width, frame.bgr.height, options.size, options.size);
      pictures.push_back(normalise_channels(std::move(frame.bgr), 3));
    }
    std::vector<Compared> part(pictures.size());
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < part.size(); ++i)
      workers.emplace_back([&, i] { part[i] = compare(truth, numbers[i], pictures[i]); });
    workers.clear();
    compared.insert(compared.end(), part.begin(), part.end());
    run.progress(static_cast<std::uint64_t>(from + count), static_cast<std::uint64_t>(samples), "frames");
  }
  // A frame whose face is wholly covered tells nothing.
  std::erase_if(compared, [](const Compared& c) { return c.merged.pixels < 1; });
  for (const Compared& c : compared) {
    add(score.merged, c.merged, 1.0 / static_cast<double>(compared.size()));
    add(score.original, c.original, 1.0 / static_cast<double>(compared.size()));
  }
  score.frames = static_cast<int>(compared.size());
  score.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return score;
}

}  // namespace understudy::demo
