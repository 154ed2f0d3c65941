// SPDX-License-Identifier: Apache-2.0
// Frames a second of detection and landmarks alone, as the first pass of extraction does it: frames in memory, networks
// loaded, one thread per processor.   bench_detect VIDEO [THREADS]
#include <atomic>
#include <thread>

#include "bench/report.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/detect/tracks/follower.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/2_extract/frame_queue.hpp"

int main(int argc, char** argv) {
  using namespace understudy;
  if (argc < 2) {
    std::fprintf(stderr, "bench_detect VIDEO [THREADS]\n");
    return 2;
  }
  auto source = media::FrameSource::open(argv[1]);
  const int threads = argc > 2 ? std::atoi(argv[2]) : static_cast<int>(cpu_threads());
  const auto finder = FaceFinder::load(threads);
  if (!source || !finder) {
    std::fprintf(stderr, "bench_detect: %s\n", to_sentence(source ? finder.error() : source.error()).c_str());
    return 1;
  }
  std::vector<ImageU8> frames;
  for (std::int64_t i = 0; i < source->count(); ++i) {
    auto frame = source->at(i);
    if (!frame) continue;
    frames.push_back(std::move(frame->bgr));
  }
  const auto block = static_cast<std::size_t>(frames_in_block(frames.at(0).width, frames[0].height));
  std::atomic<std::size_t> next = 0, found = 0;
  const auto work = [&](FaceFinder own) {
    for (std::size_t first; (first = next.fetch_add(block)) < frames.size();) {
      Follower follower(own);
      for (std::size_t i = first; i < std::min(frames.size(), first + block); ++i) {
        const auto seen = follower.next(frames[i]);
        if (seen && !seen->faces.empty()) ++found;
      }
    }
  };
  double seconds = 0;
  for (int round = 0; round < 2; ++round) {  // the first one warms up
    next = found = 0;
    const Stopwatch watch;
    {
      std::vector<std::jthread> crew;
      for (int i = 0; i < threads; ++i) crew.emplace_back(work, finder->share());
    }
    seconds = watch.seconds();
  }
  print_result("detect_frames", static_cast<double>(frames.size()) / seconds, "frames/s");
  print_result("detect_found", static_cast<double>(found) / static_cast<double>(frames.size()), "of the frames");
}
