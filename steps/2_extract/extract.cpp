// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/extract.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "lib/base/system.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/options/options.hpp"
#include "steps/2_extract/face_crop.hpp"
#include "steps/2_extract/journal.hpp"

namespace understudy {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double since(double& start) {
  const double end = now(), passed = end - start;
  start = end;
  return passed;
}

// What the result depends on: when it changes, the faces are out of date.
nlohmann::json head_of(ExtractOptions options, const media::FrameSource& source) {
  options.image_size = crop_size_of(options);
  auto rows = rows_of(options);
  auto chosen = options_to_json(rows);
  for (const char* key : {"redo", "threads", "input", "output"}) chosen.erase(key);
  nlohmann::json origin{{"name", source.path().filename().string()}, {"kind", source.is_video() ? "video" : "folder"}};
  if (source.is_video()) {
    std::error_code ignored;
    origin["bytes"] = fs::file_size(source.path(), ignored);
    origin["frames"] = source.count();
  }
  return {{"source", origin}, {"options", chosen}};
}

std::int64_t jpegs_in(const fs::path& folder) {
  const auto files = image_files(folder);
  return files ? static_cast<std::int64_t>(files->size()) : 0;
}

// Moves a folder aside under the first free name "<folder>_backup-<n>".
Result<fs::path> move_aside(const fs::path& folder) {
  std::error_code error;
  for (int n = 1;; ++n) {
    const fs::path backup = folder.parent_path() / fmt::format("{}_backup-{}", folder.filename().string(), n);
    if (fs::exists(backup, error)) continue;
    fs::rename(folder, backup, error);
    if (error) return fail(Code::io, "Cannot move {} to {}: {}", folder.string(), backup.string(), error.message());
    return backup;
  }
}

class Extraction {
 public:
  Extraction(const ExtractOptions& options, const ExtractPaths& paths, Run& run)
      : options_(options), paths_(paths), run_(run) {}

  Result<ExtractReport> work() {
    const double start = now();
    TRY(source_, media::FrameSource::open(paths_.frames));
    TRY(journal_, Journal::load(paths_.journal));
    TRY(const bool ours, settle_earlier_work());
    if (ours) {
      TRY_VOID(list_frames());
      if (!todo_.empty() || !journal_->complete()) TRY_VOID(do_frames());
      tell_report();
    }
    report_.seconds = now() - start;
    if (ours && report_.faces == 0) {
      return fail_with_hint(
          Code::no_faces, fmt::format("No face was found in {} ({} frames)", paths_.frames.string(), report_.frames),
          "Check that it is the right clip; faces smaller than 20 pixels or turned away cannot be used.");
    }
    return report_;
  }

 private:
  Result<bool> settle_earlier_work();
  Result<> list_frames();
  Result<> do_frames();
  void worker(FaceFinder finder);
  std::optional<media::Frame> take_frame();
  Result<> process(FaceFinder&, const media::Frame&);
  Result<> write_faces(const media::Frame&, const std::vector<FoundFace>&, FrameRecord&);
  Result<> add_record(FrameRecord);
  void stop_with(Error);
  void tell_report();
  std::uint64_t bytes_of(std::int64_t index) const;

  const ExtractOptions& options_;
  const ExtractPaths& paths_;
  Run& run_;
  std::optional<media::FrameSource> source_;
  std::optional<Journal> journal_;
  std::vector<std::int64_t> frames_;  // indices of all frames that count
  std::vector<std::int64_t> todo_;    // those not done yet, ascending
  ExtractReport report_;

  std::mutex reading_;  // the source and next_
  std::size_t next_ = 0;
  std::mutex recording_;  // the journal, the report's sums and error_
  std::optional<Error> error_;
};

// False when the folder's faces come from elsewhere and are to be kept.
Result<bool> Extraction::settle_earlier_work() {
  const auto head = head_of(options_, *source_);
  const bool known = !journal_->head().is_null();
  const bool same = known && journal_->head().value("source", nlohmann::json()) == head["source"] &&
                    journal_->head().value("options", nlohmann::json()) == head["options"];
  const auto present = jpegs_in(paths_.aligned);
  std::error_code ignored;
  const bool packed = fs::exists(paths_.aligned / "faceset.pak", ignored);
  if (!known && !options_.redo && (present > 0 || packed)) {
    run_.note(fmt::format("{} already holds faces that were extracted elsewhere: they are kept; --redo extracts anew",
                          paths_.aligned.string()));
    report_.kept_foreign = true;
    report_.frames = source_->count();
    report_.faces = present;
    return false;
  }
  const bool lost = same && present == 0 && !packed && journal_->face_count() > 0;  // somebody removed the faces
  if (!same || options_.redo || lost) {
    if (known && !same) run_.note("The source or the options differ from the last extraction: starting over");
    if (present > 0 || packed) {
      TRY(report_.backup, move_aside(paths_.aligned));
      if (fs::exists(paths_.debug, ignored)) TRY_VOID(move_aside(paths_.debug));
      run_.note(fmt::format("The {} faces that were there are now in {}", present, report_.backup.string()));
    }
    journal_->forget_all();
    TRY_VOID(journal_->begin(head));
  }
  return true;
}

std::uint64_t Extraction::bytes_of(std::int64_t index) const {
  if (source_->is_video()) return 0;
  std::error_code error;
  const auto size = fs::file_size(source_->path() / source_->name(index), error);
  return error ? 0 : size;
}

Result<> Extraction::list_frames() {
  std::set<std::string> stems;
  for (std::int64_t i = 0; i < source_->count(); ++i) {
    const auto& name = source_->name(i);
    if (!stems.insert(fs::path(name).stem().string()).second) {
      run_.warn(fmt::format("{} is passed over: another image has the same name with another ending", name));
      continue;
    }
    frames_.push_back(i);
    const auto record = journal_->records().find(name);
    if (record != journal_->records().end() && record->second.bytes == bytes_of(i)) continue;
    if (record != journal_->records().end()) {  // the image changed since
      std::error_code ignored;
      for (const auto& file : record->second.files) fs::remove(paths_.aligned / fs::path(file).filename(), ignored);
      journal_->forget(name);
    }
    todo_.push_back(i);
  }
  report_.frames = static_cast<std::int64_t>(frames_.size());
  report_.frames_done_before = static_cast<std::int64_t>(frames_.size() - todo_.size());
  return {};
}

Result<> Extraction::do_frames() {
  TRY_VOID(make_folders(paths_.aligned));
  remove_temporaries(paths_.aligned);
  if (options_.debug) TRY_VOID(make_folders(paths_.debug));
  TRY_VOID(journal_->begin(head_of(options_, *source_)));
  run_.stage("extract");
  run_.progress(static_cast<std::uint64_t>(report_.frames_done_before), frames_.size(), "frames");
  if (!todo_.empty()) {
    const int threads = options_.threads > 0 ? options_.threads : static_cast<int>(cpu_threads());
    TRY(const FaceFinder finder, FaceFinder::load(threads));
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([this, own = finder.share()]() mutable { worker(std::move(own)); });
  }  // joined here
  if (error_) return Failure(*error_);
  if (next_ < todo_.size()) return Run::cancelled();
  return journal_->finish();
}

// A thread takes a frame, does all of its work and takes the next: no queue can fill, and every core has work whatever
// stage is the slow one. Decoding a video is the one part that goes in turn.
void Extraction::worker(FaceFinder finder) {
  try {
    while (const auto frame = take_frame()) {
      if (auto done = process(finder, *frame); !done)
        return stop_with(during(std::move(done).error(), "extracting " + frame->name).value());
    }
  } catch (const std::exception& e) {
    stop_with({Code::internal, fmt::format("Extraction stopped: {}", e.what()), {}, {}});
  }
}

void Extraction::stop_with(Error error) {
  std::lock_guard lock(recording_);
  if (!error_) error_ = std::move(error);
}

std::optional<media::Frame> Extraction::take_frame() {
  while (true) {
    double start = now();
    std::unique_lock reading(reading_);
    {
      std::lock_guard lock(recording_);
      if (error_) return {};
    }
    if (run_.stopping() || next_ == todo_.size()) return {};
    const auto index = todo_[next_++];
    Result<media::Frame> frame = [&] {
      if (source_->is_video()) return source_->at(index);
      reading.unlock();
      return source_->read_image_file(index);
    }();
    if (reading.owns_lock()) reading.unlock();
    if (frame) {
      std::lock_guard lock(recording_);
      report_.read_seconds += since(start);
      return std::move(*frame);
    }
    run_.warn(to_sentence(frame.error()));
    if (auto added = add_record({source_->name(index), bytes_of(index), {}, frame.error().message}); !added) {
      stop_with(std::move(added).error());
      return {};
    }
  }
}

Result<> Extraction::process(FaceFinder& finder, const media::Frame& frame) {
  double start = now();
  TRY(auto faces, finder.find(frame.bgr, options_.thorough ? Look::thorough : Look::usual));
  if (options_.max_faces > 0 && faces.size() > static_cast<std::size_t>(options_.max_faces))
    faces.resize(static_cast<std::size_t>(options_.max_faces));
  {
    std::lock_guard lock(recording_);
    report_.find_seconds += since(start);
  }
  FrameRecord record{frame.name, bytes_of(frame.index), {}, {}};
  TRY_VOID(write_faces(frame, faces, record));
  return add_record(std::move(record));
}

Result<> Extraction::write_faces(const media::Frame& frame, const std::vector<FoundFace>& faces, FrameRecord& record) {
  const auto stem = fs::path(frame.name).stem().string();
  double start = now(), cut = 0, write = 0;
  for (const auto& found : faces) {
    const Face face = cut_face(frame.bgr, frame.name, found, options_);
    cut += since(start);
    const auto file = fmt::format("{}_{}.jpg", stem, record.files.size());
    TRY_VOID(write_face_jpeg(paths_.aligned / file, face.image_bgr, options_.jpeg_quality, face.info));
    record.files.push_back(file);
    write += since(start);
  }
  if (options_.debug) {
    constexpr int debug_quality = 50;  // spec pipeline.md 2.5
    TRY_VOID(write_image(paths_.debug / (stem + ".jpg"),
                         debug_picture(frame.bgr, faces, face_type_of(options_.face_type)), debug_quality));
    write += since(start);
  }
  std::lock_guard lock(recording_);
  report_.cut_seconds += cut;
  report_.write_seconds += write;
  return {};
}

Result<> Extraction::add_record(FrameRecord record) {
  std::lock_guard lock(recording_);
  TRY_VOID(journal_->add(std::move(record)));
  run_.progress(journal_->records().size(), frames_.size(), "frames");
  return {};
}

void Extraction::tell_report() {
  for (const auto index : frames_) {
    const auto record = journal_->records().find(source_->name(index));
    if (record == journal_->records().end()) continue;
    const auto& files = record->second.files;
    report_.faces += static_cast<std::int64_t>(files.size());
    if (!record->second.problem.empty()) {
      report_.unreadable.push_back(record->first);
    } else if (files.empty()) {
      report_.without_face.push_back(record->first);
    } else if (files.size() > 1) {
      report_.several_faces.push_back(record->first);
    }
  }
}

}  // namespace

std::string to_json_text(const ExtractReport& r) {
  const nlohmann::json json{
      {"frames", r.frames},
      {"faces", r.faces},
      {"frames_done_before", r.frames_done_before},
      {"without_face", r.without_face},
      {"several_faces", r.several_faces},
      {"unreadable", r.unreadable},
      {"kept_foreign", r.kept_foreign},
      {"backup", r.backup.string()},
      {"seconds", r.seconds},
      {"frames_per_second", r.seconds > 0 ? static_cast<double>(r.frames - r.frames_done_before) / r.seconds : 0.0},
      {"thread_seconds",
       {{"read", r.read_seconds}, {"find", r.find_seconds}, {"cut", r.cut_seconds}, {"write", r.write_seconds}}},
      {"memory_peak_bytes", memory_peak()}};
  return json.dump();
}

Result<ExtractReport> extract(const ExtractOptions& options, const ExtractPaths& paths, Run& run) {
  return Extraction(options, paths, run).work();
}

}  // namespace understudy
