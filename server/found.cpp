// SPDX-License-Identifier: Apache-2.0
#include "server/found.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/frame_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"
#include "lib/face/extra_keys.hpp"
#include "lib/face/face_list.hpp"
#include "lib/project/extract_journal.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr unsigned most_threads = 4;

std::string stem_of(const std::string& name) { return fs::path(name).stem().native(); }

// Work by work from several threads, as long as nobody ends it.
template <class Work>
void each(std::size_t count, const std::atomic<bool>& ending, std::atomic<std::size_t>& done, const Work& work) {
  std::atomic<std::size_t> next = 0;
  static_cast<void>(on_threads(std::min(cpu_threads(), most_threads), [&](unsigned) -> Result<> {
    for (std::size_t i; !ending && (i = next++) < count; ++done) work(i);
    return {};
  }));
}

}  // namespace

FoundFace found_face(const FaceInfo& info) {
  FoundFace face;
  face.frame = stem_of(info.source_filename);
  if (info.source_landmarks) {
    std::array<float, 136> points{};
    double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
    for (std::size_t i = 0; i < info.source_landmarks->size(); ++i) {
      const Point& p = (*info.source_landmarks)[i];
      points[2 * i] = static_cast<float>(p.x);
      points[2 * i + 1] = static_cast<float>(p.y);
      left = std::min(left, p.x), right = std::max(right, p.x);
      top = std::min(top, p.y), bottom = std::max(bottom, p.y);
    }
    face.landmarks = points;
    face.box = {left, top, right, bottom};
  }
  if (info.source_rect) face.box = *info.source_rect;
  face.track = extra_whole(info, "understudy_track").value_or(-1);
  face.person = extra_whole(info, "understudy_person").value_or(-1);
  face.score = extra_number(info, "understudy_score").value_or(-1);
  const auto* filled = extra_value(info, "understudy_filled");
  face.filled = filled && filled->as_bool().value_or(false);
  return face;
}

Found::~Found() {
  ending_ = true;
  for (auto& side : sides_)
    if (side.thread.joinable()) side.thread.join();
}

std::uint64_t Found::stamp_of(Side side) const {
  const auto aligned = workspace_.aligned(side);
  return change_stamp(aligned) * 31 + change_stamp(aligned / "faceset.pak") * 17 +
         change_stamp(extract_journal_of(workspace_, side));
}

void Found::read_loose(Side side, Index& index, const Index* before) {
  auto& reading = sides_[static_cast<std::size_t>(side)];
  const auto aligned = workspace_.aligned(side);
  auto files = jpg_files(aligned);
  if (files.empty()) {
    for (const auto& folder : sub_folders(aligned))
      for (const auto& file : jpg_files(folder)) files.push_back(file);
  }
  reading.total = files.size();
  std::vector<Face> faces(files.size());
  each(files.size(), ending_, reading.done, [&](std::size_t i) {
    const auto path = path_text(files[i].lexically_relative(workspace_.root));
    const auto stamp = change_stamp(files[i]);
    if (before) {
      const auto known = before->files.find(path);
      if (known != before->files.end() && known->second->stamp == stamp) {
        faces[i] = known->second;
        return;
      }
    }
    const auto info = read_face_info(files[i]);
    if (!info) return;
    auto face = found_face(*info);
    face.path = path;
    face.stamp = stamp;
    faces[i] = std::make_shared<const FoundFace>(std::move(face));
  });
  for (auto& face : faces) {
    if (!face) continue;
    index.frames[face->frame].push_back(face);
    index.files.emplace(face->path, std::move(face));
  }
}

void Found::read_pack(Side side, Index& index) {
  auto& reading = sides_[static_cast<std::size_t>(side)];
  const auto list = understudy::FaceList::open(workspace_.aligned(side));
  if (!list) return;
  reading.total = list->count();
  std::vector<Face> faces(list->count());
  each(list->count(), ending_, reading.done, [&](std::size_t i) {
    if (const auto info = list->info(i)) faces[i] = std::make_shared<const FoundFace>(found_face(*info));
  });
  for (auto& face : faces)
    if (face) index.frames[face->frame].push_back(std::move(face));
}

void Found::read_journal(Side side, Index& index) const {
  const auto journal = Journal::load(extract_journal_of(workspace_, side));
  if (!journal || journal->head().is_null()) return;
  index.has_journal = true;
  index.shots = journal->shots();
  for (const auto& [name, record] : journal->records()) {
    index.looked.insert(stem_of(name));
    if (!record.problem.empty()) index.unreadable.insert(stem_of(name));
  }
}

void Found::read(Side side, std::uint64_t stamp, std::shared_ptr<const Index> before) {
  auto made = std::make_shared<Index>();
  made->stamp = stamp;
  static_cast<void>(walled([&]() -> Result<> {
    std::error_code error;
    if (fs::exists(workspace_.aligned(side) / "faceset.pak", error))
      read_pack(side, *made);
    else
      read_loose(side, *made, before.get());
    read_journal(side, *made);
    return {};
  }));
  const std::lock_guard lock(mutex_);
  auto& reading = sides_[static_cast<std::size_t>(side)];
  if (!ending_) reading.index = std::move(made);
  reading.at_work = false;
  read_.notify_all();
}

std::shared_ptr<const Found::Index> Found::index(Side side, double wait) {
  auto& reading = sides_[static_cast<std::size_t>(side)];
  std::unique_lock lock(mutex_);
  const auto stamp = stamp_of(side);
  const auto current = [&] { return reading.index && reading.index->stamp == stamp; };
  if (!current() && !reading.at_work) {
    if (reading.thread.joinable()) reading.thread.join();
    reading.at_work = true;
    reading.done = reading.total = 0;
    auto started = background_thread([this, side, stamp, before = reading.index] { read(side, stamp, before); },
                                     [](const Error&) {});
    if (started)
      reading.thread = *std::move(started);
    else
      reading.at_work = false;
  }
  read_.wait_for(lock, std::chrono::duration<double>(wait), [&] { return !reading.at_work; });
  return current() ? reading.index : nullptr;
}

Result<json> Found::overview(Side side, Clips& clips) {
  constexpr double moment = 1.5;
  TRY(const auto clip, clips.open(clip_of(side)));
  const auto known = index(side, moment);
  const auto& reading = sides_[static_cast<std::size_t>(side)];
  if (!known) return json{{"ready", false}, {"done", reading.done.load()}, {"total", reading.total.load()}};
  struct Track {
    int person = -1;
    std::int64_t first = 0, last = 0, frames = 0;
  };
  std::map<int, Track> tracks;
  std::string letters;
  std::size_t faces = 0;
  const bool any = !known->frames.empty();
  for (std::int64_t i = 0; i < clip->count(); ++i) {
    const auto stem = stem_of(clip->source->name(i));
    const auto found = known->frames.find(stem);
    if (found == known->frames.end()) {
      const bool looked = known->has_journal ? known->looked.contains(stem) : any;
      letters += known->unreadable.contains(stem) ? '!' : looked ? '-' : '.';
      continue;
    }
    const auto& here = found->second;
    faces += here.size();
    const bool filled = std::ranges::all_of(here, [](const Face& face) { return face->filled; });
    letters += filled ? 'f' : here.size() > 1 ? '2' : '1';
    for (const auto& face : here) {
      if (face->track < 0) continue;
      auto& track = tracks.try_emplace(face->track, Track{face->person, i, i, 0}).first->second;
      track.last = i;
      ++track.frames;
    }
  }
  constexpr std::size_t most_tracks = 2000;
  json list = json::array();
  for (const auto& [number, track] : tracks) {
    if (list.size() == most_tracks) break;
    list.push_back({{"track", number},
                    {"person", track.person},
                    {"first", track.first},
                    {"last", track.last},
                    {"frames", track.frames}});
  }
  return json{
      {"ready", true}, {"frames", letters}, {"faces", faces}, {"shots", known->shots}, {"tracks", std::move(list)}};
}

Result<json> Found::at(Side side, Clips& clips, std::int64_t first, std::int64_t count) {
  constexpr std::int64_t most = 64;
  constexpr std::size_t most_faces = 50;  // of a frame
  TRY(const auto clip, clips.open(clip_of(side)));
  const auto known = index(side, 0.2);
  json frames = json::array();
  const auto end = std::min(clip->count(), first + std::min(count, most));
  for (auto i = std::max<std::int64_t>(0, first); known && i < end; ++i) {
    json faces = json::array();
    const auto found = known->frames.find(stem_of(clip->source->name(i)));
    for (const auto& face : found == known->frames.end() ? std::vector<Face>() : found->second) {
      if (faces.size() == most_faces) break;
      json one = {{"path", face->path},
                  {"v", fmt::format("{:x}", face->stamp)},
                  {"box", {face->box.left, face->box.top, face->box.right, face->box.bottom}},
                  {"track", face->track},
                  {"person", face->person},
                  {"score", face->score},
                  {"filled", face->filled},
                  {"landmarks", json::array()}};
      if (face->landmarks)
        for (const float v : *face->landmarks) one["landmarks"].push_back(std::round(v * 10) / 10);
      faces.push_back(std::move(one));
    }
    frames.push_back({{"frame", i}, {"name", path_text(clip->source->name(i))}, {"faces", std::move(faces)}});
  }
  return json{{"ready", known != nullptr}, {"frames", std::move(frames)}};
}

}  // namespace understudy::studio
