// SPDX-License-Identifier: Apache-2.0
// The faces that the generic mask is made from: people who do not exist, drawn by lib/face/synthetic and kept as
// aligned faces (160 px, whole face) with the truth as their stored mask, as every tool here reads them.
#pragma once

#include <memory>
#include <vector>

#include "lib/face/face_file.hpp"

namespace understudy::mask_bank {

constexpr int plays_per_person = 6, crop_side = 160;

// A person in one of its plays as an aligned face with the truth as its stored mask; every other play has something in
// the scene before the face. The crop is two thirds of the frame that is drawn for it.
class Person {
 public:
  explicit Person(int number, float detail = 0.5F);  // see synthetic::Actor
  ~Person();
  Result<Face> drawn(int play, int crop) const;
  Result<Face> drawn_behind_something(int play, int crop) const;
  bool has_hairline() const;  // nobody could say where a bald head's face ends

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

// BANK/p00012/3.jpg: person 12 in its play 3. A person's folder appears whole.
fs::path face_path(const fs::path& bank, int person, int play);
Result<> render_person(const fs::path& bank, int person);
// Those that are there, rising.
std::vector<int> people_of(const fs::path& bank);

}  // namespace understudy::mask_bank
