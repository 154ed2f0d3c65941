// SPDX-License-Identifier: Apache-2.0
// Two clips of actors and the truth of the swap between them, for bench/quality.py.
// usage: bench_quality_clips FOLDER PAIR [FRAMES [SIZE]]
// PAIR is ada_bo (the demo's two people and takes) or a number, from which two other people are drawn who play the same
// takes. Writes FOLDER/data_src.mp4, FOLDER/data_dst.mp4 and FOLDER/truth/00001.png and on.
#include <cstdio>
#include <cstdlib>

#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/write_video.hpp"

namespace understudy {
namespace {

using Take = synthetic::Performance (*)(double);
constexpr int rate = 30;

std::vector<ImageU8> drawn(const synthetic::Identity& who, Take take, int frames, int size) {
  const synthetic::RenderOptions options{size, size, 2};
  const synthetic::Actor actor(who, synthetic::detail_for(options));
  std::vector<synthetic::Performance> plays;
  for (int i = 0; i < frames; ++i) plays.push_back(take(static_cast<double>(i) / rate));
  std::vector<ImageU8> out;
  const auto rendered = synthetic::render_take(actor, plays, options, [&](std::size_t, synthetic::Rendered&& picture) {
    out.push_back(std::move(picture.frame_bgr));
    return true;
  });
  check(rendered.has_value(), "the clips can be drawn");
  return out;
}

Result<> write_clip(const fs::path& path, const std::vector<ImageU8>& frames) {
  media::VideoOptions video;
  video.time_base = {1, rate};
  video.frame_rate = {rate, 1};
  video.crf = 12;
  video.preset = "fast";
  video.synthetic = false;  // drawn by a program, not by a trained model
  std::int64_t next = 0;
  TRY_VOID(media::write_video(path, video, [&]() -> Result<std::optional<media::TimedImage>> {
    if (next == static_cast<std::int64_t>(frames.size())) return std::nullopt;
    const std::int64_t i = next++;
    return media::TimedImage{frames[static_cast<std::size_t>(i)], i};
  }));
  return {};
}

Result<> make(const fs::path& folder, const std::string& pair, int frames, int size) {
  const bool demo = pair == "ada_bo";
  const auto seed = static_cast<std::uint32_t>(std::atoi(pair.c_str()));
  if (!demo && seed == 0) return fail(Code::bad_option, "The pair is ada_bo or a number from 1 on, not '{}'", pair);
  const auto src = demo ? synthetic::demo_identity_a() : synthetic::random_identity(2 * seed - 1);
  const auto dst = demo ? synthetic::demo_identity_b() : synthetic::random_identity(2 * seed);
  TRY_VOID(write_clip(folder / "data_src.mp4", drawn(src, synthetic::demo_performance_src, frames, size)));
  TRY_VOID(write_clip(folder / "data_dst.mp4", drawn(dst, synthetic::demo_performance_dst, frames, size)));
  const auto truth = drawn(src, synthetic::demo_performance_dst, frames, size);
  for (std::size_t i = 0; i < truth.size(); ++i)
    TRY_VOID(write_image(folder / "truth" / media::frame_name(static_cast<std::int64_t>(i), frames), truth[i]));
  return {};
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_quality_clips FOLDER PAIR [FRAMES [SIZE]]\n");
    return 2;
  }
  const int frames = argc > 3 ? std::atoi(argv[3]) : 150, size = argc > 4 ? std::atoi(argv[4]) : 400;
  const auto made = understudy::make(argv[1], argv[2], frames, size);
  if (!made) std::fprintf(stderr, "%s\n", understudy::to_sentence(made.error()).c_str());
  return made ? 0 : 1;
}
