// SPDX-License-Identifier: Apache-2.0
#include "tools/mask/bank.hpp"

#include <algorithm>

#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/dice.hpp"
#include "lib/face/synthetic/wild.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"

namespace understudy::mask_bank {
namespace {

fs::path folder_of(const fs::path& bank, const char* kind, int person) {
  return bank / fmt::format("{}{:05}", kind, person);
}

Result<Face> cropped(const synthetic::Rendered& drawn, int side, const std::string& name) {
  FaceInfo info;
  info.face_type = FaceType::whole;
  const Affine to_crop = face_matrix(drawn.landmarks, side, info.face_type);
  info.landmarks = transformed(drawn.landmarks, to_crop);
  info.source_filename = name;
  info.image_to_face_mat = to_crop;
  const ImageF crop = warp(to_float(drawn.frame_bgr), to_crop, side, side, Interpolation::cubic, Border::replicate);
  ImageF mask = warp(to_float(drawn.face_mask), to_crop, side, side, Interpolation::cubic);
  for (float& v : mask.data) v = v >= 0.5f ? 1.0f : 0.0f;
  TRY(info.xseg_mask, encode_mask(mask));
  return Face{to_u8_rounded(crop), std::move(info)};
}

// Every second one is harder to tell from the hair than most people are: a high forehead, a hairline that goes back,
// hair of a colour near the skin's, a trace of beard.
synthetic::Identity identity_of(int number, std::uint32_t seed) {
  auto who = synthetic::wild_identity(seed);
  if (number % 2 == 0) return who;
  constexpr int hard_stream = 77;
  synthetic::Dice dice(seed, hard_stream);
  who.forehead += dice.between(0, 2.2f);
  who.hair_look.recession = std::max(who.hair_look.recession, dice.between(0, 1.1f));
  if (dice.chance(0.6f)) who.hair_look.fringe = 0;
  if (dice.chance(0.3f)) who.stubble = std::max(who.stubble, dice.between(0.1f, 0.6f));
  if (dice.chance(0.5f)) {
    const float alike = dice.between(0.2f, 0.9f), light = dice.between(0.8f, 1.25f);
    const auto near = [&](float hair, float skin) { return std::min(1.0f, (hair + (skin - hair) * alike) * light); };
    who.hair = {near(who.hair.r, who.skin.r), near(who.hair.g, who.skin.g), near(who.hair.b, who.skin.b)};
  }
  return who;
}

}  // namespace

struct Person::Parts {
  std::uint32_t seed;
  bool hairline;
  synthetic::Actor actor;

  Result<Face> taken(const synthetic::Performance& performance, int play, int crop) const {
    const int frame = crop * 3 / 2;
    const auto picture = actor.render(performance, {frame, frame, 2, /*shade_once=*/true, /*only_face=*/2.6});
    return cropped(picture, crop, fmt::format("{}.jpg", play));
  }
};

Person::Person(int number, float detail) {
  const auto seed = static_cast<std::uint32_t>(number) * 64 + 1'000'003;
  const auto who = identity_of(number, seed);
  const bool hairline = who.hair_style != synthetic::HairStyle::bald && who.hair_style != synthetic::HairStyle::ring;
  parts_.reset(new Parts{seed, hairline, synthetic::Actor(who, detail)});
}
bool Person::has_hairline() const { return parts_->hairline; }
Person::~Person() = default;

Result<Face> Person::drawn(int play, int crop) const {
  auto performance = synthetic::wild_performance(parts_->seed + static_cast<std::uint32_t>(play));
  // Half of them with nothing in front: the rest is laid over when they are used.
  if (play % 2 == 0) performance.occluder = synthetic::OccluderKind::none;
  return parts_->taken(performance, play, crop);
}
Result<Face> Person::drawn_behind_something(int play, int crop) const {
  const auto seed = parts_->seed + static_cast<std::uint32_t>(play);
  return parts_->taken(synthetic::wild_performance(seed, /*hidden=*/true), play, crop);
}

fs::path face_path(const fs::path& bank, int person, int play) {
  return folder_of(bank, "p", person) / fmt::format("{}.jpg", play);
}

Result<> render_person(const fs::path& bank, int person) {
  const fs::path whole = folder_of(bank, "p", person), part = folder_of(bank, "part", person);
  if (fs::exists(whole)) return {};
  TRY_VOID(make_folders(part));
  const Person drawn_person(person);
  for (int p = 0; p < plays_per_person; ++p) {
    TRY(const Face face, drawn_person.drawn(p, crop_side));
    TRY_VOID(write_face_jpeg(part / face_path(bank, person, p).filename(), face.image_bgr, 95, face.info));
  }
  std::error_code failed;
  fs::rename(part, whole, failed);
  if (failed) return fail(Code::io, "Cannot rename {}: {}", part.string(), failed.message());
  return {};
}

std::vector<int> people_of(const fs::path& bank) {
  std::vector<int> people;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(bank, error)) {
    const auto name = entry.path().filename().string();
    if (name.size() == 6 && name[0] == 'p') people.push_back(std::atoi(name.c_str() + 1));
  }
  std::ranges::sort(people);
  return people;
}

}  // namespace understudy::mask_bank
