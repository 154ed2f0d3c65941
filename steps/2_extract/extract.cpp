// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/extract.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include "lib/base/limits.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/each.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/2_extract/earlier_work.hpp"
#include "steps/2_extract/face_crop.hpp"
#include "steps/2_extract/face_keeper.hpp"
#include "steps/2_extract/face_marks.hpp"
#include "steps/2_extract/frame_origin.hpp"
#include "steps/2_extract/hand_work.hpp"
#include "steps/2_extract/look.hpp"
#include "steps/2_extract/plan.hpp"
#include "steps/2_extract/report.hpp"

namespace understudy {
namespace {

std::string face_file_name(const std::string& frame_name, std::size_t face) {
  return fmt::format("{}_{}.jpg", fs::path(frame_name).stem().string(), face);
}

class Extraction {
 public:
  Extraction(const ExtractOptions& options, const ExtractPaths& paths, Run& run)
      : options_(options), paths_(paths), run_(run) {}

  Result<ExtractReport> work() {
    Stopwatch watch;
    TRY(source_, media::FrameSource::open(paths_.frames));
    for (const auto& remark : source_->remarks()) run_.note(remark);
    if (const auto others = source_->passed_over()) run_.warn(*others);
    TRY(auto lock, lock_folder(paths_.aligned));
    TRY_VOID(finish_face_moves(paths_.aligned));
    contents_.emplace(*source_);
    TRY(journal_, Journal::load(paths_.journal));
    origin_ = origin_of(*source_, paths_.manifests);
    const bool same_source = same_clips(*journal_, origin_, *source_, *contents_);
    options_.smooth = chosen_smoothing(options_, paths_, *source_, *journal_, same_source, run_);
    TRY(const EarlierWork earlier, settle_earlier_work(options_, paths_, origin_, same_source, *journal_, lock, run_));
    smooth_ = earlier.smooth;
    report_.backup = earlier.backup;
    report_.kept_foreign = earlier.foreign;
    if (earlier.foreign) {
      report_.frames = source_->count();
      report_.faces = earlier.foreign_faces;
    } else {
      TRY_VOID(list_frames());
      TRY_VOID(list_work());
      if (!todo_.empty() || !journal_->complete()) TRY_VOID(do_frames());
      if (marks_) TRY_VOID(marks_->take_away());
      tell_faces(*source_, frames_, *journal_, report_);
      tell_times(seconds_, report_);
      tell_aside();
    }
    report_.seconds = watch.seconds();
    if (!earlier.foreign && report_.faces == 0) {
      return fail_with_hint(
          Code::no_faces, fmt::format("No face was found in {} ({} frames)", paths_.frames.string(), report_.frames),
          "Check that it is the right clip; faces smaller than 20 pixels or turned away cannot be used.");
    }
    return report_;
  }

 private:
  Result<> list_frames();
  Result<> list_work();
  Result<std::vector<std::size_t>> frames_to_redo();
  Result<bool> deleted(const FrameRecord&, const std::string& frame_name);
  Result<> read_present();
  Result<> open_raw();
  Result<> look(const std::vector<std::size_t>& redo);
  Result<> do_frames();
  Result<> cut_frames();
  Result<> renumber_tracks();
  Result<> process(std::size_t position, const Result<media::Frame>&, FaceFinder*);
  Result<std::vector<PlannedCrop>> faces_of(std::size_t position, const media::Frame&, FaceFinder*);
  Result<> write_faces(std::size_t position, const media::Frame&, const std::vector<PlannedCrop>&, FrameRecord&);
  Result<> write_debug_picture(const media::Frame&, const std::vector<PlannedCrop>&);
  Result<> add_unread(FrameRecord, std::string problem);
  Result<> add_record(FrameRecord);
  std::optional<FrameRecord> known_of(const std::string& frame_name);
  std::string wanted_look(std::size_t position) const;
  void tell_aside();
  bool unchanged(std::size_t position);
  Result<> keep_times();
  const std::string& name(std::size_t position) const { return source_->name(frames_[position]); }
  int threads() const { return thread_count(options_.threads); }

  ExtractOptions options_;
  const ExtractPaths& paths_;
  Run& run_;
  bool smooth_ = true;
  std::optional<media::FrameSource> source_;
  std::optional<FrameContents> contents_;
  FrameOrigin origin_;
  std::optional<Journal> journal_;
  std::map<std::string, HandFrame> hand_;
  std::optional<RawFaces> raw_;
  std::optional<FacePlan> plan_;
  std::vector<std::int64_t> frames_;  // indices of all frames that count; a position is an index into these
  std::map<std::string, std::uint64_t> new_times_;  // by frame: FrameStamp::times
  std::vector<std::size_t> todo_;                   // positions of those to cut, ascending
  std::vector<std::size_t> readable_again_;         // positions of those that once could not be read
  std::optional<FaceMarks> marks_;                  // with options_.marked
  std::set<std::size_t> redo_;                      // positions of frames that are looked at once more
  std::set<std::size_t> bring_back_;                // positions of frames whose deleted faces are wanted again
  std::optional<FaceKeeper> keeper_;
  std::optional<MadeFiles> debug_made_;  // with options_.debug
  std::optional<Aside> debug_aside_;
  ExtractReport report_;
  ThreadSeconds seconds_;
  std::uint64_t done_ = 0;  // frames
  std::mutex recording_;    // the journal
};

Result<> Extraction::list_frames() {
  for (std::int64_t i = 0; i < source_->count(); ++i) frames_.push_back(i);
  report_.frames = static_cast<std::int64_t>(frames_.size());
  if (options_.manual.empty()) return {};
  TRY(hand_, read_hand_work(options_.manual, *source_, frames_, run_));
  return {};
}

// Which faces there are now; asked only when something is to be written or to be missed.
Result<> Extraction::read_present() {
  if (keeper_) return {};
  TRY(auto present, PresentFaces::read(paths_.aligned));
  keeper_.emplace(paths_.aligned, std::move(present), options_.jpeg_quality,
                  [this](std::string text) { run_.note(std::move(text)); });
  return {};
}

// Told by the debug picture where there are some, else by the faces themselves, whatever they are called by now.
Result<bool> Extraction::deleted(const FrameRecord& record, const std::string& frame_name) {
  std::error_code ignored;
  if (fs::exists(paths_.debug, ignored))
    return !fs::exists(paths_.debug / (fs::path(frame_name).stem().string() + ".jpg"), ignored);
  TRY_VOID(read_present());
  return !keeper_->present().all_there(record);
}

// Positions that --redo-deleted, --marked and --missing ask for.
Result<std::vector<std::size_t>> Extraction::frames_to_redo() {
  std::vector<std::size_t> redo;
  if (options_.marked) {
    TRY(marks_, FaceMarks::read(paths_.aligned));
  }
  const bool wanted = options_.redo_deleted || options_.missing || marks_;
  for (std::size_t i = 0; wanted && i < frames_.size(); ++i) {
    const auto found = journal_->records().find(name(i));
    if (found == journal_->records().end() || !found->second.problem.empty()) continue;
    const auto& record = found->second;
    bool gone = false;
    if (options_.redo_deleted) {
      TRY(gone, deleted(record, name(i)));
    }
    if (gone) bring_back_.insert(i);
    const bool again = gone || (marks_ && marks_->has(name(i)));
    if (again || (options_.missing && record.files.empty() && record.out.empty())) redo.push_back(i);
  }
  report_.redone = static_cast<std::int64_t>(redo.size());
  return redo;
}

std::string Extraction::wanted_look(std::size_t position) const {
  if (smooth_) return plan_->key(position);
  return raw_ ? raw_->hand_key(frames_[position]) : std::string();
}

// Whether its file is the one that was done; older versions kept no more than the size. What could not be read is tried
// once more: a disk may have failed for a moment, or a right was missing.
bool Extraction::unchanged(std::size_t position) {
  const auto found = journal_->records().find(name(position));
  if (found == journal_->records().end()) return false;
  const auto& record = found->second;
  const auto index = frames_[position];
  if (record.content == 0) {
    if (record.bytes != contents_->bytes(index)) return false;
  } else {
    contents_->expect(index, {record.bytes, record.times, record.content});
    const auto now = contents_->of(index);
    if (now.content != record.content) return false;
    if (now.times != record.times) new_times_[record.name] = now.times;
  }
  const bool too_long = face_file_name(record.name, 1).size() > longest_name;
  if (record.problem.empty() || too_long || !source_->at(index)) return true;
  readable_again_.push_back(position);
  return false;
}

// Of files that were copied or touched, so that they are not read each time.
Result<> Extraction::keep_times() { return new_times_.empty() ? Result<>() : journal_->keep_times(new_times_); }

// Finds out which frames are to be cut; with smoothing that takes looking at all of them first.
Result<> Extraction::list_work() {
  TRY(const auto redo, frames_to_redo());
  std::vector<bool> done(frames_.size());
  for (std::size_t i = 0; i < done.size(); ++i) done[i] = unchanged(i);
  TRY_VOID(keep_times());
  for (const auto i : redo) done[i] = false;
  redo_ = {redo.begin(), redo.end()};
  const bool all_done = std::ranges::all_of(done, std::identity()) && hand_.empty() && journal_->complete();
  if (!all_done) TRY_VOID(open_raw());
  if (smooth_ && !all_done) TRY_VOID(look(redo));
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (done[i] && !all_done) {
      const auto wanted = wanted_look(i);  // without smoothing, hand work stays until there is other hand work
      done[i] = journal_->records().at(name(i)).look == wanted || (!smooth_ && wanted.empty());
    }
    if (!done[i]) todo_.push_back(i);
  }
  report_.frames_done_before = static_cast<std::int64_t>(frames_.size() - todo_.size());
  return {};
}

// Without smoothing it holds hand work alone, and is not there without such.
Result<> Extraction::open_raw() {
  std::error_code ignored;
  if (!smooth_ && hand_.empty() && !fs::exists(raw_path(paths_), ignored)) return {};
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < source_->count(); ++i) names.push_back(source_->name(i));
  TRY(raw_, RawFaces::open(raw_path(paths_), raw_head_of(options_, *source_), std::move(names)));
  for (const auto position : readable_again_) raw_->forget_unread(frames_[position]);
  tell_of_changed_pictures(*raw_, *source_, *contents_, run_);
  return smooth_ ? Result<>() : store_hand_work(hand_, *source_, frames_, *contents_, *raw_, run_);
}

Result<> Extraction::look(const std::vector<std::size_t>& redo) {
  const LookInput input{*source_, frames_, *contents_, threads(), options_.thorough ? Look::thorough : Look::usual};
  TRY_VOID(journal_->begin(head_of(options_, origin_)));
  if (!redo.empty()) {
    std::vector<std::int64_t> indices;
    for (const auto i : redo) indices.push_back(frames_[i]);
    TRY_VOID(look_thoroughly(input, indices, *raw_, seconds_, run_));
  }
  TRY_VOID(look_at_frames(input, *raw_, seconds_, run_));
  TRY_VOID(store_hand_work(hand_, *source_, frames_, *contents_, *raw_, run_));
  TRY(plan_, FacePlan::make(*raw_, frames_, [this] { return run_.stopping(); }));
  report_.tracks = plan_->tracks();
  report_.persons = plan_->persons();
  report_.filled = plan_->filled();
  report_.dropped = plan_->dropped();
  return {};
}

Result<> Extraction::do_frames() {
  remove_temporaries(paths_.aligned);
  TRY_VOID(read_present());
  if (keeper_->present().packed() && !todo_.empty())
    return fail_with_hint(Code::bad_option,
                          fmt::format("The faces in {} are packed, and {} frames are to be extracted again",
                                      paths_.aligned.string(), todo_.size()),
                          "Unpack them first: understudy faceset unpack");
  if (options_.debug) {
    TRY(debug_made_, MadeFiles::open(paths_.debug));
    debug_aside_.emplace(paths_.debug, [this](std::string text) { run_.note(std::move(text)); });
  }
  TRY_VOID(journal_->begin(head_of(options_, origin_)));
  run_.stage("extract");
  done_ = static_cast<std::uint64_t>(report_.frames_done_before);
  run_.progress(done_, frames_.size(), "frames");
  TRY_VOID(cut_frames());
  if (smooth_) TRY_VOID(renumber_tracks());
  return journal_->finish(plan_ ? plan_->shots() : std::vector<std::int64_t>());
}

// A thread takes a frame, does all of its work and takes the next: no queue can fill, and every core has work whatever
// stage is the slow one. Decoding a video is the one part that goes in turn.
Result<> Extraction::cut_frames() {
  std::vector<FaceFinder> finders;
  if (!smooth_ && !todo_.empty()) {
    TRY(const FaceFinder finder, FaceFinder::load(threads()));
    for (int i = 0; i < threads(); ++i) finders.push_back(finder.share());
  }
  std::vector<FrameQueue::Indices> batches;
  for (const auto position : todo_) batches.push_back({frames_[position]});
  FrameQueue queue(*source_, std::move(batches), seconds_);
  const auto work = [&](std::size_t, unsigned thread) -> Result<> {
    try {
      auto batch = queue.take();
      const auto position = todo_[batch.number()];
      auto done = process(position, batch.frame(0), smooth_ ? nullptr : &finders.at(thread));
      return done ? done : during(std::move(done).error(), "extracting " + name(position));
    } catch (const std::exception& e) {
      return fail(Code::internal, "Extraction stopped: {}", e.what());
    }
  };
  return for_each_index(queue.count(), threads(), run_, {}, work);
}

// A track that was found this time pushes the numbers of others on: in the frames that were not cut anew, too, each
// face must say the number that its track bears now.
Result<> Extraction::renumber_tracks() {
  if (keeper_->present().packed()) return {};
  std::vector<std::size_t> stale;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    if (std::ranges::binary_search(todo_, i)) continue;
    const auto& record = journal_->records().at(name(i));
    if (!record.files.empty() && record.tracks != plan_->tracks_of(i)) stale.push_back(i);
  }
  return for_each_index(stale.size(), threads(), run_, {}, [&](std::size_t k, unsigned) -> Result<> {
    auto record = *known_of(name(stale[k]));
    TRY(const auto planned, plan_->faces(stale[k]));
    std::vector<TrackOfFace> faces;
    for (const auto& face : planned) faces.push_back({face_box(face.found.landmarks), face.track});
    TRY_VOID(keeper_->renumber(faces, record));
    record.tracks = plan_->tracks_of(stale[k]);
    const std::lock_guard lock(recording_);
    return journal_->add(std::move(record));
  });
}

Result<> Extraction::process(std::size_t position, const Result<media::Frame>& frame, FaceFinder* finder) {
  const auto stamp = contents_->of(frames_[position]);
  FrameRecord record{name(position), stamp.bytes, {}, {}, wanted_look(position), {}, {}, stamp.times, stamp.content};
  if (smooth_) record.tracks = plan_->tracks_of(position);
  if (!frame) {
    if (!smooth_) run_.warn(to_sentence(frame.error()));  // else the first pass did
    return add_unread(std::move(record), frame.error().message);
  }
  TRY(auto faces, faces_of(position, *frame, finder));
  if (options_.max_faces > 0) keep_most_wanted(faces, static_cast<std::size_t>(options_.max_faces));
  if (const auto longest = face_file_name(record.name, faces.size()); !faces.empty() && longest.size() > longest_name) {
    auto problem = fmt::format("{} is too long a name for faces to be called by it", record.name);
    run_.warn(problem);
    return add_unread(std::move(record), std::move(problem));
  }
  TRY_VOID(write_faces(position, *frame, faces, record));
  return add_record(std::move(record));
}

Result<std::vector<PlannedCrop>> Extraction::faces_of(std::size_t position, const media::Frame& frame,
                                                      FaceFinder* finder) {
  Stopwatch watch;
  if (smooth_) {
    auto faces = plan_->faces(position);
    seconds_.find += watch.lap();
    return faces;
  }
  RawFrame hand;
  if (raw_) {
    TRY(hand, raw_->read(frames_[position]));
  }
  std::vector<FoundFace> found;
  if (!hand.hand_only) {
    const bool closely = options_.thorough || redo_.contains(position);
    TRY(found, finder->find(frame.bgr, closely ? Look::thorough : Look::usual));
  }
  std::vector<PlannedCrop> faces;
  for (auto& face : found) faces.push_back({std::move(face)});
  for (auto& face : hand.by_hand) faces.push_back({std::move(face), -1, -1, false, true});
  std::ranges::stable_sort(faces, std::ranges::greater(), [](const auto& face) { return face.found.rect.area(); });
  seconds_.find += watch.lap();
  return faces;
}

Result<> Extraction::write_faces(std::size_t position, const media::Frame& frame, const std::vector<PlannedCrop>& faces,
                                 FrameRecord& record) {
  Stopwatch watch;
  std::vector<NewFace> cut;
  for (const auto& planned : faces)
    cut.push_back({cut_face(frame.bgr, frame.name, planned, options_), planned.by_hand});
  seconds_.cut += watch.lap();
  const auto before = known_of(record.name);
  TRY_VOID(keeper_->write(cut, before ? &*before : nullptr, bring_back_.contains(position), record));
  if (options_.debug) TRY_VOID(write_debug_picture(frame, faces));
  seconds_.write += watch.lap();
  return {};
}

Result<> Extraction::write_debug_picture(const media::Frame& frame, const std::vector<PlannedCrop>& faces) {
  constexpr int debug_quality = 50;  // spec pipeline.md 2.5
  const auto file = fs::path(frame.name).stem().string() + ".jpg";
  TRY(const Bytes jpeg,
      encode_jpeg(debug_picture(frame.bgr, faces, face_type_of(options_.face_type)), {.quality = debug_quality}));
  TRY_VOID(debug_aside_->make_way(*debug_made_, file));
  return debug_made_->write(file, jpeg);
}

std::optional<FrameRecord> Extraction::known_of(const std::string& frame_name) {
  const std::lock_guard lock(recording_);
  const auto known = journal_->records().find(frame_name);
  return known == journal_->records().end() ? std::nullopt : std::optional(known->second);
}

// Its faces of before, if it had some, stay as they are, and so does what is known of them.
Result<> Extraction::add_unread(FrameRecord record, std::string problem) {
  record.problem = std::move(problem);
  if (auto before = known_of(record.name)) {
    record.files = std::move(before->files);
    record.marks = std::move(before->marks);
    record.out = std::move(before->out);
    record.tracks = std::move(before->tracks);
  }
  return add_record(std::move(record));
}

Result<> Extraction::add_record(FrameRecord record) {
  std::lock_guard lock(recording_);
  if (marks_ && record.problem.empty()) marks_->cut(record.name);
  TRY_VOID(journal_->add(std::move(record)));
  run_.progress(++done_, frames_.size(), "frames");
  return {};
}

void Extraction::tell_aside() {
  if (!keeper_ || keeper_->aside().count() == 0) return;
  report_.set_aside = static_cast<std::int64_t>(keeper_->aside().count());
  if (report_.backup.empty()) report_.backup = keeper_->aside().where();
  run_.note(fmt::format("{} faces that were worked on were cut anew; as they were they are in {}", report_.set_aside,
                        keeper_->aside().where().string()));
}

}  // namespace

Result<ExtractReport> extract(const ExtractOptions& options, const ExtractPaths& paths, Run& run) {
  return Extraction(options, paths, run).work();
}

}  // namespace understudy
