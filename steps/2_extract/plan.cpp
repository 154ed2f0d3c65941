// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/plan.hpp"

#include <xxhash.h>

#include <algorithm>
#include <map>

#include "lib/detect/tracks/steady.hpp"
#include "lib/identity/persons.hpp"
#include "steps/2_extract/look.hpp"

namespace understudy {
namespace {

constexpr std::size_t noise_samples = 200;  // places of a segment at which the trembling of the shape is measured

FoundFace found_from(const Mesh468& mesh, float score, float detector_score) {
  const Mesh whole{mesh, score};
  return {bounds(whole), score, detector_score, landmarks68(whole), mesh, true};
}

const FoundFace& pick(const RawFrame& frame, int face) {
  const auto i = static_cast<std::size_t>(face);
  if (i < frame.faces.size()) return frame.faces[i];
  return frame.by_hand.at(i - frame.faces.size());
}

TrackSamples samples_of(const Track& track, const Overview& overview) {
  TrackSamples samples{track.front().frame, track.back().frame, {}};
  for (const auto& [frame, sighting] : track) {
    const auto who = overview.who.find({static_cast<std::size_t>(frame), sighting.face});
    if (who != overview.who.end()) samples.embeddings.push_back(who->second);
  }
  return samples;
}

}  // namespace

void keep_most_wanted(std::vector<PlannedCrop>& faces, std::size_t most) {
  if (faces.size() <= most) return;
  std::ranges::stable_partition(faces, &PlannedCrop::by_hand);
  faces.resize(most);
  std::ranges::stable_sort(faces, std::ranges::greater(), [](const auto& face) { return face.found.rect.area(); });
}

class FacePlan::Nearby {
 public:
  explicit Nearby(const FacePlan& plan) : plan_(plan) {}
  Result<const RawFrame*> read(std::size_t position) {
    auto known = frames_.find(position);
    if (known == frames_.end()) {
      TRY(auto frame, plan_.raw_->read(plan_.frames_[position]));
      known = frames_.emplace(position, std::move(frame)).first;
    }
    return &known->second;
  }
  void forget_before(std::size_t position) { frames_.erase(frames_.begin(), frames_.lower_bound(position)); }

 private:
  const FacePlan& plan_;
  std::map<std::size_t, RawFrame> frames_;
};

Result<FacePlan> FacePlan::make(const RawFaces& raw, std::vector<std::int64_t> frames,
                                const std::function<bool()>& stop) {
  FacePlan plan(raw);
  TRY(const Overview overview, overview_of(raw, frames));
  if (stop && stop()) return Run::cancelled();
  plan.frames_ = std::move(frames);
  for (std::size_t i = 0; i < plan.frames_.size(); ++i)
    if (overview.shot_begins[i]) plan.shots_.push_back(plan.frames_[i]);
  plan.by_frame_.resize(plan.frames_.size());
  std::vector<TrackSamples> samples;
  for (const auto& track : link(overview.sightings, overview.shot_begins)) {
    if (is_flicker(track, overview.shot_begins)) {
      plan.dropped_ += static_cast<int>(track.size());
    } else {
      TRY_VOID(plan.add_track(track, plan.segments_));
      samples.push_back(samples_of(track, overview));
      ++plan.tracks_;
    }
  }
  const auto persons = persons_of_tracks(samples, same_group, stop);
  if (!persons) return Run::cancelled();
  for (auto& segment : plan.segments_) segment.person = (*persons)[static_cast<std::size_t>(segment.track)];
  for (const int person : *persons) plan.persons_ = std::max(plan.persons_, person + 1);
  for (std::size_t s = 0; s < plan.segments_.size(); ++s) {
    if (stop && stop()) return Run::cancelled();
    auto& segment = plan.segments_[s];
    TRY_VOID(plan.finish(segment));
    for (std::size_t i = 0; i < segment.moments.size(); ++i) {
      if (!segment.moments[i].seen && overview.hand_only[segment.first + i]) continue;
      plan.by_frame_[segment.first + i].push_back(static_cast<std::uint32_t>(s));
      plan.filled_ += !segment.moments[i].seen;
    }
  }
  return plan;
}

// Cuts the track where the face jumps for good.
Result<> FacePlan::add_track(const Track& track, std::vector<Segment>& segments) const {
  Segment whole;
  whole.track = tracks_;
  whole.first = static_cast<std::size_t>(track.front().frame);
  const auto count = static_cast<std::size_t>(track.back().frame) - whole.first + 1;
  whole.moments.resize(count);
  whole.faces.assign(count, -1);
  for (const auto& link : track) {
    const auto i = static_cast<std::size_t>(link.frame) - whole.first;
    whole.moments[i] = {true, link.sighting.pinned, link.sighting.standing};
    whole.faces[i] = link.sighting.face;
  }
  drop_outliers(whole.moments);
  auto ends = jumps(whole.moments);
  ends.push_back(count);
  std::size_t begin = 0;
  for (const auto end : ends) {
    const auto from = static_cast<std::ptrdiff_t>(begin), to = static_cast<std::ptrdiff_t>(end);
    Segment part;
    part.track = whole.track;
    part.first = whole.first + begin;
    part.moments.assign(whole.moments.begin() + from, whole.moments.begin() + to);
    part.faces.assign(whole.faces.begin() + from, whole.faces.begin() + to);
    segments.push_back(std::move(part));
    begin = end;
  }
  return {};
}

// Speech and blinks taken out of where the face stands.
Result<> FacePlan::steady(Segment& segment) const {
  std::vector<Standing> standings;
  std::vector<std::optional<Play>> plays;
  for (std::size_t i = 0; i < segment.moments.size(); ++i) {
    const auto& moment = segment.moments[i];
    standings.push_back(moment.standing);
    plays.emplace_back();
    if (!moment.seen || moment.pinned) continue;
    TRY(const RawFrame frame, raw_->read(frames_[segment.first + i]));
    plays.back() = play_of(pick(frame, segment.faces[i]).mesh);
  }
  standings = steadied(standings, plays);
  for (std::size_t i = 0; i < standings.size(); ++i) segment.moments[i].standing = standings[i];
  return {};
}

Result<> FacePlan::finish(Segment& segment) const {
  TRY_VOID(steady(segment));
  segment.standings = smoothed(segment.moments);
  ShapeNoise noise;
  Nearby nearby(*this);
  const auto count = segment.moments.size();
  const std::size_t stride = std::max<std::size_t>(1, count / noise_samples);
  for (std::size_t i = 2; i + 2 < count; i += stride) {
    std::array<Mesh468, 5> shapes;
    bool all = true;
    for (std::size_t k = 0; k < 5 && all; ++k) {
      TRY(const auto own, shape(segment, i + k - 2, nearby));
      all = own.has_value();
      if (all) shapes[k] = *own;
    }
    if (all) noise.add(shapes);
    nearby.forget_before(segment.first + i - 2);
  }
  segment.noise = noise.value();
  segment.checksum = XXH3_64bits(&segment.noise, sizeof segment.noise);
  return {};
}

// What was seen there, in its own unit square.
Result<std::optional<Mesh468>> FacePlan::shape(const Segment& segment, std::size_t at, Nearby& nearby) const {
  if (!segment.moments[at].seen) return std::optional<Mesh468>();
  TRY(const RawFrame* frame, nearby.read(segment.first + at));
  const auto& face = pick(*frame, segment.faces[at]);
  if (!face.has_mesh) return std::optional<Mesh468>();
  return std::optional(shape_of(face.mesh, segment.moments[at].standing));
}

Result<std::optional<PlannedCrop>> FacePlan::face(const Segment& segment, std::size_t at, Nearby& nearby) const {
  const auto& moment = segment.moments[at];
  PlannedCrop planned;
  planned.track = segment.track;
  planned.person = segment.person;
  planned.filled = !moment.seen;
  planned.by_hand = moment.pinned;
  if (moment.seen) {
    TRY(const RawFrame* frame, nearby.read(segment.first + at));
    planned.found = pick(*frame, segment.faces[at]);
    if (moment.pinned) return std::optional(planned);
  }
  std::array<std::optional<Mesh468>, 2 * shape_reach + 1> shapes;
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const auto i = at + k;
    if (i < shape_reach || i - shape_reach >= segment.moments.size()) continue;
    TRY(shapes[k], shape(segment, i - shape_reach, nearby));
  }
  const auto smooth_shape = smoothed_shape(shapes, segment.noise);
  if (!smooth_shape) return moment.seen ? std::optional(planned) : std::nullopt;
  planned.found =
      found_from(placed(*smooth_shape, segment.standings[at]), planned.found.score, planned.found.detector_score);
  return std::optional(planned);
}

Result<std::vector<PlannedCrop>> FacePlan::faces(std::size_t position) const {
  Nearby nearby(*this);
  std::vector<PlannedCrop> all;
  for (const auto s : by_frame_[position]) {
    TRY(auto own, face(segments_[s], position - segments_[s].first, nearby));
    if (own) all.push_back(*std::move(own));
  }
  std::ranges::stable_sort(all, std::ranges::greater(), [](auto& face) { return face.found.rect.area(); });
  return all;
}

std::vector<int> FacePlan::tracks_of(std::size_t position) const {
  std::vector<int> tracks;
  for (const auto s : by_frame_[position]) tracks.push_back(segments_[s].track);
  return tracks;
}

std::string FacePlan::key(std::size_t position) const {
  std::uint64_t hash = raw_->checksum(frames_[position]);
  for (const auto s : by_frame_[position]) {
    const auto& segment = segments_[s];
    const auto at = position - segment.first;
    hash = XXH3_64bits_withSeed(&segment.standings[at], sizeof(Standing),
                                hash + segment.checksum + static_cast<std::uint64_t>(segment.person + 1));
    const auto last = std::min(segment.moments.size() - 1, at + shape_reach);
    for (auto i = at - std::min<std::size_t>(at, shape_reach); i <= last; ++i)
      hash = hash * 31 + raw_->checksum(frames_[segment.first + i]) + segment.moments[i].seen;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace understudy
