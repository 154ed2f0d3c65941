// SPDX-License-Identifier: Apache-2.0
#include "lib/training/presets.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace understudy {
namespace {

TEST(Presets, CompatibleChangesNothingAndRecommendedItsList) {
  ModelDescription plain, recommended;
  ASSERT_TRUE(apply_preset(Preset::compatible, plain, {}));
  for (const auto& row : model_rows(plain)) EXPECT_EQ(row.get(), row.default_text) << row.key;
  ASSERT_TRUE(apply_preset(Preset::recommended, recommended, {}));
  const auto values = preset_values(Preset::recommended);
  EXPECT_FALSE(values.empty());
  for (const auto& row : model_rows(recommended)) {
    const auto own = std::ranges::find(values, row.key, &std::pair<std::string_view, std::string_view>::first);
    if (own == values.end())
      EXPECT_EQ(row.get(), row.default_text) << row.key;
    else
      EXPECT_NE(row.get(), row.default_text) << row.key << " is what it would be without the preset";
  }
}

TEST(Presets, WhatTheUserGivesGoesFirst) {
  ModelDescription model;
  auto rows = model_rows(model);
  for (auto& row : rows) {
    if (row.key != "random-move") continue;
    ASSERT_TRUE(row.set("0.7"));
    row.given = true;
  }
  ASSERT_TRUE(apply_preset(Preset::recommended, model, rows));
  EXPECT_DOUBLE_EQ(model.steering.random_move, 0.7);
}

TEST(Presets, FitEveryClass) {
  for (const auto c : {ModelClass::saehd, ModelClass::amp, ModelClass::quick96}) {
    ModelDescription model;
    model.model_class = c;
    ASSERT_TRUE(apply_preset(Preset::recommended, model, {}));
    EXPECT_TRUE(spec_of(model)) << class_name(c);
  }
}

}  // namespace
}  // namespace understudy
