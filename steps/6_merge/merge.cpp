// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/merge.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/jobs/each.hpp"
#include "steps/6_merge/colour_windows.hpp"
#include "steps/6_merge/earlier_frames.hpp"
#include "steps/6_merge/faults.hpp"
#include "steps/6_merge/frame_feed.hpp"
#include "steps/6_merge/sample.hpp"

namespace understudy {
namespace {

using nlohmann::json;

class Merger {
 public:
  Merger(const PreparedMerge& work, EarlierFrames& results, bool deep)
      : work_(work), results_(results), windows_(work, deep) {}

  template <class T>
  Result<> merge_one(const media::FrameOf<T>& frame) {
    TRY(const auto colours, windows_.of_frame(frame.index));
    TRY(const auto merged, work_.models.merge(frame.bgr, work_.plans[static_cast<std::size_t>(frame.index)], colours));
    TRY(Bytes picture, encode_png(merged.image_bgr, {.xmp = composite_marking_xmp}));
    if (colours.plate) picture = with_colours(picture, work_.source.deep_png_colours().value());
    TRY(const Bytes mask, encode_png(merged.mask, {.xmp = composite_marking_xmp}));
    return results_.write(frame.index, picture, mask);
  }

 private:
  const PreparedMerge& work_;
  EarlierFrames& results_;
  ColourWindows windows_;
};

template <class T>
Result<> merge_frames(PreparedMerge& work, Merger& merger, const std::vector<bool>& skip, int threads,
                      MergeReport& report, Run& run) {
  FrameFeed<T> feed(work, skip);
  const auto to_do = static_cast<std::uint64_t>(std::ranges::count(skip, false));
  const auto before = static_cast<std::uint64_t>(report.done_before);
  std::atomic<std::uint64_t> finished = before;
  std::atomic<std::int64_t> rendered = 0;
  const auto done = for_each_index(to_do, threads, run, "", [&](std::size_t, unsigned) -> Result<> {
    TRY(const auto taken, feed.next(report, run));
    const auto& [index, frame] = taken;
    if (frame) {
      TRY_VOID(merger.merge_one(*frame));
      ++rendered;
    }
    run.progress(++finished, before + to_do, "frames");
    return {};
  });
  report.rendered = rendered;
  return done;
}

}  // namespace

std::string to_json_text(const MergeReport& r) {
  json numbers = json::array();
  for (const auto frame : r.sample_frames) numbers.push_back(frame + 1);  // as they are named
  return json_text(json{{"frames", r.frames},
                        {"done_before", r.done_before},
                        {"rendered", r.rendered},
                        {"without_face", r.without_face},
                        {"unreadable", r.unreadable},
                        {"without_metadata", r.without_metadata},
                        {"foreign", r.foreign},
                        {"set_aside", r.set_aside},
                        {"backup", path_text(r.backup)},
                        {"model_iteration", r.model_iteration},
                        {"sample", r.sample},
                        {"sample_frames", numbers},
                        {"network_runs", r.network_runs},
                        {"predictions_kept", r.predictions_kept},
                        {"checked", r.checked},
                        {"with_reasons", r.with_reasons},
                        {"fallbacks", r.fallbacks},
                        {"seconds", r.seconds}});
}

// Which frames are not to be made: they are there already and current, or were not asked for. From here on the folders
// of results are ours to change.
static Result<std::vector<bool>> frames_to_skip(const MergePaths& paths, const PreparedMerge& work, bool deep,
                                                EarlierFrames& results, MergeReport& report, Run& run) {
  const auto before = [&](std::int64_t index) { return results.before(work.source.name(index)); };
  TRY(const auto ingredients, Ingredients::of(paths, work, deep ? look_of_deep + work.plate.has_value() : 0, before));
  TRY_VOID(results.settle(ingredients, work));
  report.set_aside = static_cast<std::int64_t>(results.set_aside());
  report.backup = results.backup();
  report.foreign = results.foreign();
  if (!report.foreign.empty())
    run.note(fmt::format("{} pictures in {} bear no frame's name and were not made here: they stay ({})",
                         report.foreign.size(), paths.merged.string(), some_of(report.foreign)));
  std::vector<bool> skip;
  for (std::int64_t i = 0; i < work.source.count(); ++i) {
    skip.push_back(results.current(i) || !work.wanted[static_cast<std::size_t>(i)]);
    report.done_before += results.current(i);
  }
  return skip;
}

static Result<> sample(const MergeOptions& options, const MergePaths& paths, PreparedMerge& work, MergeReport& report,
                       Run& run) {
  run.stage("sample");
  auto faces = sample_faces(work.timeline, work.plans, work.wanted);
  TRY_VOID(add_worries(work, paths.aligned, options.threads, run, faces));
  const auto frames = sample_frames(faces, static_cast<std::size_t>(options.sample));
  if (frames.empty())
    return fail_with_hint(Code::no_faces, "None of these frames has a face to be replaced", "Ask for other --frames.");
  report.sample = path_text(paths.sample);
  report.sample_frames = frames;
  report.rendered = static_cast<std::int64_t>(frames.size());
  return write_sample(paths.sample, work, faces, frames, run);
}

static Result<> merge_all(const MergeOptions& options, const MergePaths& paths, PreparedMerge& work,
                          MergeReport& report, Run& run) {
  TRY(const auto lock, lock_folder(paths.merged));
  TRY(const auto mask_lock, lock_folder(paths.merged_mask));
  TRY(auto results, EarlierFrames::open(paths, run));
  const bool deep = options.bit_depth == PictureDepth::sixteen;
  TRY(const auto skip, frames_to_skip(paths, work, deep, results, report, run));
  Merger merger(work, results, deep);
  run.stage("merge");
  return deep ? merge_frames<std::uint16_t>(work, merger, skip, options.threads, report, run)
              : merge_frames<std::uint8_t>(work, merger, skip, options.threads, report, run);
}

Result<MergeReport> merge(const MergeOptions& options, const SettingValues& clip_wide, const MergePaths& paths,
                          Run& run) {
  const Stopwatch watch;
  MergeReport report;
  const bool own_colours = options.sample == 0 && options.bit_depth == PictureDepth::sixteen;
  TRY(auto work, prepare_merge(options, clip_wide, paths, own_colours, report, run));
  if (options.sample > 0)
    TRY_VOID(sample(options, paths, work, report, run));
  else
    TRY_VOID(merge_all(options, paths, work, report, run));
  report.network_runs = work.models.network_runs();
  report.predictions_kept = work.models.predictions_kept();
  report.seconds = watch.seconds();
  return report;
}

}  // namespace understudy
