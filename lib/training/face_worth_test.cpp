// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_worth.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace understudy {
namespace {

Landmarks68 face(double mouth, double eyes) {
  Landmarks68 p = canonical_landmarks;
  for (std::size_t k = 0; k < 17; ++k) p[k] = {0.5 - 0.5 * std::cos(3.14159 * static_cast<double>(k) / 16), 0.6};
  const double width = p[54].x - p[48].x;
  p[62].y = p[66].y - mouth * width;
  for (const std::size_t first : {36u, 42u}) {
    const double side = p[first + 3].x - p[first].x, middle = p[first].y;
    for (const std::size_t k : {1u, 2u}) p[first + k].y = middle - eyes * side / 2;
    for (const std::size_t k : {4u, 5u}) p[first + k].y = middle + eyes * side / 2;
  }
  return p;
}

// How often the faces of a kind come, of all.
double share(const std::vector<std::vector<std::uint32_t>>& groups, std::uint32_t first, std::uint32_t last) {
  double sum = 0;
  for (const auto& group : groups) {
    const auto inside = std::ranges::count_if(group, [&](std::uint32_t i) { return i >= first && i < last; });
    sum += static_cast<double>(inside) / static_cast<double>(group.size());
  }
  return sum / static_cast<double>(groups.size());
}

TEST(FaceWorth, TellsMouthsAndEyesApart) {
  const auto still = kind_of(face(0, 0.3)), open = kind_of(face(0.5, 0.3)), shut = kind_of(face(0, 0.05));
  EXPECT_NE(still, open);
  EXPECT_NE(still, shut);
  EXPECT_LT(std::max({still, open, shut}), face_kinds);
}

TEST(FaceWorth, RareKindsComeMoreOftenAndEveryFaceComes) {
  std::vector<std::optional<Landmarks68>> faces(90, face(0, 0.3));
  faces.resize(100, face(0, 0.05));  // a tenth with their eyes shut
  faces.push_back(std::nullopt);
  const auto groups = worth_groups(faces);
  EXPECT_GT(share(groups, 90, 100), 0.18);
  EXPECT_LT(share(groups, 90, 100), 0.35);
  std::vector<std::uint32_t> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  std::ranges::sort(all);
  std::vector<std::uint32_t> wanted(101);
  std::iota(wanted.begin(), wanted.end(), 0u);
  EXPECT_EQ(all, wanted);
}

TEST(FaceWorth, WhatTheOtherSetShowsComesMoreOften) {
  std::vector<std::optional<Landmarks68>> faces(50, face(0, 0.3));
  faces.resize(100, face(0.5, 0.3));
  const std::vector<std::optional<Landmarks68>> speaking(100, face(0.5, 0.3));
  EXPECT_NEAR(share(worth_groups(faces), 50, 100), 0.5, 0.01);
  EXPECT_GT(share(worth_groups(faces, speaking), 50, 100), 0.65);
}

}  // namespace
}  // namespace understudy
