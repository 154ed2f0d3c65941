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
#include "lib/xseg/generic_mask.hpp"
#include "steps/6_merge/alignments.hpp"
#include "steps/6_merge/earlier_frames.hpp"

namespace understudy {
namespace {

using nlohmann::json;

class Merger {
 public:
  // `masker` may be null where the mask needs none.
  Merger(const MergeOptions& options, EarlierFrames& results, Predictor& predictor, Masker* masker)
      : settings_(settings_of(options)), results_(results) {
    model_.face_type = predictor.face_type();
    model_.resolution = predictor.resolution();
    model_.predict = [this, &predictor, morph = options.morph](const ImageF& face) -> Result<Prediction> {
      std::lock_guard lock(predicting_);  // the network itself uses all threads
      TRY(auto faces, predictor.predict({&face, 1}, morph));
      return Prediction{std::move(faces[0].bgr), std::move(faces[0].mask), std::move(faces[0].mask_dst)};
    };
    if (masker == nullptr) return;
    model_.xseg = [this, masker](const ImageF& face) -> Result<ImageF> {
      std::lock_guard lock(predicting_);
      TRY(auto masks, masker->masks({&face, 1}));
      return std::move(masks[0]);
    };
  }

  Result<> merge_one(const media::Frame& frame, const std::vector<MergeFace>& faces) const {
    TRY(const auto merged, merge_frame(frame.bgr, faces, settings_, model_));
    TRY(const Bytes picture, encode_png(merged.image_bgr, {.xmp = composite_marking_xmp}));
    TRY(const Bytes mask, encode_png(merged.mask, {.xmp = composite_marking_xmp}));
    return results_.write(frame.index, picture, mask);
  }

 private:
  MergeSettings settings_;
  EarlierFrames& results_;
  MergeModel model_;
  mutable std::mutex predicting_;
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

Result<> merge_frames(media::FrameSource& source, const Merger& merger,
                      const std::vector<std::vector<MergeFace>>& faces, const std::vector<bool>& skip, int threads,
                      MergeReport& report, Run& run) {
  FrameFeed feed(source, skip);
  const auto all = static_cast<std::uint64_t>(source.count());
  std::atomic<std::uint64_t> finished = static_cast<std::uint64_t>(report.done_before);
  return for_each_index(skip.size() - finished, threads, run, "", [&](std::size_t, unsigned) -> Result<> {
    const auto [index, frame] = feed.next(report, run);
    if (frame) TRY_VOID(merger.merge_one(*frame, faces[static_cast<std::size_t>(index)]));
    run.progress(++finished, all, "frames");
    return {};
  });
}

}  // namespace

MergeSettings settings_of(const MergeOptions& o) {
  MergeSettings s;
  s.mode = o.mode;
  s.mask_mode = o.mask;
  s.erode = o.erode;
  s.blur = o.blur;
  s.colour_transfer = o.colour_transfer;
  s.hist_match_threshold = o.hist_match_threshold;
  s.masked_hist_match = o.masked_hist_match;
  s.motion_blur_power = o.motion_blur_power;
  s.face_scale = o.face_scale;
  s.sharpen = o.sharpen;
  s.blur_sharpen_amount = o.blur_sharpen_amount;
  s.denoise_power = o.denoise_power;
  s.bicubic_degrade_power = o.bicubic_degrade_power;
  s.colour_degrade_power = o.colour_degrade_power;
  return s;
}

std::string to_json_text(const MergeReport& r) {
  return json_text(json{{"frames", r.frames},
                        {"done_before", r.done_before},
                        {"without_face", r.without_face},
                        {"unreadable", r.unreadable},
                        {"without_metadata", r.without_metadata},
                        {"foreign", r.foreign},
                        {"set_aside", r.set_aside},
                        {"backup", path_text(r.backup)},
                        {"model_iteration", r.model_iteration},
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

// Which frames are there already and current. From here on the folders of results are ours to change.
static Result<std::vector<bool>> current_frames(const MergeOptions& options, const MergePaths& paths,
                                                const media::FrameSource& source,
                                                const std::vector<std::vector<MergeFace>>& faces,
                                                EarlierFrames& results, MergeReport& report, Run& run) {
  TRY(const auto ingredients, Ingredients::of(options, paths, source, report.model_iteration));
  TRY_VOID(results.settle(ingredients, source, faces));
  report.set_aside = static_cast<std::int64_t>(results.set_aside());
  report.backup = results.backup();
  report.foreign = results.foreign();
  if (!report.foreign.empty())
    run.note(fmt::format("{} pictures in {} bear no frame's name and were not made here: they stay ({})",
                         report.foreign.size(), paths.merged.string(), some_of(report.foreign)));
  std::vector<bool> current;
  for (std::int64_t i = 0; i < source.count(); ++i) {
    current.push_back(results.current(i));
    report.done_before += current.back();
  }
  return current;
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

// What the faces are put through. Where it is not a model of ours, `options` is told the face type that it has.
static Result<std::unique_ptr<Predictor>> predictor_for(MergeOptions& options, const MergePaths& paths,
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
  const auto type = face_type_key(predictor->face_type());
  for (std::size_t i = 0; i < Names<FileFaceType>::all.size(); ++i) {
    if (Names<FileFaceType>::all[i] == type) options.model_face_type = static_cast<FileFaceType>(i);
  }
  run.note(fmt::format("The faces are taken as {}s of {} pixels", face_type_name(predictor->face_type()),
                       predictor->resolution()));
  return predictor;
}

bool takes_generic_mask(const MergeOptions& options, const MergePaths& paths) {
  return needs_xseg(options.mask) && options.xseg_model.empty() && !is_masker(paths.xseg) && has_generic_mask();
}

// The XSeg network, where the mask needs one.
static Result<std::unique_ptr<Masker>> masker_for(const MergeOptions& options, const MergePaths& paths, FaceType type,
                                                  Run& run) {
  if (!needs_xseg(options.mask)) return nullptr;
  std::vector<std::string> warnings;
  const bool generic = takes_generic_mask(options, paths);
  if (generic) run.note("There is no XSeg model: the generic mask is taken");
  const MaskerOptions how{options.threads, options.gpu};
  auto opened = generic ? open_generic_masker(how) : open_masker(paths.xseg, how, warnings);
  if (!opened) {
    return fail_with_hint(opened.error().code, "This mask needs an XSeg model: " + opened.error().message,
                          "Choose a mask without xseg, train a model (understudy mask train), or name one with "
                          "--xseg-model.");
  }
  for (auto& w : warnings) run.warn(std::move(w));
  if (const auto of = (*opened)->face_type(); of && *of != type) {
    run.warn(fmt::format("The XSeg model is one of {}s and the face model one of {}s: masks may be wrong at the border",
                         face_type_name(*of), face_type_name(type)));
  }
  return opened;
}

Result<MergeReport> merge(const MergeOptions& given, const MergePaths& paths, Run& run) {
  MergeOptions options = given;
  const Stopwatch watch;
  run.stage("open");
  MergeReport report;
  TRY(auto source, media::FrameSource::open(paths.frames));
  for (const auto& remark : source.remarks()) run.note(remark);
  report.frames = source.count();
  TRY(const auto set, Faceset::open(paths.aligned));
  TRY(const auto faces, match_faces(paths, set, source, report, run));
  TRY(const auto predictor, predictor_for(options, paths, set, run));
  report.model_iteration = predictor->iteration();
  TRY(const auto masker, masker_for(options, paths, predictor->face_type(), run));
  TRY(const auto lock, lock_folder(paths.merged));
  TRY(const auto mask_lock, lock_folder(paths.merged_mask));
  TRY(auto results, EarlierFrames::open(paths, run));
  TRY(const auto skip, current_frames(options, paths, source, faces, results, report, run));

  const Merger merger(options, results, *predictor, masker.get());
  run.stage("merge");
  TRY_VOID(merge_frames(source, merger, faces, skip, options.threads, report, run));
  report.seconds = watch.seconds();
  return report;
}

}  // namespace understudy
