// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/merge.hpp"

#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/face/faceset.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/options/options.hpp"
#include "lib/training/predictor.hpp"
#include "steps/6_merge/alignments.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// What decides the pixels of the merged frames; when it changes, all frames are made anew.
std::string fingerprint(const MergeOptions& options, const MergePaths& paths, const Alignments& alignments,
                        std::int64_t iteration) {
  MergeOptions copy = options;
  copy.threads = 0;  // these do not change the result
  copy.gpu = true;
  auto rows = rows_of(copy);
  std::string text =
      json_text(options_to_json(rows)) + paths.frames.string() + paths.model.string() + std::to_string(iteration);
  XXH64_hash_t hash = XXH3_64bits(text.data(), text.size());
  for (const auto& [stem, faces] : alignments.by_frame) {
    hash = XXH3_64bits_withSeed(stem.data(), stem.size(), hash);
    hash = XXH3_64bits_withSeed(faces.data(), faces.size() * sizeof(faces[0]), hash);
  }
  return fmt::format("{:016x}", hash);
}

// Removes outputs of another fingerprint, then notes ours: from then on every file in the folders is current.
Result<> make_current(const MergePaths& paths, const std::string& wanted) {
  for (const auto& folder : {paths.merged, paths.merged_mask}) {
    TRY_VOID(make_folders(folder));
    remove_temporaries(folder);
  }
  if (const auto text = read_text(paths.state, 1 << 20)) {
    const json j = json::parse(*text, nullptr, false);
    if (j.is_object() && j.value("fingerprint", "") == wanted) return {};
  }
  std::error_code error;
  fs::remove(paths.state, error);
  for (const auto& folder : {paths.merged, paths.merged_mask}) {
    TRY(const auto files, image_files(folder));
    for (const auto& file : files) fs::remove(file, error);
  }
  return write_text(paths.state,
                    json_text(json{{"format", "understudy.merge"}, {"version", 1}, {"fingerprint", wanted}}) + "\n");
}

class Merger {
 public:
  Merger(const MergeOptions& options, const MergePaths& paths, Predictor& predictor)
      : settings_(settings_of(options)), paths_(paths) {
    model_.face_type = predictor.face_type();
    model_.resolution = predictor.resolution();
    model_.predict = [this, &predictor](const ImageF& face) -> Result<Prediction> {
      std::lock_guard lock(predicting_);  // the network itself uses all threads
      TRY(auto faces, predictor.predict({&face, 1}));
      return Prediction{std::move(faces[0].bgr), std::move(faces[0].mask), std::move(faces[0].mask_dst)};
    };
  }

  Result<> merge_one(const media::Frame& frame, const std::vector<MergeFace>& faces) const {
    TRY(const auto merged, merge_frame(frame.bgr, faces, settings_, model_));
    const std::string name = fs::path(frame.name).stem().string() + ".png";
    TRY_VOID(write_image(paths_.merged_mask / name, merged.mask, 95, composite_marking_xmp));
    return write_image(paths_.merged / name, merged.image_bgr, 95, composite_marking_xmp);
  }

  bool done(const std::string& frame_name) const {
    const std::string name = fs::path(frame_name).stem().string() + ".png";
    std::error_code error;
    // The picture is written after its mask and both under their final names: it being there means both are.
    return fs::exists(paths_.merged / name, error) && fs::exists(paths_.merged_mask / name, error);
  }

 private:
  MergeSettings settings_;
  MergePaths paths_;
  MergeModel model_;
  mutable std::mutex predicting_;
};

// Reads frames in order on demand of several workers; keeps the first error.
struct Shared {
  std::mutex reading, reporting;
  std::int64_t next = 0;
  std::optional<Error> error;
};

void work(Shared& shared, media::FrameSource& source, const Merger& merger,
          const std::vector<std::vector<MergeFace>>& faces, const std::vector<bool>& skip, MergeReport& report,
          std::atomic<std::int64_t>& finished, Run& run) {
  while (!run.stopping()) {
    std::optional<media::Frame> frame;
    std::int64_t index = 0;
    {
      std::lock_guard lock(shared.reading);
      while (shared.next < source.count() && skip[static_cast<std::size_t>(shared.next)]) ++shared.next;
      if (shared.next >= source.count() || shared.error) return;
      index = shared.next++;
      auto read = source.at(index);
      if (read)
        frame = std::move(*read);
      else {
        run.warn(to_sentence(read.error()));
        report.unreadable.push_back(source.name(index));
      }
    }
    if (frame) {
      if (auto merged = merger.merge_one(*frame, faces[static_cast<std::size_t>(index)]); !merged) {
        std::lock_guard lock(shared.reporting);
        if (!shared.error) shared.error = merged.error();
        return;
      }
    }
    run.progress(static_cast<std::uint64_t>(++finished), static_cast<std::uint64_t>(source.count()), "frames");
  }
}

}  // namespace

MergeSettings settings_of(const MergeOptions& o) {
  MergeSettings s;
  s.mode = o.mode;
  s.mask_mode = static_cast<MaskMode>(o.mask);
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
                        {"model_iteration", r.model_iteration},
                        {"seconds", r.seconds}});
}

Result<MergeReport> merge(const MergeOptions& options, const MergePaths& paths, Run& run) {
  const auto start = std::chrono::steady_clock::now();
  run.stage("open");
  TRY(const auto set, Faceset::open(paths.aligned));
  TRY(const auto alignments, read_alignments(set));
  if (alignments.by_frame.empty()) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("No face in {} says which frame it is from", paths.aligned.string()),
                          "Extract the dst faces again: understudy extract dst");
  }
  if (!alignments.crowded.empty())
    run.note(fmt::format("{} frames have several faces; all are replaced, and motion blur is off",
                         alignments.crowded.size()));
  TRY(auto source, media::FrameSource::open(paths.frames));
  for (const auto& remark : source.remarks()) run.note(remark);
  std::vector<std::string> warnings;
  TRY(const auto predictor, load_predictor(paths.model, {options.threads, options.gpu, options.morph}, warnings));
  for (auto& w : warnings) run.warn(w);
  TRY(const auto lock, FileLock::take(paths.state.parent_path() / "merge.lock"));
  TRY_VOID(make_current(paths, fingerprint(options, paths, alignments, predictor->iteration())));

  const Merger merger(options, paths, *predictor);
  MergeReport report;
  report.frames = source.count();
  report.model_iteration = predictor->iteration();
  std::vector<std::string> stems;
  std::vector<bool> skip;
  for (std::int64_t i = 0; i < source.count(); ++i) {
    stems.push_back(fs::path(source.name(i)).stem().string());
    skip.push_back(merger.done(source.name(i)));
    report.done_before += skip.back();
  }
  const auto faces = faces_by_frame(alignments, stems);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (faces[i].empty()) report.without_face.push_back(source.name(static_cast<std::int64_t>(i)));
  }
  if (report.without_face.size() == stems.size()) {
    return fail_with_hint(
        Code::no_faces,
        fmt::format("None of the faces in {} belongs to a frame of {}", paths.aligned.string(), paths.frames.string()),
        "Extract the faces from these frames: understudy extract dst");
  }
  run.stage("merge");
  Shared shared;
  std::atomic<std::int64_t> finished = report.done_before;
  {
    std::vector<std::jthread> workers;
    const int count = thread_count(options.threads);
    for (int i = 0; i < count; ++i)
      workers.emplace_back([&] { work(shared, source, merger, faces, skip, report, finished, run); });
  }
  if (shared.error) return Failure(*shared.error);
  if (run.stopping()) return Run::cancelled();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace understudy
