// SPDX-License-Identifier: Apache-2.0
#include "tools/mask/labelled_set.hpp"

#include "lib/face/face_mask.hpp"
#include "lib/face/outline.hpp"
#include "lib/image/convert.hpp"
#include "tools/mask/bank.hpp"
#include "tools/mask/samples.hpp"

namespace understudy::mask_bank {
namespace {

constexpr std::uint64_t set_stream = 12, most_plays = 64;

Result<Face> labelled(const Person& drawn, int number, int play, const LabelledSet& set) {
  TRY(Face face, set.world ? drawn.drawn(play, set.side) : drawn.drawn_behind_something(play, set.side));
  TRY(auto mask, stored_mask(face.info, set.side, set.side));
  check(mask.has_value(), "a drawn face has the truth with it");
  XsegSample sample{to_float(face.image_bgr), *std::move(mask)};
  if (set.world) {
    CounterRandom random(set.seed, set_stream,
                         static_cast<std::uint64_t>(number) * most_plays + static_cast<std::uint64_t>(play));
    TRY_VOID(put_in_the_world(sample, face.info.landmarks, random));
  }
  for (float& v : sample.mask.data) v = v >= 0.5f ? 1.0f : 0.0f;
  face.image_bgr = to_u8_rounded(sample.bgr);
  face.info.source_filename = fmt::format("p{:05}_{:02}.png", number, play);
  face.info.polygons = polygons_of_mask(sample.mask);
  TRY(face.info.xseg_mask, encode_mask(sample.mask));
  return face;
}

}  // namespace

Result<> write_labelled_set(const fs::path& folder, const LabelledSet& set) {
  TRY_VOID(make_folders(folder));
  int drawn = 0;
  for (int number = set.first; drawn < set.people; ++number) {
    const Person person(number, /*detail=*/1);
    if (!person.has_hairline()) continue;
    ++drawn;
    for (int i = 0; i < set.pictures; ++i) {
      const int play = set.first_play + i;
      const fs::path path = folder / fmt::format("p{:05}_{:02}.jpg", number, play);
      std::error_code ignored;
      if (fs::exists(path, ignored)) continue;
      TRY(const Face face, labelled(person, number, play, set));
      TRY_VOID(write_face_jpeg(path, face.image_bgr, 95, face.info));
    }
  }
  return {};
}

}  // namespace understudy::mask_bank
