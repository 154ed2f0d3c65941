// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/check.hpp"

#include <algorithm>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/timeline/timeline_book.hpp"
#include "steps/6_merge/recipe.hpp"

namespace understudy {
namespace {

// Of our pictures what they were made of; of others, and of ours that were retouched, their content.
Result<MergedPicture> picture_of(const MadeFiles& made, const std::string& frame_name) {
  MergedPicture picture;
  const fs::path name = fs::path(frame_name).stem().string() + ".png";
  std::error_code error;
  picture.there = fs::exists(made.folder() / name, error);
  if (!picture.there) return picture;
  if (const auto made_of = made.made_of(name); made_of && !made_of->empty()) {
    const auto recipe = Recipe::read(*made_of);
    picture.fallback = !recipe.without_fallback.empty();
    picture.of = recipe.plain().text();
    return picture;
  }
  TRY(const Print print, print_of(made.folder() / name));
  picture.of = Recipe{"picture", print, {}}.text();
  return picture;
}

Result<CheckedClip> open_clip_to_check(const CheckOptions& options, const CheckPaths& paths) {
  TRY(auto source, media::FrameSource::open(paths.frames, {.own_colours = true}));  // they are asked about, not read
  TRY(const auto set, Faceset::open(paths.aligned));
  TRY(const auto alignments, read_alignments(set));
  TRY(auto timeline, read_timeline(paths.timelines, options.timeline));
  TRY(const auto made, MadeFiles::open(paths.merged));
  std::vector<std::string> stems;
  for (std::int64_t i = 0; i < source.count(); ++i) stems.push_back(fs::path(source.name(i)).stem().string());
  const auto faces = faces_by_frame(alignments, stems);
  std::vector<PlannedFrame> plans;
  std::vector<MergedPicture> pictures;
  for (std::int64_t i = 0; i < source.count(); ++i) {
    plans.push_back(planned(timeline, i, faces[static_cast<std::size_t>(i)], {}));
    TRY(auto picture, picture_of(made, source.name(i)));
    pictures.push_back(std::move(picture));
  }
  if (std::ranges::none_of(pictures, &MergedPicture::there)) {
    return fail_with_hint(Code::not_found, fmt::format("No frame is merged in {}", paths.merged.string()),
                          "Merge first: understudy merge");
  }
  return CheckedClip{std::move(source), std::move(timeline), std::move(plans), std::move(pictures), {}, {}};
}

Result<std::optional<Faceset>> open_src(const fs::path& folder, Run& run) {
  std::error_code error;
  if (fs::exists(folder, error)) {
    auto set = Faceset::open(folder);
    if (set) return std::optional(*std::move(set));
    if (set.error().code != Code::no_faces) return Failure(std::move(set).error());
  }
  run.note(fmt::format("There are no src faces in {}: turns and persons cannot be told", folder.string()));
  return std::optional<Faceset>();
}

// Takes over what is known of the pictures as they are; gives the frames that are still to be measured.
std::vector<std::int64_t> take_known(CheckedClip& clip, const CheckRecords& records) {
  std::vector<std::int64_t> due;
  for (std::int64_t i = 0; i < clip.source.count(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const MergedPicture& picture = clip.pictures[k];
    if (!picture.there || !largest_face(clip.plans[k])) continue;
    const MergedPicture* before = i > 0 && clip.facts[k - 1].shot == clip.facts[k].shot && clip.pictures[k - 1].there
                                      ? &clip.pictures[k - 1]
                                      : nullptr;
    const auto record = records.frames.find(clip.source.name(i));
    const bool known = record != records.frames.end() &&
                       take_over(record->second, picture.of, before ? before->of : "", clip.facts[k]);
    // The change from the frame before is missing where that was measured with another, or has come since.
    const bool change_known = !before || before->fallback || (known && same_recipe(record->second.before, before->of));
    if (!picture.fallback && !(known && change_known)) due.push_back(i);
  }
  return due;
}

void say(const CheckReport& report, const CheckedClip& clip, Run& run) {
  constexpr std::size_t most_shots = 20, most_frames = 5;
  run.note(fmt::format("{} of {} frames have reasons to look at them ({} measured, {} of them now)",
                       report.with_reasons, report.frames, report.measured, report.measured_now));
  if (report.without_picture > 0)
    run.note(fmt::format("{} frames with a face are not merged, so little is known of them", report.without_picture));
  const auto shots = worst_by_shot(clip);
  for (std::size_t s = 0; s < std::min(shots.size(), most_shots); ++s) {
    if (shots[s].empty()) continue;
    run.note(fmt::format("Shot {}, from frame {}: frames to look at: {}", s + 1, clip.timeline.shots[s].first + 1,
                         shots[s].size()));
    for (std::size_t k = 0; k < std::min(shots[s].size(), most_frames); ++k) {
      std::string text;
      for (const auto& reason : clip.judged[static_cast<std::size_t>(shots[s][k])].found)
        text += (text.empty() ? "" : ", ") + in_words(reason);
      run.note(fmt::format("  frame {}: {}", shots[s][k] + 1, text));
    }
  }
}

void count(CheckedClip& clip, CheckReport& report) {
  report.frames = clip.source.count();
  for (std::size_t i = 0; i < clip.facts.size(); ++i) {
    report.measured += clip.facts[i].measured;
    report.with_reasons += !clip.judged[i].found.empty();
    report.fallbacks += clip.pictures[i].fallback;
    report.without_picture += !clip.pictures[i].there && !clip.plans[i].faces.empty();
  }
}

}  // namespace

std::string in_words(const FoundReason& reason) {
  if (reason.reason == Reason::no_face) return fmt::format("no face in {:.0f} frames", reason.value);
  return fmt::format("{} {:.3g} (limit {:g})", name_of(reason.reason), reason.value, reason.limit);
}

std::vector<std::vector<std::int64_t>> worst_by_shot(const CheckedClip& clip) {
  std::vector<std::vector<std::int64_t>> shots(clip.timeline.shots.size());
  for (std::size_t i = 0; i < clip.judged.size(); ++i)
    if (!clip.judged[i].found.empty()) shots[clip.facts[i].shot].push_back(static_cast<std::int64_t>(i));
  for (auto& shot : shots)
    std::ranges::stable_sort(shot, std::greater<>(),
                             [&](std::int64_t i) { return clip.judged[static_cast<std::size_t>(i)].severity(); });
  return shots;
}

Result<CheckReport> check_merge(const CheckOptions& options, const CheckPaths& paths, Run& run) {
  const Stopwatch watch;
  run.stage("check");
  TRY_VOID(make_folders(paths.records.parent_path()));
  TRY(const auto lock, FileLock::take(fs::path(paths.records).replace_extension("lock"), paths.merged));
  TRY(auto clip, open_clip_to_check(options, paths));
  TRY(const auto src, open_src(paths.src_aligned, run));
  const SrcPoses poses = src ? SrcPoses(*src) : SrcPoses();
  clip.facts = facts_of(clip.timeline, clip.plans, poses);
  CheckRecords records = read_records(paths.records);
  const bool other_colours = clip.source.deep_tone_map() && !records.in_sdr;
  if (records.src != poses.content() || other_colours) records = {poses.content(), {}};
  const auto due = take_known(clip, records);
  if (!due.empty()) {
    const auto measured = measure_frames(clip, paths, due, options.threads, src, records, run);
    TRY_VOID(write_records(paths.records, records));
    TRY_VOID(measured);
  }
  const auto left = take_known(clip, records);
  clip.judged = judge_frames(clip.facts);
  CheckReport report;
  count(clip, report);
  report.measured_now = static_cast<std::int64_t>(due.size()) - static_cast<std::int64_t>(left.size());
  report.json = paths.output / "merge_check.json";
  report.csv = paths.output / "merge_check.csv";
  report.page = paths.output / "merge_check.png";
  if (options.sheet > 0) {
    report.sheet = paths.output / "merge_check_worst.png";
    TRY_VOID(write_check_sheet(report.sheet, clip, paths, options.sheet, run));
  }
  report.seconds = watch.seconds();
  TRY_VOID(write_check(report, clip, run));
  say(report, clip, run);
  report.text = report_text(report, clip);
  return report;
}

}  // namespace understudy
