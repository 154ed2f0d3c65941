// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/face_keeper.hpp"

#include <algorithm>

#include "lib/base/hash.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/moves.hpp"
#include "lib/face/carry_over.hpp"
#include "lib/face/fit_metadata.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

// Of all but the metadata, which labelling changes and pictures do not care for.
std::uint64_t picture_hash(const Bytes& jpeg) {
  const auto segments = jpeg_segments(jpeg);
  if (!segments) return 0;
  Bytes picture;
  std::size_t from = 0;
  for (const auto& segment : *segments) {
    if (segment.marker != metadata_marker) continue;
    picture.insert(picture.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(from),
                   jpeg.begin() + static_cast<std::ptrdiff_t>(segment.offset));
    from = segment.offset + segment.size;
  }
  picture.insert(picture.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(from), jpeg.end());
  return xxh3(picture);
}

std::vector<Rect> boxes_of(std::span<const FaceMark> marks) {
  std::vector<Rect> boxes;
  for (const auto& mark : marks) boxes.push_back(mark.box);
  return boxes;
}

// The face with another number of its track; nothing when it bears that already, or none at all.
std::optional<Bytes> with_track(const Bytes& jpeg, int track) {
  auto info = face_info_from_jpeg(jpeg);
  if (!info) return {};
  const auto said =
      std::ranges::find_if(info->extra, [](const auto& entry) { return entry.first == "understudy_track"; });
  if (said == info->extra.end() || said->second.as_int() == track) return {};
  said->second = pickle::Value(track);
  auto changed = with_face_info(jpeg, *info);
  return changed ? std::optional(*std::move(changed)) : std::nullopt;
}

}  // namespace

// A frame's faces as they are and were.
struct FaceKeeper::Frame {
  const std::vector<PresentFace>& present;
  const FrameRecord* before;
  std::vector<Rect> boxes;             // of `present`
  std::vector<bool> taken;             // those that a new face has replaced
  std::vector<const FaceMark*> marks;  // of `present`: as we wrote it, or null
  std::vector<Rect> thrown_out;        // were written or known, and are not there
  std::set<std::string> given;         // names

  Frame(const std::vector<PresentFace>& there, const FrameRecord* earlier) : present(there), before(earlier) {
    for (const auto& face : present) {
      boxes.push_back(face.box);
      given.insert(face.name);
    }
    taken.resize(boxes.size());
    marks.resize(boxes.size());
    if (!before) return;
    const auto written = boxes_of(before->marks);
    std::vector<bool> found(written.size());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const int mark = same_face(boxes[i], written, found);
      if (mark < 0) continue;
      found[static_cast<std::size_t>(mark)] = true;
      marks[i] = &before->marks[static_cast<std::size_t>(mark)];
    }
    thrown_out = before->out;
    for (std::size_t m = 0; m < written.size(); ++m)
      if (!found[m]) thrown_out.push_back(written[m]);
  }
};

Result<> FaceKeeper::write(std::span<NewFace> faces, const FrameRecord* before, bool bring_back, FrameRecord& record) {
  Frame frame(present_.of_frame(record.name), before);
  for (auto& one : faces) {
    const auto box = face_box(*one.face.info.source_landmarks);
    const int there = same_face(box, frame.boxes, frame.taken);
    const std::vector<bool> none(frame.thrown_out.size());
    const int out = bring_back || one.by_hand ? -1 : same_face(box, frame.thrown_out, none);
    if (there >= 0) {
      TRY_VOID(replace(frame, static_cast<std::size_t>(there), one, record));
    } else if (out >= 0) {
      record.out.push_back(frame.thrown_out[static_cast<std::size_t>(out)]);
    } else {
      TRY_VOID(add(frame, one, record));
    }
  }
  return clear_leftovers(frame);
}

Result<> FaceKeeper::renumber(std::span<const TrackOfFace> faces, FrameRecord& record) {
  const FrameRecord before = record;
  Frame frame(present_.of_frame(record.name), &before);
  for (const auto& face : faces) {
    const int there = same_face(face.box, frame.boxes, frame.taken);
    if (there < 0) continue;
    const auto at = static_cast<std::size_t>(there);
    frame.taken[at] = true;
    const auto& name = frame.present[at].name;
    if (name.empty()) continue;  // packed
    TRY(const Bytes old, read_file(folder_ / name, largest_picture));
    const auto jpeg = with_track(old, face.track);
    if (!jpeg) continue;
    TRY_VOID(write_file(folder_ / name, *jpeg));
    if (frame.marks[at] == nullptr || frame.marks[at]->file != xxh3(old))
      continue;  // somebody's work stays known as such
    record.marks[static_cast<std::size_t>(frame.marks[at] - before.marks.data())].file = xxh3(*jpeg);
  }
  return {};
}

// The new crop takes the old one's name, which a sort may have given it.
Result<> FaceKeeper::replace(Frame& frame, std::size_t present, NewFace& one, FrameRecord& record) {
  frame.taken[present] = true;
  const auto& name = frame.present[present].name;
  const auto* mark = frame.marks[present];
  const auto box = face_box(*one.face.info.source_landmarks);
  TRY(const Bytes fresh, encode_jpeg(one.face.image_bgr, {.quality = jpeg_quality_}));
  TRY(const Bytes old, read_file(folder_ / name, largest_picture));
  auto jpeg = with_face_info(fresh, one.face.info);
  if (!jpeg) return during(std::move(jpeg).error(), fmt::format("writing {}", name));
  if (*jpeg == old) return note(name, old, box, record);  // a kill hit the moment before it was recorded
  // Where it is not as we wrote it, somebody worked on it: on the picture, unless that is as we cut it, then or just
  // now before a kill. What we wrote may hold labels, too, that an earlier cutting carried over.
  const bool ours = mark && mark->file == xxh3(old);
  const auto picture = picture_hash(old);
  const bool as_cut = ours || (mark && mark->picture == picture) || picture == picture_hash(*jpeg);
  bool carried = false;  // whole: not with a mask made smaller so that it fits beside our own metadata
  const auto info = face_info_from_jpeg(old);
  const auto size = image_size(old);
  if (info && size) {
    FaceInfo with_work = one.face.info;
    const bool goes = carry_hand_work(*info, size->width, with_work, one.face.image_bgr.width).has_value();
    const auto fitted = goes ? fit_metadata(std::move(with_work)) : Result<FittedInfo>(Failure(Error{}));
    auto both = fitted ? with_face_info(fresh, fitted->info) : Result<Bytes>(Failure(Error{}));
    carried = both && fitted->gave_way.empty();
    if (both) jpeg = std::move(both);
  }
  if (!carried || !as_cut) TRY_VOID(aside_.keep(name));
  return put(name, *jpeg, box, record);
}

Result<> FaceKeeper::add(Frame& frame, const NewFace& one, FrameRecord& record) {
  TRY(const auto name, free_name(frame, record.name));
  frame.given.insert(name);
  TRY(const Bytes fresh, encode_jpeg(one.face.image_bgr, {.quality = jpeg_quality_}));
  auto jpeg = with_face_info(fresh, one.face.info);
  if (!jpeg) return during(std::move(jpeg).error(), fmt::format("writing {}", name));
  return put(name, *jpeg, face_box(*one.face.info.source_landmarks), record);
}

Result<> FaceKeeper::put(const std::string& name, const Bytes& jpeg, const Rect& box, FrameRecord& record) {
  TRY_VOID(write_file(folder_ / name, jpeg));
  return note(name, jpeg, box, record);
}

Result<> FaceKeeper::note(const std::string& name, const Bytes& jpeg, const Rect& box, FrameRecord& record) {
  record.files.push_back(name);
  record.marks.push_back({box, xxh3(jpeg), picture_hash(jpeg)});
  return {};
}

// "<frame>_<i>.jpg", passing over names that faces of other frames have; what else has the name is put aside when it
// was ours once, and passed over when not.
Result<std::string> FaceKeeper::free_name(const Frame& frame, const std::string& frame_name) {
  const auto stem = fs::path(frame_name).stem().string();
  for (int i = 0;; ++i) {
    const auto name = fmt::format("{}_{}.jpg", stem, i);
    if (frame.given.contains(name)) continue;
    if (!is_there(folder_ / name)) return name;
    const bool was_ours = frame.before && std::ranges::count(frame.before->files, name) > 0;
    if (!was_ours || read_face_info(folder_ / name)) continue;
    TRY_VOID(aside_.take(name));
    return name;
  }
}

// Faces of ours that are not found any more: gone when they are as they were written, else put aside. What others put
// there stays.
Result<> FaceKeeper::clear_leftovers(const Frame& frame) {
  for (std::size_t i = 0; i < frame.present.size(); ++i) {
    const auto& name = frame.present[i].name;
    const auto* mark = frame.marks[i];
    const bool named = frame.before && std::ranges::count(frame.before->files, name) > 0;
    if (frame.taken[i] || (!mark && !named)) continue;
    TRY(const Bytes old, read_file(folder_ / name, largest_picture));
    // As we wrote it, it may hold labels that an earlier cutting carried over.
    const auto info = face_info_from_jpeg(old);
    if (!mark || mark->file != xxh3(old) || (info && has_hand_work(*info))) {
      TRY_VOID(aside_.take(name));
      continue;
    }
    std::error_code error;
    fs::remove(folder_ / name, error);
    if (error) return io_failure("remove", folder_ / name, error.value());
  }
  return {};
}

}  // namespace understudy
