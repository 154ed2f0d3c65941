// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/look.hpp"

#include <algorithm>
#include <set>

#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/detect/tracks/follower.hpp"
#include "lib/detect/tracks/link.hpp"
#include "lib/jobs/each.hpp"

namespace understudy {
namespace {

constexpr int most_later_looks = 6;  // of a block each: a face is pursued over a hundred frames at most
constexpr double same_face_overlap = 0.3;
constexpr std::size_t who_every = 16;  // frames: the network that tells persons apart takes as long as four meshes

// What a thread looks with.
struct Eyes {
  FaceFinder finder;
  FaceEmbedder embedder;
};

// A face at the end of its track, and where to look for it on.
struct Hint {
  FoundFace face;
  std::size_t position = 0;  // the frame to begin with, an index into LookInput::frames
  int step = 1;              // or -1
};

class Looker {
 public:
  Looker(const LookInput& input, RawFaces& raw, ThreadSeconds& seconds, Run& run)
      : input_(input), raw_(raw), seconds_(seconds), run_(run) {
    const auto* video = input.source.video();
    block_ = video ? frames_in_block(video->width, video->height) : 32;
  }

  Result<> first_look();
  Result<> later_looks();
  Result<> thorough_look(const std::vector<std::int64_t>& frames);

 private:
  using Work = std::function<Result<>(Eyes&, FrameQueue::Batch&)>;
  Result<> in_threads(std::vector<FrameQueue::Indices> batches, const Work&);
  FrameQueue::Indices block(std::size_t number) const;
  Result<> follow(Eyes&, FrameQueue::Batch&, Look, bool asked_for);
  static Result<> identify(FaceEmbedder&, const ImageU8& frame_bgr, const std::vector<RawFace>& before, bool everyone,
                           std::vector<RawFace>& faces);
  Result<std::map<std::size_t, std::vector<Hint>>> hints();
  Result<> pursue(Eyes&, FrameQueue::Batch&, std::size_t first, const std::vector<Hint>&);
  RawFrame unread(std::int64_t index, const Error&);

  const LookInput& input_;
  RawFaces& raw_;
  ThreadSeconds& seconds_;
  Run& run_;
  std::size_t block_ = 1;
  std::optional<Eyes> eyes_;
  std::set<std::tuple<std::size_t, int, long, long>> tried_;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<int> new_faces_ = 0;
};

FrameQueue::Indices Looker::block(std::size_t number) const {
  const auto first = number * block_, last = std::min(input_.frames.size(), first + block_);
  return {input_.frames.begin() + static_cast<std::ptrdiff_t>(first),
          input_.frames.begin() + static_cast<std::ptrdiff_t>(last)};
}

Result<> Looker::in_threads(std::vector<FrameQueue::Indices> batches, const Work& work) {
  if (!eyes_) {
    TRY(auto finder, FaceFinder::load(input_.threads));
    TRY(auto embedder, FaceEmbedder::load(input_.threads));
    eyes_.emplace(std::move(finder), std::move(embedder));
  }
  std::vector<Eyes> eyes;
  for (int i = 0; i < input_.threads; ++i) eyes.push_back({eyes_->finder.share(), eyes_->embedder.share()});
  FrameQueue queue(input_.source, std::move(batches), seconds_);
  return for_each_index(queue.count(), input_.threads, run_, {}, [&](std::size_t, unsigned thread) -> Result<> {
    try {
      auto batch = queue.take();
      return work(eyes.at(thread), batch);
    } catch (const std::exception& e) {
      return fail(Code::internal, "Looking for faces stopped: {}", e.what());
    }
  });
}

Result<> Looker::first_look() {
  std::vector<FrameQueue::Indices> todo;
  std::size_t known = 0;
  for (std::size_t n = 0; n * block_ < input_.frames.size(); ++n) {
    auto own = block(n);
    const bool done = std::ranges::all_of(own, [&](auto index) { return raw_.knows(index, input_.contents); });
    if (done) {
      known += own.size();
    } else {
      todo.push_back(std::move(own));
    }
  }
  if (todo.empty()) return {};
  run_.stage("find");
  done_ = known;
  run_.progress(known, input_.frames.size(), "frames");
  return in_threads(std::move(todo),
                    [this](Eyes& eyes, FrameQueue::Batch& batch) { return follow(eyes, batch, input_.look, false); });
}

Result<> Looker::thorough_look(const std::vector<std::int64_t>& frames) {
  std::vector<FrameQueue::Indices> todo;
  for (const auto index : frames) todo.push_back({index});
  run_.stage("look again");
  return in_threads(std::move(todo),
                    [this](Eyes& eyes, FrameQueue::Batch& batch) { return follow(eyes, batch, Look::thorough, true); });
}

RawFrame Looker::unread(std::int64_t index, const Error& error) {
  run_.warn(to_sentence(error));
  RawFrame frame;
  frame.index = index;
  frame.content = input_.contents.of(index).content;
  frame.problem = error.message;
  return frame;
}

// Who it is, of every face at the block's beginning and of those that appear later.
Result<> Looker::identify(FaceEmbedder& embedder, const ImageU8& frame_bgr, const std::vector<RawFace>& before,
                          bool everyone, std::vector<RawFace>& faces) {
  for (auto& face : faces) {
    const bool known =
        std::ranges::any_of(before, [&](auto& b) { return overlap(b.rect, face.rect) > same_face_overlap; });
    if (known && !everyone) continue;
    TRY(face.who, embedder.embed(frame_bgr, face.landmarks));
  }
  return {};
}

// What was seen by all means, because somebody asked for a frame, is not thrown away for a usual look that a neighbour
// needs.
Result<> Looker::follow(Eyes& eyes, FrameQueue::Batch& batch, Look look, bool asked_for) {
  Follower follower(eyes.finder, look);
  std::vector<RawFrame> found;
  for (std::size_t i = 0; i < batch.indices().size(); ++i) {
    if (run_.stopping()) return Run::cancelled();
    const auto index = batch.indices()[i];
    const auto frame = batch.frame(i);
    if (frame) {
      Stopwatch watch;
      auto seen = follower.next(frame->bgr);
      if (!seen) return during(std::move(seen).error(), "looking at " + frame->name);
      RawFrame raw{index, input_.contents.of(index).content, {}, seen->signature, {}, {}, false, asked_for};
      for (auto& face : seen->faces) raw.faces.push_back({std::move(face), {}});
      TRY_VOID(identify(eyes.embedder, frame->bgr, found.empty() ? std::vector<RawFace>() : found.back().faces,
                        i % who_every == 0, raw.faces));
      found.push_back(std::move(raw));
      seconds_.find += watch.lap();
    } else {
      found.push_back(unread(index, frame.error()));
    }
    run_.progress(++done_, std::max<std::size_t>(done_, input_.frames.size()), "frames");
  }
  if (!asked_for)
    std::erase_if(found, [this](auto& frame) { return raw_.knows_thoroughly(frame.index, input_.contents); });
  return raw_.add(found);
}

// Where tracks begin and end in the middle of a shot, or have a gap, by the block in which to look.
Result<std::map<std::size_t, std::vector<Hint>>> Looker::hints() {
  TRY(const Overview overview, overview_of(raw_, input_.frames));
  const auto& begins = overview.shot_begins;
  std::map<std::size_t, std::vector<Hint>> by_block;
  auto add = [&](const Link& at, int step) -> Result<> {
    const auto position = static_cast<std::size_t>(at.frame + step);
    const auto& s = at.sighting.standing;
    if (!tried_.emplace(position, step, std::lround(s.x), std::lround(s.y)).second) return {};
    TRY(const RawFrame frame, raw_.read(input_.frames[static_cast<std::size_t>(at.frame)]));
    const auto face = static_cast<std::size_t>(at.sighting.face);
    if (!at.sighting.pinned && face < frame.faces.size())
      by_block[position / block_].push_back({frame.faces[face], position, step});
    return {};
  };
  for (const auto& track : link(overview.sightings, begins)) {
    for (std::size_t i = 0; i < track.size(); ++i) {
      const auto frame = static_cast<std::size_t>(track[i].frame), after = frame + 1;
      if ((i == 0 || track[i - 1].frame + 1 < track[i].frame) && !begins[frame]) TRY_VOID(add(track[i], -1));
      if ((i + 1 == track.size() || track[i].frame + 1 < track[i + 1].frame) && after < begins.size() && !begins[after])
        TRY_VOID(add(track[i], 1));
    }
  }
  return by_block;
}

Result<> Looker::later_looks() {
  for (int look = raw_.later_looks(); look < most_later_looks; ++look) {
    TRY(const auto by_block, hints());
    if (by_block.empty()) break;
    if (look == 0) run_.stage("find lost faces");
    std::vector<FrameQueue::Indices> todo;
    std::vector<std::pair<std::size_t, const std::vector<Hint>*>> own;
    for (const auto& [number, list] : by_block) {
      todo.push_back(block(number));
      own.emplace_back(number * block_, &list);
    }
    new_faces_ = 0;
    TRY_VOID(in_threads(std::move(todo), [&](Eyes& eyes, FrameQueue::Batch& batch) {
      const auto& [first, list] = own[batch.number()];
      return pursue(eyes, batch, first, *list);
    }));
    TRY_VOID(raw_.end_later_look());
    if (new_faces_ == 0) break;
  }
  return {};
}

Result<> Looker::pursue(Eyes& eyes, FrameQueue::Batch& batch, std::size_t first, const std::vector<Hint>& list) {
  const auto count = batch.indices().size();
  std::vector<std::optional<ImageU8>> pictures(count);
  std::vector<std::optional<RawFrame>> frames(count);
  std::vector<bool> fetched(count), changed(count);
  auto fetch = [&](std::size_t i) -> Result<> {
    if (fetched[i]) return {};
    fetched[i] = true;
    if (auto frame = batch.frame(i)) pictures[i] = std::move(frame->bgr);
    TRY(frames[i], raw_.read(batch.indices()[i]));
    return {};
  };
  for (const auto& hint : list) {
    Pursuit pursuit(eyes.finder, hint.face);
    std::optional<Signature> before;
    for (auto i = static_cast<std::ptrdiff_t>(hint.position - first); i >= 0 && i < std::ssize(frames);
         i += hint.step) {
      if (run_.stopping()) return Run::cancelled();
      const auto at = static_cast<std::size_t>(i);
      TRY_VOID(fetch(at));
      if (!pictures[at]) break;
      if (before && change(*before, frames[at]->signature) > likely_cut) break;
      before = frames[at]->signature;
      Stopwatch watch;
      TRY(auto faces, pursuit.next(*pictures[at]));
      seconds_.find += watch.lap();
      if (faces.empty()) break;
      auto& known = frames[at]->faces;
      if (std::ranges::any_of(known, [&](auto& k) { return overlap(k.rect, faces[0].rect) > same_face_overlap; }))
        break;
      known.push_back({std::move(faces[0]), {}});
      std::ranges::stable_sort(known, std::ranges::greater(), [](auto& face) { return face.rect.area(); });
      changed[at] = true;
      ++new_faces_;
    }
  }
  std::vector<RawFrame> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (changed[i]) out.push_back(std::move(*frames[i]));
  }
  return out.empty() ? Result<>() : raw_.add_later(out);
}

}  // namespace

Result<> look_at_frames(const LookInput& input, RawFaces& raw, ThreadSeconds& seconds, Run& run) {
  Looker looker(input, raw, seconds, run);
  TRY_VOID(looker.first_look());
  return looker.later_looks();
}

Result<> look_thoroughly(const LookInput& input, const std::vector<std::int64_t>& frames, RawFaces& raw,
                         ThreadSeconds& seconds, Run& run) {
  return Looker(input, raw, seconds, run).thorough_look(frames);
}

Result<Overview> overview_of(const RawFaces& raw, const std::vector<std::int64_t>& frames) {
  Overview overview;
  for (const auto index : frames) {
    TRY(const RawFrame frame, raw.read(index));
    auto& list = overview.sightings.emplace_back();
    int number = 0;
    auto add = [&](const FoundFace& face, bool pinned) {
      list.push_back({number++, standing_of(face.landmarks), face.score * face.detector_score, pinned});
    };
    for (const auto& face : frame.faces) {
      if (face.who) overview.who.emplace(std::pair(overview.sightings.size() - 1, number), *face.who);
      add(face, false);
    }
    for (const auto& face : frame.by_hand) add(face, true);
    overview.signatures.push_back(frame.signature);
    overview.hand_only.push_back(frame.hand_only);
  }
  overview.shot_begins = shot_begins(overview.signatures);
  return overview;
}

}  // namespace understudy
