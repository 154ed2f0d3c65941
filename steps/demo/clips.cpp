// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/media/write_video.hpp"
#include "lib/project/workspace.hpp"
#include "steps/demo/demo.hpp"
#include "steps/demo/voice.hpp"

namespace understudy::demo {

namespace {

// Raise when the pictures change, so that clips of an older version are drawn anew.
constexpr int scene_version = 2;

std::string label_of(const DemoOptions& options) {
  return json_text(nlohmann::json{{"made_by", "understudy demo"},
                                  {"scene", scene_version},
                                  {"size", options.size},
                                  {"frames", options.frames},
                                  {"rate", options.rate}});
}

Result<> check_options(const DemoOptions& options) {
  if (options.size < 64 || options.size > 2048 || options.size % 2 != 0)
    return fail(Code::bad_option, "The demo's size is {}; it must be even and from 64 to 2048", options.size);
  if (options.rate < 1 || options.frames < 2 || options.frames > synthetic::demo_seconds * options.rate)
    return fail(Code::bad_option, "The demo's clips have {} frames; at {} a second they can have 2 to {}",
                options.frames, options.rate, synthetic::demo_seconds * options.rate);
  return {};
}

Result<> refuse(const fs::path& what) {
  return fail_with_hint(Code::bad_option, fmt::format("{} was not made by the demo", what.string()),
                        "Give the demo a folder of its own with -w.");
}

Result<> none_in(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().filename() != ".understudy") return refuse(it->path());
  return {};
}

// In a folder that no demo was in yet there must be nothing that the whole way would work on or write over.
Result<> check_new(const Workspace& workspace) {
  for (const Side side : {Side::src, Side::dst}) {
    if (const auto video = workspace.video(side)) return refuse(*video);
    const auto frames = frame_files(workspace.frames(side)).value_or(FrameFiles());
    if (!frames.pictures.empty()) return refuse(frames.pictures[0]);
    if (!frames.others.empty()) return refuse(workspace.frames(side) / frames.others[0]);
    TRY_VOID(none_in(workspace.aligned(side)));
  }
  for (const auto& folder : {workspace.model(), workspace.merged(), workspace.merged_mask()}) TRY_VOID(none_in(folder));
  return {};
}

// In the demo's own, the clips and frames that it would work on must be the demo's; a clip may be missing.
Result<> check_own(const Workspace& workspace, Side side, const fs::path& clip) {
  TRY(const auto made, MadeFiles::open(workspace.root));
  if (const auto video = workspace.video(side); video && (*video != clip || !made.ours(clip.filename())))
    return refuse(*video);
  if (is_there(clip) && !made.ours(clip.filename())) return refuse(clip);
  const auto frames = frame_files(workspace.frames(side)).value_or(FrameFiles());
  if (frames.pictures.empty()) return {};
  TRY(const auto made_frames, MadeFiles::open(workspace.frames(side)));
  for (const auto& picture : frames.pictures)
    if (!made_frames.ours(picture.filename())) return refuse(picture);
  return {};
}

// Leaves clips of the same label, removes those of another, refuses a folder with anything that is not the demo's.
Result<> claim(const Workspace& workspace, const DemoClips& clips, const std::string& label) {
  const fs::path note = workspace.state() / "demo.json";
  if (!is_there(note)) {
    TRY_VOID(check_new(workspace));
    return write_text(note, label);
  }
  TRY_VOID(check_own(workspace, Side::src, clips.src));
  TRY_VOID(check_own(workspace, Side::dst, clips.dst));
  TRY(const std::string before, read_text(note, 1 << 16));
  if (before == label) return {};
  for (const fs::path& clip : {clips.src, clips.dst}) {
    std::error_code failed;
    fs::remove(clip, failed);
    if (failed) return io_failure("remove", clip, failed.value());
  }
  return write_text(note, label);
}

// Draws a take a few frames ahead of the writer, on all processors.
class Take {
 public:
  Take(const synthetic::Identity& who, synthetic::Performance (*play)(double), const DemoOptions& options)
      : actor_(who, synthetic::detail_for({options.size, options.size})), play_(play), options_(options) {}

  Result<std::optional<media::TimedImage>> next(Run& run) {
    if (run.stopping()) return Run::cancelled();
    if (ready_.empty()) TRY_VOID(draw_some());
    if (ready_.empty()) return std::nullopt;
    media::TimedImage image{std::move(ready_.front()), given_++};
    ready_.pop_front();
    return image;
  }

 private:
  Result<> draw_some() {
    constexpr int batch = 16;
    std::vector<synthetic::Performance> plays;
    for (int i = 0; i < batch && drawn_ < options_.frames; ++i)
      plays.push_back(play_(static_cast<double>(drawn_++) / options_.rate));
    return synthetic::render_take(actor_, plays, {options_.size, options_.size, 2},
                                  [&](std::size_t, synthetic::Rendered&& picture) {
                                    ready_.push_back(std::move(picture.frame_bgr));
                                    return true;
                                  });
  }

  synthetic::Actor actor_;
  synthetic::Performance (*play_)(double);
  DemoOptions options_;
  std::deque<ImageU8> ready_;
  int drawn_ = 0;
  std::int64_t given_ = 0;
};

// A clip that is there is the demo's: drawing takes minutes, in which somebody may have put a film of that name there.
Result<bool> is_drawn(const fs::path& clip) {
  if (!is_there(clip)) return false;
  TRY(const auto made, MadeFiles::open(clip.parent_path()));
  if (!made.ours(clip.filename())) TRY_VOID(refuse(clip));
  return true;
}

Result<> write_clip(const fs::path& path, Take take, const DemoOptions& options, const fs::path& sound, int before,
                    Run& run) {
  media::VideoOptions video;
  video.time_base = {1, options.rate};
  video.frame_rate = {options.rate, 1};
  video.crf = 12;
  video.preset = "fast";
  video.sound_from = sound;
  video.synthetic = false;  // drawn by a program, not by a trained model
  video.comment = "A person who does not exist, drawn by understudy";
  const auto total = static_cast<std::uint64_t>(options.frames) * 2;
  auto done = static_cast<std::uint64_t>(before);
  // Its name comes with the entry in the list: a kill between would leave a clip that nobody knows to be the demo's.
  const auto drawn = Workspace{path.parent_path()}.state() / ("demo-" + path.filename().string());
  TRY(const auto written, media::write_video(drawn, video, [&]() -> Result<std::optional<media::TimedImage>> {
        auto image = take.next(run);
        if (image && *image) run.progress(++done, total, "frames");
        return image;
      }));
  if (written.frames != options.frames)
    return fail(Code::internal, "{} has {} frames instead of {}", path.string(), written.frames, options.frames);
  TRY_VOID(is_drawn(path));
  TRY(auto made, MadeFiles::open(path.parent_path()));
  TRY_VOID(made.take_in(drawn, path.filename()));
  run.saved(path.string(), "clip");
  return {};
}

}  // namespace

Result<DemoClips> render_demo_clips(const fs::path& folder, const DemoOptions& options, Run& run) {
  const Stopwatch watch;
  TRY_VOID(check_options(options));
  TRY(const Workspace workspace, create_workspace(folder));
  DemoClips clips{workspace.root / "data_src.mp4", workspace.root / "data_dst.mp4"};
  TRY(const auto lock, lock_file(clips.src));
  TRY_VOID(claim(workspace, clips, label_of(options)));
  run.stage("drawing two people who do not exist");
  TRY(const bool src_there, is_drawn(clips.src));
  if (!src_there) {
    TRY_VOID(write_clip(clips.src, {synthetic::demo_identity_a(), synthetic::demo_performance_src, options}, options,
                        {}, 0, run));
    clips.rendered += options.frames;
  }
  TRY(const bool dst_there, is_drawn(clips.dst));
  if (!dst_there) {
    const fs::path voice = workspace.state() / "demo_voice.wav";
    TRY_VOID(write_file(voice, voice_wav(static_cast<double>(options.frames) / options.rate)));
    TRY_VOID(write_clip(clips.dst, {synthetic::demo_identity_b(), synthetic::demo_performance_dst, options}, options,
                        voice, options.frames, run));
    clips.rendered += options.frames;
  }
  clips.seconds = watch.seconds();
  return clips;
}

}  // namespace understudy::demo
