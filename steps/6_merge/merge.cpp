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
#include "lib/face/faceset.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/predict/file_predictor.hpp"
#include "lib/predict/raw_predictor.hpp"
#include "lib/training/net_predictor.hpp"
#include "steps/6_merge/earlier_frames.hpp"
#include "steps/6_merge/sample.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// What a run works on, once all is open.
struct Work {
  std::vector<PlannedFrame> plans;  // by frame
  std::vector<bool> wanted;         // by frame: those that were asked for
  Timeline timeline;
};

class Merger {
 public:
  Merger(const MergeModels& models, EarlierFrames& results) : models_(models), results_(results) {}

  Result<> merge_one(const media::Frame& frame, const PlannedFrame& plan) const {
    TRY(const auto merged, models_.merge(frame.bgr, plan));
    TRY(const Bytes picture, encode_png(merged.image_bgr, {.xmp = composite_marking_xmp}));
    TRY(const Bytes mask, encode_png(merged.mask, {.xmp = composite_marking_xmp}));
    return results_.write(frame.index, picture, mask);
  }

 private:
  const MergeModels& models_;
  EarlierFrames& results_;
};

// Reads frames in order on demand of several workers.
class FrameFeed {
 public:
  FrameFeed(media::FrameSource& source, const std::vector<bool>& skip) : source_(source), skip_(skip) {}
  // The next frame with its number; no frame when it cannot be read, which is told and noted.
  std::pair<std::int64_t, std::optional<media::Frame>> next(MergeReport& report, Run& run) {
    std::lock_guard lock(reading_);
    while (skip_[static_cast<std::size_t>(next_)]) ++next_;
    const std::int64_t index = next_++;
    auto read = source_.at(index);
    if (read) return {index, std::move(*read)};
    run.warn(to_sentence(read.error()));
    report.unreadable.push_back(source_.name(index));
    return {index, std::nullopt};
  }

 private:
  media::FrameSource& source_;
  const std::vector<bool>& skip_;
  std::mutex reading_;
  std::int64_t next_ = 0;
};

Result<> merge_frames(media::FrameSource& source, const Merger& merger, const std::vector<PlannedFrame>& plans,
                      const std::vector<bool>& skip, int threads, MergeReport& report, Run& run) {
  FrameFeed feed(source, skip);
  const auto to_do = static_cast<std::uint64_t>(std::ranges::count(skip, false));
  const auto before = static_cast<std::uint64_t>(report.done_before);
  std::atomic<std::uint64_t> finished = before;
  std::atomic<std::int64_t> rendered = 0;
  const auto done = for_each_index(to_do, threads, run, "", [&](std::size_t, unsigned) -> Result<> {
    const auto [index, frame] = feed.next(report, run);
    if (frame) {
      TRY_VOID(merger.merge_one(*frame, plans[static_cast<std::size_t>(index)]));
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
                        {"seconds", r.seconds}});
}

// Whose faces go into which frame; told of before anything is done. no_faces when not one belongs to a frame.
static Result<std::vector<std::vector<MergeFace>>> match_faces(const MergePaths& paths, const Faceset& set,
                                                               const media::FrameSource& source, MergeReport& report,
                                                               Run& run) {
  TRY(const auto alignments, read_alignments(set));
  report.without_metadata = set.skipped();
  report.without_metadata.insert(report.without_metadata.end(), alignments.without_source.begin(),
                                 alignments.without_source.end());
  if (!report.without_metadata.empty())
    run.warn(fmt::format("{} pictures in {} do not say which frame they are from, so their frames stay as they are: {}",
                         report.without_metadata.size(), paths.aligned.string(), some_of(report.without_metadata, 10)));
  if (alignments.by_frame.empty()) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("No face in {} says which frame it is from", paths.aligned.string()),
                          "Extract the dst faces again: understudy extract dst");
  }
  if (!alignments.crowded.empty())
    run.note(fmt::format("{} frames have several faces; all are replaced, and motion blur is off",
                         alignments.crowded.size()));
  std::vector<std::string> stems;
  for (std::int64_t i = 0; i < source.count(); ++i) stems.push_back(fs::path(source.name(i)).stem().string());
  auto faces = faces_by_frame(alignments, stems);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (faces[i].empty()) report.without_face.push_back(source.name(static_cast<std::int64_t>(i)));
  }
  if (report.without_face.size() < stems.size()) return faces;
  return fail_with_hint(
      Code::no_faces,
      fmt::format("None of the faces in {} belongs to a frame of {}", paths.aligned.string(), paths.frames.string()),
      "Extract the faces from these frames: understudy extract dst");
}

static Result<std::vector<bool>> wanted_frames(const MergeOptions& options, std::int64_t count) {
  std::vector<bool> wanted(static_cast<std::size_t>(count), options.frames.empty());
  if (options.frames.empty()) return wanted;
  TRY(const auto ranges, parse_frames(options.frames));
  for (const auto& range : ranges) {
    if (range.last >= count) {
      return fail_with_hint(Code::bad_option, fmt::format("There is no frame {}, only {}", range.last + 1, count),
                            "Frames count from 1.");
    }
    for (auto f = range.first; f <= range.last; ++f) wanted[static_cast<std::size_t>(f)] = true;
  }
  return wanted;
}

static Result<Work> plan_work(const MergeOptions& options, const SettingValues& clip_wide, const MergePaths& paths,
                              const std::vector<std::vector<MergeFace>>& faces) {
  Work work;
  TRY(work.timeline, read_timeline(paths.timelines, options.timeline));
  TRY(work.wanted, wanted_frames(options, static_cast<std::int64_t>(faces.size())));
  for (std::size_t i = 0; i < faces.size(); ++i)
    work.plans.push_back(planned(work.timeline, static_cast<std::int64_t>(i), faces[i], clip_wide));
  return work;
}

// The face type that most of the faces are cut to.
static FaceType usual_type(const Faceset& set) {
  std::map<FaceType, std::size_t> counts;
  for (const auto& entry : set.entries()) {
    if (is_aligned(entry.info.face_type)) ++counts[entry.info.face_type];
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  return most == counts.end() ? FaceType::whole : most->first;
}

// What the faces are put through.
static Result<std::unique_ptr<Predictor>> predictor_for(const MergeOptions& options, const MergePaths& paths,
                                                        const Faceset& set, Run& run) {
  if (options.model_file.empty() && !options.without_model) {
    std::vector<std::string> warnings;
    auto opened = open_model_predictor(paths.model, {options.threads, options.gpu}, warnings);
    for (auto& w : warnings) run.warn(std::move(w));
    return opened;
  }
  const auto asked = face_type_from_key(Names<FileFaceType>::all[static_cast<std::size_t>(options.model_face_type)]);
  ModelFileOptions how{options.threads, asked, options.model_resolution, usual_type(set)};
  std::unique_ptr<Predictor> predictor;
  if (options.without_model) {
    constexpr int usual_resolution = 256;
    predictor = raw_predictor(asked.value_or(how.guess), how.resolution > 0 ? how.resolution : usual_resolution);
  } else {
    TRY(predictor, open_model_file(paths.model, how));
  }
  run.note(fmt::format("The faces are taken as {}s of {} pixels", face_type_name(predictor->face_type()),
                       predictor->resolution()));
  return predictor;
}

static Result<MergeModels> models_for(const MergeOptions& options, const MergePaths& paths, const Faceset& set,
                                      const Work& work, Run& run) {
  TRY(auto own, predictor_for(options, paths, set, run));
  std::set<std::string> of_persons;
  bool with_xseg = false;
  for (std::size_t i = 0; i < work.plans.size(); ++i) {
    if (!work.wanted[i]) continue;
    for (const auto& face : work.plans[i].faces) {
      of_persons.insert(face.model);
      with_xseg = with_xseg || needs_xseg(face.settings.mask_mode);
    }
  }
  return MergeModels::open(std::move(own), options, paths, of_persons, with_xseg, run);
}

// Which frames are not to be made: they are there already and current, or were not asked for. From here on the folders
// of results are ours to change.
static Result<std::vector<bool>> frames_to_skip(const MergePaths& paths, const media::FrameSource& source,
                                                const Work& work, const MergeModels& models, EarlierFrames& results,
                                                MergeReport& report, Run& run) {
  TRY(const auto ingredients, Ingredients::of(paths, source, models));
  TRY_VOID(results.settle(ingredients, source, work.plans, work.wanted));
  report.set_aside = static_cast<std::int64_t>(results.set_aside());
  report.backup = results.backup();
  report.foreign = results.foreign();
  if (!report.foreign.empty())
    run.note(fmt::format("{} pictures in {} bear no frame's name and were not made here: they stay ({})",
                         report.foreign.size(), paths.merged.string(), some_of(report.foreign)));
  std::vector<bool> skip;
  for (std::int64_t i = 0; i < source.count(); ++i) {
    skip.push_back(results.current(i) || !work.wanted[static_cast<std::size_t>(i)]);
    report.done_before += results.current(i);
  }
  return skip;
}

static Result<> sample(const MergeOptions& options, const MergePaths& paths, media::FrameSource& source,
                       const Work& work, const MergeModels& models, MergeReport& report, Run& run) {
  run.stage("sample");
  const auto faces = sample_faces(work.timeline, work.plans, work.wanted);
  const auto frames = sample_frames(faces, static_cast<std::size_t>(options.sample));
  if (frames.empty())
    return fail_with_hint(Code::no_faces, "None of these frames has a face to be replaced", "Ask for other --frames.");
  report.sample = path_text(paths.sample);
  report.rendered = static_cast<std::int64_t>(frames.size());
  return write_sample(paths.sample, source, work.timeline, work.plans, models, frames, run);
}

static Result<> merge_all(const MergeOptions& options, const MergePaths& paths, media::FrameSource& source,
                          const Work& work, const MergeModels& models, MergeReport& report, Run& run) {
  TRY(const auto lock, lock_folder(paths.merged));
  TRY(const auto mask_lock, lock_folder(paths.merged_mask));
  TRY(auto results, EarlierFrames::open(paths, run));
  TRY(const auto skip, frames_to_skip(paths, source, work, models, results, report, run));
  const Merger merger(models, results);
  run.stage("merge");
  return merge_frames(source, merger, work.plans, skip, options.threads, report, run);
}

Result<MergeReport> merge(const MergeOptions& options, const SettingValues& clip_wide, const MergePaths& paths,
                          Run& run) {
  const Stopwatch watch;
  run.stage("open");
  MergeReport report;
  TRY(auto source, media::FrameSource::open(paths.frames));
  for (const auto& remark : source.remarks()) run.note(remark);
  report.frames = source.count();
  TRY(const auto set, Faceset::open(paths.aligned));
  TRY(const auto faces, match_faces(paths, set, source, report, run));
  TRY(const Work work, plan_work(options, clip_wide, paths, faces));
  TRY(const MergeModels models, models_for(options, paths, set, work, run));
  report.model_iteration = models.iteration();
  if (options.sample > 0)
    TRY_VOID(sample(options, paths, source, work, models, report, run));
  else
    TRY_VOID(merge_all(options, paths, source, work, models, report, run));
  report.seconds = watch.seconds();
  return report;
}

}  // namespace understudy
