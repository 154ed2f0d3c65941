// SPDX-License-Identifier: Apache-2.0
// Frames a second of extraction straight from a video, whole face 512.
//   bench_extract [VIDEO]     without one: actor_b of the folder that UNDERSTUDY_MEDIA names (default ../shared/media)

#include <cstdlib>

#include "bench/report.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/base/system.hpp"
#include "steps/2_extract/extract.hpp"

int main(int argc, char** argv) {
  using namespace understudy;
  const char* media = std::getenv("UNDERSTUDY_MEDIA");
  const fs::path video = argc > 1 ? fs::path(argv[1]) : fs::path(media ? media : "../shared/media") / "actor_b.mp4";
  std::error_code error;
  if (!fs::exists(video, error)) {
    std::fprintf(stderr, "bench_extract: no %s; name a video\n", video.c_str());
    return 0;
  }
  const ScratchFolder scratch;
  const fs::path& folder = scratch.path;
  Run run;
  const auto report = extract({}, {video, folder / "aligned", folder / "debug", folder / "journal.jsonl"}, run);
  if (!report) {
    std::fprintf(stderr, "bench_extract: %s\n", to_sentence(report.error()).c_str());
    return 1;
  }
  print_result("extract_wf512_frames", static_cast<double>(report->frames) / report->seconds, "frames/s");
  print_result("extract_wf512_faces", static_cast<double>(report->faces), "faces");
  print_result("extract_wf512_peak_memory", static_cast<double>(memory_peak()) / (1 << 30), "GiB");
}
