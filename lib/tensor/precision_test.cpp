// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/precision.hpp"

#include <gtest/gtest.h>

#include "lib/tensor/tensor.hpp"

namespace understudy {
namespace {

TEST(Precision, IsBf16WhereUnitsForMatricesAre) {
  for (const bool gpu : {false, true}) {
    const auto chosen = chosen_precision({gpu, true, true});
    EXPECT_EQ(chosen.plain, "bf16");
    EXPECT_EQ(chosen.winograd, "bf16");
    EXPECT_NE(chosen.why.find(gpu ? "GPU" : "AMX"), std::string::npos) << chosen.why;
    EXPECT_TRUE(to_sentence(chosen).starts_with("bf16 (")) << to_sentence(chosen);
  }
}

TEST(Precision, IsFp32ForWinogradWhereOnlyInstructionsAre) {
  const auto chosen = chosen_precision({.computes = true});
  EXPECT_EQ(chosen.plain, "bf16");
  EXPECT_EQ(chosen.winograd, "fp32");
  EXPECT_TRUE(to_sentence(chosen).starts_with("bf16, with --winograd fp32 (")) << to_sentence(chosen);
}

TEST(Precision, IsFp32ElsewhereAndTellsOfALibraryThatIsHeldBack) {
  const auto plain = chosen_precision({}), held = chosen_precision({.held_back = true});
  for (const auto& chosen : {plain, held}) {
    EXPECT_EQ(chosen.plain, "fp32");
    EXPECT_EQ(chosen.winograd, "fp32");
    EXPECT_FALSE(chosen.cost.empty());
  }
  EXPECT_NE(held.why.find("ATEN_CPU_CAPABILITY"), std::string::npos);
  EXPECT_EQ(plain.why.find("ATEN_CPU_CAPABILITY"), std::string::npos);
}

TEST(Precision, IsAskedOfTheDeviceThatComputes) {
  const auto machine = bf16_support(false);
  const auto device = open_device(0, false);
  EXPECT_FALSE(machine.gpu);
  EXPECT_EQ(machine.computes, device.has_bf16);
  EXPECT_EQ(machine.multiplies, device.multiplies_bf16);
  EXPECT_FALSE(machine.held_back && machine.computes);
}

}  // namespace
}  // namespace understudy
