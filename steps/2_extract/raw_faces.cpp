// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/raw_faces.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/base/hash.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/path_text.hpp"

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

Bytes framed(std::uint32_t kind, const Bytes& payload) {
  const Header header{magic, kind, static_cast<std::uint32_t>(payload.size()), 0, xxh3(payload)};
  Bytes all(sizeof header + payload.size());
  std::memcpy(all.data(), &header, sizeof header);
  std::ranges::copy(payload, all.begin() + sizeof header);
  return all;
}

// Of the record that begins there; nothing when none does, or it is torn.
Result<std::optional<Header>> header_at(const fs::path& path, std::uint64_t at) {
  std::error_code error;
  const auto size = fs::exists(path, error) ? fs::file_size(path, error) : 0;
  if (error) return io_failure("read", path, error.value());
  if (at + sizeof(Header) > size) return std::optional<Header>();
  TRY(const auto bytes, read_range(path, at, sizeof(Header)));
  if (bytes.size() < sizeof(Header)) return std::optional<Header>();
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const bool whole = header.begin == magic && at + sizeof header + header.size <= size;
  return whole ? std::optional(header) : std::nullopt;
}

// Of two heads: the same frames in the same format, whatever they are looked at for.
bool same_frames(const std::string& before, const std::string& now) {
  const auto a = parse_json(before), b = parse_json(now);
  const auto has = [](const nlohmann::json& head) {
    return head.is_object() && head.contains("source") && head.contains("version");
  };
  return has(a) && has(b) && a["source"] == b["source"] && a["version"] == b["version"];
}

}  // namespace

Result<RawFaces> RawFaces::open(const fs::path& path, const std::string& head, std::vector<std::string> names) {
  RawFaces raw;
  raw.path_ = path;
  raw.names_ = std::move(names);
  TRY_VOID(raw.load(head));
  return raw;
}

Result<bool> RawFaces::holds_hand_work(const fs::path& path) {
  for (std::uint64_t at = 0;;) {
    TRY(const auto header, header_at(path, at));
    if (!header) return false;
    if (header->kind == static_cast<std::uint32_t>(Kind::hand) ||
        header->kind == static_cast<std::uint32_t>(Kind::named_hand))
      return true;
    at += sizeof(Header) + header->size;
  }
}

// Reads the log a piece at a time: it holds some six kilobytes a face.
Result<> RawFaces::load(const std::string& head) {
  bool first = true, other_look = false;
  while (true) {
    TRY(const auto header, header_at(path_, end_));
    if (!header) break;
    const auto kind = static_cast<Kind>(header->kind);
    TRY(const auto payload, read_range(path_, end_ + sizeof(Header), header->size));
    if (xxh3(payload) != header->checksum) break;
    if (first) {
      const std::string before(payload.begin(), payload.end());
      other_look = before != head;
      if (kind != Kind::head || (other_look && !same_frames(before, head))) break;
    } else {
      take({end_ + sizeof(Header), header->size, header->checksum, kind}, payload);
    }
    first = false;
    end_ += sizeof(Header) + header->size;
  }
  pending_.clear();  // of a later look that was cut short
  if (first || other_look) return begin_anew(head);
  std::error_code none;
  if (end_ < fs::file_size(path_, none)) fs::resize_file(path_, end_, none);
  if (none) return io_failure("write", path_, none.value());
  return {};
}

// All or nothing: hand work cannot be had again.
Result<> RawFaces::begin_anew(const std::string& head) {
  Bytes all = framed(static_cast<std::uint32_t>(Kind::head), Bytes(head.begin(), head.end()));
  for (const auto& [name, place] : hand_) {
    TRY(const auto payload, read_range(path_, place.offset, place.size));
    const auto record = framed(static_cast<std::uint32_t>(place.kind), payload);
    all.insert(all.end(), record.begin(), record.end());
  }
  TRY_VOID(write_file(path_, all));
  for (auto* places : {&looks_, &later_, &pending_}) places->clear();
  hand_.clear();
  later_looks_ = 0;
  end_ = 0;
  return load(head);
}

void RawFaces::take(Place place, std::span<const std::uint8_t> payload) {
  Reader in(payload);
  if (place.kind == Kind::end_of_later_look) {
    for (const auto& [index, where] : pending_) later_[index] = where;
    pending_.clear();
    ++later_looks_;
    return;
  }
  const auto index = in.get<std::int64_t>();
  place.content = in.get<std::uint64_t>();
  if (place.kind == Kind::hand) {
    if (!in.broken() && index >= 0 && index < std::ssize(names_))
      hand_[names_[static_cast<std::size_t>(index)]] = place;
    return;
  }
  const auto text = in.text();  // the problem, or the name
  if (in.broken()) return;
  if (place.kind == Kind::named_hand) {
    hand_[text] = place;
    return;
  }
  place.unread = !text.empty();
  if (place.kind == Kind::look || place.kind == Kind::thorough_look) {
    looks_[index] = place;
    later_.clear();
    pending_.clear();
    later_looks_ = 0;
  } else if (place.kind == Kind::later_look) {
    pending_[index] = place;
  }
}

Result<> RawFaces::append(Kind kind, std::span<const Bytes> payloads) {
  std::lock_guard lock(*writing_);
  Bytes all;
  std::vector<Place> places;
  for (const auto& payload : payloads) {
    const auto record = framed(static_cast<std::uint32_t>(kind), payload);
    places.push_back(
        {end_ + all.size() + sizeof(Header), static_cast<std::uint32_t>(payload.size()), xxh3(payload), kind});
    all.insert(all.end(), record.begin(), record.end());
  }
  std::ofstream out(path_, std::ios::app | std::ios::binary);
  out.write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size()));
  out.close();
  if (!out) {
    return fail_with_hint(Code::io, fmt::format("Cannot write {}", path_.string()),
                          "Check the space left on that disk and run the command again.");
  }
  end_ += all.size();
  for (std::size_t i = 0; i < payloads.size(); ++i) take(places[i], payloads[i]);
  return {};
}

// A copy, under the lock: others may be adding theirs meanwhile.
std::optional<RawFaces::Place> RawFaces::look_at(std::int64_t index, FrameContents& contents) const {
  const auto content = contents.of(index).content;
  const std::lock_guard lock(*writing_);
  const auto place = looks_.find(index);
  if (place == looks_.end() || place->second.content != content) return {};
  return place->second;
}

bool RawFaces::knows(std::int64_t index, FrameContents& contents) const { return look_at(index, contents).has_value(); }

bool RawFaces::knows_thoroughly(std::int64_t index, FrameContents& contents) const {
  const auto place = look_at(index, contents);
  return place && place->kind == Kind::thorough_look;
}

void RawFaces::forget_unread(std::int64_t index) {
  const auto place = looks_.find(index);
  if (place != looks_.end() && place->second.unread) looks_.erase(place);
}

Result<> RawFaces::add(const std::vector<RawFrame>& frames) {
  std::vector<Bytes> usual, thorough;
  for (const auto& frame : frames) (frame.thorough ? thorough : usual).push_back(payload_of(frame));
  if (!usual.empty()) TRY_VOID(append(Kind::look, usual));
  return thorough.empty() ? Result<>() : append(Kind::thorough_look, thorough);
}

Result<> RawFaces::add_later(const std::vector<RawFrame>& frames) {
  std::vector<Bytes> payloads;
  for (const auto& frame : frames) payloads.push_back(payload_of(frame));
  return append(Kind::later_look, payloads);
}

Result<> RawFaces::end_later_look() { return append(Kind::end_of_later_look, {{Bytes()}}); }

const RawFaces::Place* RawFaces::hand_in(std::int64_t index) const {
  const auto place = hand_.find(names_.at(static_cast<std::size_t>(index)));
  return place == hand_.end() ? nullptr : &place->second;
}

Result<> RawFaces::add_by_hand(std::int64_t index, std::uint64_t content, const std::vector<FoundFace>& faces,
                               bool replace) {
  Writer out;
  out.put(index).put(content).text(names_.at(static_cast<std::size_t>(index))).put(replace);
  put_faces(out, faces);
  const Bytes payload = out.take();
  const auto* known = hand_in(index);
  if (known && known->checksum == xxh3(payload)) return {};
  return append(Kind::named_hand, {&payload, 1});
}

std::string RawFaces::hand_key(std::int64_t index) const {
  const auto* hand = hand_in(index);
  return hand ? fmt::format("hand {:016x}", hand->checksum) : std::string();
}

std::map<std::string, std::uint64_t> RawFaces::changed_under_hand(FrameContents& contents) const {
  std::map<std::string, std::uint64_t> changed;
  for (std::int64_t i = 0; i < std::ssize(names_); ++i) {
    const auto* hand = hand_in(i);
    if (hand && hand->content != 0 && contents.of(i).content != hand->content)
      changed.emplace(names_[static_cast<std::size_t>(i)], hand->content);
  }
  return changed;
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
  if (const auto* hand = hand_in(index)) TRY_VOID(read_hand(*hand, frame));
  return frame;
}

Result<> RawFaces::read_hand(const Place& hand, RawFrame& frame) const {
  TRY(const auto payload, read_range(path_, hand.offset, hand.size));
  Reader in(payload);
  in.get<std::int64_t>();
  in.get<std::uint64_t>();
  if (hand.kind == Kind::named_hand) in.text();
  frame.hand_only = in.get<bool>();
  if (frame.hand_only) frame.faces.clear();
  get_faces(in, frame.by_hand);
  if (in.broken()) return fail(Code::bad_file, "{} is damaged", path_.string());
  return {};
}

std::uint64_t RawFaces::checksum(std::int64_t index) const {
  std::uint64_t sum = 0;
  const auto add = [&sum](const Place& place) { sum = sum * 31 + place.checksum; };
  const Places& looks = later_.contains(index) ? later_ : looks_;
  if (const auto place = looks.find(index); place != looks.end()) add(place->second);
  if (const auto* hand = hand_in(index)) add(*hand);
  return sum;
}

}  // namespace understudy
