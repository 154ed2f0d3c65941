// SPDX-License-Identifier: Apache-2.0
// The oracle's random draws were recorded by seed: colour/idt_rotations_seed<N>.npy, colour/sot_dirs_seed<N>_*.npy.
#pragma once

#include <memory>
#include <stdexcept>

#include "lib/image/colour.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {

// Replays the draws that belong to the case's seed, in order; running out of them fails the case.
inline TransferRandom recorded_random(const Case& one) {
  const std::string seed = fmt::format("seed{}", one.params().value("seed", json(1234)).dump());
  auto rotations = std::make_shared<Values>(), directions = std::make_shared<Values>();
  for (const auto& item : fs::directory_iterator(one.path("colour"))) {
    const auto name = item.path().filename().string();
    if (name == fmt::format("idt_rotations_{}.npy", seed)) *rotations = one.load("colour/" + name);
    if (name.starts_with(fmt::format("sot_dirs_{}_", seed))) *directions = one.load("colour/" + name);
  }
  const auto replay = []<std::size_t count>(std::shared_ptr<Values> values, std::array<double, count>) {
    return [values, at = std::make_shared<std::size_t>(0)] {
      std::array<double, count> draw;
      for (auto& v : draw) v = values->v.at((*at)++);
      return draw;
    };
  };
  return {replay(rotations, Rotation{}), replay(directions, Direction{})};
}

}  // namespace understudy::parity
