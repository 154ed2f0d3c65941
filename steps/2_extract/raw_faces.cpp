// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/raw_faces.hpp"

#include <cstring>
#include <fstream>

#include "lib/base/hash.hpp"
#include "lib/base/io_failure.hpp"

namespace understudy {
namespace {

constexpr std::uint32_t magic = 0x31464655;  // "UFF1"
struct Header {
  std::uint32_t begin = magic, kind = 0, size = 0, reserved = 0;
  std::uint64_t checksum = 0;  // of the payload
};

class Writer {
 public:
  template <class T>
  Writer& put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* p = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), p, p + sizeof(T));
    return *this;
  }
  Writer& text(const std::string& s) {
    put(static_cast<std::uint32_t>(s.size()));
    bytes_.insert(bytes_.end(), s.begin(), s.end());
    return *this;
  }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class T>
  T get() {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      broken_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
    return value;
  }
  std::string text() {
    const auto size = get<std::uint32_t>();
    if (bytes_.size() < size) {
      broken_ = true;
      return {};
    }
    std::string s(bytes_.begin(), bytes_.begin() + size);
    bytes_ = bytes_.subspan(size);
    return s;
  }
  bool broken() const { return broken_; }

 private:
  std::span<const std::uint8_t> bytes_;
  bool broken_ = false;
};

// Rectangle and landmarks follow from a mesh, so only faces without one store them.
void put_face(Writer& out, const FoundFace& face) {
  out.put(face.score).put(face.detector_score).put(face.has_mesh);
  if (face.has_mesh) {
    out.put(face.mesh);
  } else {
    out.put(face.rect).put(face.landmarks);
  }
}

void get_face(Reader& in, FoundFace& face) {
  face.score = in.get<float>();
  face.detector_score = in.get<float>();
  face.has_mesh = in.get<bool>();
  if (!face.has_mesh) {
    face.rect = in.get<Rect>();
    face.landmarks = in.get<Landmarks68>();
    return;
  }
  face.mesh = in.get<Mesh468>();
  const Mesh mesh{face.mesh, face.score};
  face.rect = bounds(mesh);
  face.landmarks = landmarks68(mesh);
}

void put_face(Writer& out, const RawFace& face) {
  put_face(out, static_cast<const FoundFace&>(face));
  out.put(face.who.has_value());
  if (face.who) out.put(*face.who);
}

void get_face(Reader& in, RawFace& face) {
  get_face(in, static_cast<FoundFace&>(face));
  if (in.get<bool>()) face.who = in.get<Embedding>();
}

template <class Face>
void put_faces(Writer& out, const std::vector<Face>& faces) {
  out.put(static_cast<std::uint32_t>(faces.size()));
  for (const auto& face : faces) put_face(out, face);
}

template <class Face>
void get_faces(Reader& in, std::vector<Face>& faces) {
  for (auto n = in.get<std::uint32_t>(); n > 0 && !in.broken(); --n) get_face(in, faces.emplace_back());
}

// Both begin with the index and the size of the image file, which take() reads.
Bytes payload_of(const RawFrame& frame) {
  Writer out;
  out.put(frame.index).put(frame.content).text(frame.problem).put(frame.signature);
  put_faces(out, frame.faces);
  return out.take();
}

}  // namespace

Result<RawFaces> RawFaces::open(const fs::path& path, const std::string& head) {
  RawFaces raw;
  raw.path_ = path;
  TRY_VOID(raw.load(head));
  return raw;
}

// Reads the log a piece at a time: it holds some six kilobytes a face.
Result<> RawFaces::load(const std::string& head) {
  std::error_code none;
  const auto size = fs::exists(path_, none) ? fs::file_size(path_, none) : 0;
  bool first = true;
  while (end_ + sizeof(Header) <= size) {
    TRY(const auto bytes, read_range(path_, end_, sizeof(Header)));
    Header header;
    if (bytes.size() < sizeof header) break;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.begin != magic || end_ + sizeof header + header.size > size) break;
    TRY(const auto payload, read_range(path_, end_ + sizeof header, header.size));
    if (xxh3(payload) != header.checksum) break;
    if (first &&
        (header.kind != static_cast<std::uint32_t>(Kind::head) || std::string(payload.begin(), payload.end()) != head))
      break;
    if (!first) take(static_cast<Kind>(header.kind), {end_ + sizeof header, header.size, header.checksum, 0}, payload);
    first = false;
    end_ += sizeof header + header.size;
  }
  pending_.clear();  // of a later look that was cut short
  if (first) {       // none, or of another source
    TRY_VOID(write_text(path_, ""));
    end_ = 0;
    return append(Kind::head, {{Bytes(head.begin(), head.end())}});
  }
  if (end_ < size) fs::resize_file(path_, end_, none);
  if (none) return io_failure("write", path_, none.value());
  return {};
}

void RawFaces::take(Kind kind, const Place& place, std::span<const std::uint8_t> payload) {
  Reader in(payload);
  if (kind == Kind::end_of_later_look) {
    for (const auto& [index, where] : pending_) later_[index] = where;
    pending_.clear();
    ++later_looks_;
    return;
  }
  const auto index = in.get<std::int64_t>();
  Place full = place;
  full.content = in.get<std::uint64_t>();
  if (in.broken()) return;
  if (kind == Kind::look) {
    looks_[index] = full;
    later_.clear();
    pending_.clear();
    later_looks_ = 0;
  } else if (kind == Kind::later_look) {
    pending_[index] = full;
  } else if (kind == Kind::hand) {
    hand_[index] = full;
  }
}

Result<> RawFaces::append(Kind kind, std::span<const Bytes> payloads) {
  std::lock_guard lock(*writing_);
  Bytes all;
  std::vector<Place> places;
  for (const auto& payload : payloads) {
    const Header header{magic, static_cast<std::uint32_t>(kind), static_cast<std::uint32_t>(payload.size()), 0,
                        xxh3(payload)};
    const auto* p = reinterpret_cast<const std::uint8_t*>(&header);
    all.insert(all.end(), p, p + sizeof header);
    places.push_back({end_ + all.size(), header.size, header.checksum, 0});
    all.insert(all.end(), payload.begin(), payload.end());
  }
  std::ofstream out(path_, std::ios::app | std::ios::binary);
  out.write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size()));
  out.close();
  if (!out) {
    return fail_with_hint(Code::io, fmt::format("Cannot write {}", path_.string()),
                          "Check the space left on that disk and run the command again.");
  }
  end_ += all.size();
  if (kind == Kind::head) return {};
  for (std::size_t i = 0; i < payloads.size(); ++i) take(kind, places[i], payloads[i]);
  return {};
}

bool RawFaces::knows(std::int64_t index, FrameContents& contents) const {
  const auto place = looks_.find(index);
  return place != looks_.end() && place->second.content == contents.of(index).content;
}

Result<> RawFaces::add(const std::vector<RawFrame>& frames) {
  std::vector<Bytes> payloads;
  for (const auto& frame : frames) payloads.push_back(payload_of(frame));
  return append(Kind::look, payloads);
}

Result<> RawFaces::add_later(const std::vector<RawFrame>& frames) {
  std::vector<Bytes> payloads;
  for (const auto& frame : frames) payloads.push_back(payload_of(frame));
  return append(Kind::later_look, payloads);
}

Result<> RawFaces::end_later_look() { return append(Kind::end_of_later_look, {{Bytes()}}); }

Result<> RawFaces::add_by_hand(std::int64_t index, const std::vector<FoundFace>& faces, bool replace) {
  Writer out;
  out.put(index).put(std::uint64_t{0}).put(replace);
  put_faces(out, faces);
  const Bytes payload = out.take();
  const auto known = hand_.find(index);
  if (known != hand_.end() && known->second.checksum == xxh3(payload)) return {};
  return append(Kind::hand, {&payload, 1});
}

Result<RawFrame> RawFaces::read(std::int64_t index) const {
  RawFrame frame;
  frame.index = index;
  auto place = later_.find(index);
  bool found = place != later_.end();
  if (!found) place = looks_.find(index), found = place != looks_.end();
  if (found) {
    TRY(const auto payload, read_range(path_, place->second.offset, place->second.size));
    Reader in(payload);
    frame.index = in.get<std::int64_t>();
    frame.content = in.get<std::uint64_t>();
    frame.problem = in.text();
    frame.signature = in.get<Signature>();
    get_faces(in, frame.faces);
    if (in.broken() || frame.index != index) return fail(Code::bad_file, "{} is damaged", path_.string());
  }
  if (const auto hand = hand_.find(index); hand != hand_.end()) {
    TRY(const auto payload, read_range(path_, hand->second.offset, hand->second.size));
    Reader in(payload);
    in.get<std::int64_t>();
    in.get<std::uint64_t>();
    frame.hand_only = in.get<bool>();
    if (frame.hand_only) frame.faces.clear();
    get_faces(in, frame.by_hand);
    if (in.broken()) return fail(Code::bad_file, "{} is damaged", path_.string());
  }
  return frame;
}

std::uint64_t RawFaces::checksum(std::int64_t index) const {
  std::uint64_t sum = 0;
  for (const Places* places : {later_.contains(index) ? &later_ : &looks_, &hand_}) {
    const auto place = places->find(index);
    if (place != places->end()) sum = sum * 31 + place->second.checksum;
  }
  return sum;
}

}  // namespace understudy
