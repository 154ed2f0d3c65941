// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/prepare.hpp"

#include <algorithm>

#include "lib/base/text.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/usual_type.hpp"
#include "lib/loop/opened_content.hpp"
#include "lib/predict/raw_predictor.hpp"
#include "lib/training/net_predictor.hpp"
#include "steps/6_merge/face_track.hpp"
#include "steps/6_merge/faults.hpp"

namespace understudy {
namespace {

// What a run works on beside its networks.
struct Work {
  std::vector<PlannedFrame> plans;
  std::vector<bool> wanted;
  Timeline timeline;
  bool fallbacks = false;  // some frame has one
};

// Whose faces go into which frame; told of before anything is done. no_faces when not one belongs to a frame.
Result<std::vector<std::vector<MergeFace>>> match_faces(const MergePaths& paths, const Faceset& set,
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
    run.note(fmt::format("{} frames have several faces; all are replaced; with --compat dfl motion blur is off",
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

Result<std::vector<bool>> wanted_frames(const MergeOptions& options, std::int64_t count) {
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

Result<Work> plan_work(const MergeOptions& options, const SettingValues& clip_wide, const MergePaths& paths,
                       std::vector<std::vector<MergeFace>> faces) {
  Work work;
  TRY(work.timeline, read_timeline(paths.timelines, options.timeline));
  measure_steps(faces, work.timeline);
  TRY(work.wanted, wanted_frames(options, static_cast<std::int64_t>(faces.size())));
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const auto frame = static_cast<std::int64_t>(i);
    work.plans.push_back(planned(work.timeline, frame, faces[i], clip_wide));
    // As those of whole frames: it acts where there is no face as well.
    work.fallbacks = work.fallbacks || settings_at(work.timeline, frame, {}, clip_wide).fallback != no_fallback;
  }
  return work;
}

// What the faces are put through.
Result<MergeModels::OwnModel> own_model(const MergeOptions& options, const MergePaths& paths, const Faceset& set,
                                        Run& run) {
  if (options.model_file.empty() && !options.without_model) {
    std::vector<std::string> warnings;
    auto opened = open_model_predictor(paths.model, {options.threads, options.gpu}, warnings);
    for (auto& w : warnings) run.warn(std::move(w));
    if (!opened) return Failure(std::move(opened).error());
    const auto weights = weights_checksum(paths.model, (*opened)->iteration());
    return MergeModels::OwnModel{*std::move(opened), weights};
  }
  const auto how = file_options(options, options.threads, usual_type(set));
  MergeModels::OwnModel own;
  if (options.without_model) {
    constexpr int usual_resolution = 256;
    own.predictor =
        raw_predictor(how.face_type.value_or(how.guess), how.resolution > 0 ? how.resolution : usual_resolution);
  } else {
    TRY(auto opened, opened_with_checksum(paths.model, [&] { return open_model_file(paths.model, how); }));
    own = {std::move(opened.first), opened.second};
  }
  run.note(fmt::format("The faces are taken as {}s of {} pixels", face_type_name(own.predictor->face_type()),
                       own.predictor->resolution()));
  return own;
}

Result<MergeModels> models_for(const MergeOptions& options, const MergePaths& paths, const Faceset& set,
                               const Work& work, Run& run) {
  TRY(auto own, own_model(options, paths, set, run));
  MergeModels::Needs needs;
  const auto in_window = in_windows(work.plans, work.timeline, work.wanted);
  for (std::size_t i = 0; i < work.plans.size(); ++i) {
    // A fallback may put the settings of any frame in the place of those of one that is wanted.
    const bool all = work.wanted[i] || work.fallbacks;
    for (std::size_t number = 0; number < work.plans[i].faces.size(); ++number) {
      const auto& face = work.plans[i].faces[number];
      if (!all && !in_window[i][number]) continue;
      needs.of_persons.insert(face.model);
      needs.xseg = needs.xseg || needs_xseg(face.settings.mask_mode);
      needs.eyes = needs.eyes || face.settings.gaze != 0 || face.settings.lids != 0;
      needs.enhancer = needs.enhancer || face.settings.super_resolution_power != 0;
    }
  }
  return MergeModels::open(std::move(own), options, paths, needs, run);
}

// The maps hold what they need, for the source may move.
std::optional<PlateColours> plate_colours(const media::FrameSource& source) {
  const auto* map = source.deep_tone_map();
  if (!map) return {};
  const auto down = std::make_shared<const media::ToneMap>(*map);
  const auto codes = std::make_shared<const media::SdrInPlate>(source.deep_colours());
  return PlateColours{[down](ImageF& bgr) { down->apply(bgr); }, [codes](ImageF& bgr) { codes->to_codes(bgr); },
                      [codes](ImageF& bgr) { codes->to_sdr(bgr); }};
}

}  // namespace

Result<PreparedMerge> prepare_merge(const MergeOptions& options, const SettingValues& clip_wide,
                                    const MergePaths& paths, bool own_colours, MergeReport& report, Run& run) {
  run.stage("open");
  if (const auto given = clip_wide.find("fallback"); given != clip_wide.end())
    TRY_VOID(checked_setting(given->first, given->second));
  TRY(auto source, media::FrameSource::open(paths.frames, {.own_colours = own_colours}));
  for (const auto& remark : source.remarks()) run.note(remark);
  if (const auto others = source.passed_over()) run.warn(*others);
  report.frames = source.count();
  TRY(const auto set, Faceset::open(paths.aligned));
  TRY(auto faces, match_faces(paths, set, source, report, run));
  TRY(Work work, plan_work(options, clip_wide, paths, std::move(faces)));
  TRY(MergeModels models, models_for(options, paths, set, work, run));
  report.model_iteration = models.iteration();
  auto plate = plate_colours(source);
  PreparedMerge prepared{std::move(source),
                         std::move(work.plans),
                         std::move(work.wanted),
                         std::move(work.timeline),
                         std::move(models),
                         std::move(plate),
                         {},
                         {}};
  TRY_VOID(find_faults(clip_wide, paths, options.sample > 0, prepared, report, run));
  return prepared;
}

}  // namespace understudy
