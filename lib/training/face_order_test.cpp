// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace understudy {
namespace {

TEST(FaceOrder, EveryPassShowsEachFaceOnce) {
  const FaceOrder order(7, 5);
  std::vector<std::size_t> first;
  for (std::uint64_t pass = 0; pass < 20; ++pass) {
    std::set<std::size_t> seen;
    for (std::uint64_t i = 0; i < 7; ++i) seen.insert(order.face_at(7 * pass + i));
    EXPECT_EQ(seen.size(), 7u);
    first.push_back(order.face_at(7 * pass));
  }
  EXPECT_GT(std::set<std::size_t>(first.begin(), first.end()).size(), 3u);  // the passes differ
  const FaceOrder same(7, 5), other(7, 6);
  std::vector<std::size_t> a, b, c;
  for (std::uint64_t i = 0; i < 70; ++i) {
    a.push_back(order.face_at(i));
    b.push_back(same.face_at(69 - i));  // whatever was asked before
    c.push_back(other.face_at(i));
  }
  std::ranges::reverse(b);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(FaceOrder, UniformYawFlattensASkewedSet) {
  std::vector<float> yaws;
  for (int i = 0; i < 400; ++i) yaws.push_back(0.001f * static_cast<float>(i % 10));  // one bin of 400 frontal faces
  for (int i = 0; i < 40; ++i) yaws.push_back(0.02f * static_cast<float>(i) + 0.1f);  // few turned ones
  yaws.push_back(std::nanf(""));
  const auto bins = yaw_bins(yaws);
  const FaceOrder order(bins, 3);
  std::map<std::size_t, int> shown;
  const int rounds = 400;
  for (std::uint64_t p = 0; p < rounds * bins.size(); ++p) ++shown[order.face_at(p)];
  EXPECT_FALSE(shown.contains(440));
  for (const auto& bin : bins) {
    int of_bin = 0;
    for (const auto face : bin) of_bin += shown[face];
    EXPECT_EQ(of_bin, rounds);   // every bin as often
    for (const auto face : bin)  // and inside it every face as often, up to the last unfinished pass
      EXPECT_NEAR(shown[face], rounds / static_cast<double>(bin.size()), 1);
  }
}

TEST(FaceOrder, YawBinsAreTheSpecifications) {
  const std::vector<float> yaws{0.0f, 2.0f, -2.0f, 1.1999f, -1.1999f, -1.2001f};
  const auto bins = yaw_bins(yaws);  // by s = -yaw
  ASSERT_EQ(bins.size(), 4u);
  EXPECT_EQ(bins[0], (std::vector<std::uint32_t>{1, 3}));  // everything below the first upper edge
  EXPECT_EQ(bins[1], (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(bins[2], (std::vector<std::uint32_t>{4}));  // the last bin but one ends at 1.2
  EXPECT_EQ(bins[3], (std::vector<std::uint32_t>{2, 5}));
}

TEST(Repeats, TheOrderGoesOnBehindThem) {
  Repeats repeats;
  repeats.add(4, {1, 0, 1});
  repeats.add(5, {3, 3});  // behind the first list
  std::vector<std::uint64_t> places;
  for (std::uint64_t p = 0; p < 12; ++p) places.push_back(repeats.at(p).place);
  EXPECT_EQ(places, (std::vector<std::uint64_t>{0, 1, 2, 3, 1, 0, 1, 3, 3, 4, 5, 6}));
  EXPECT_TRUE(repeats.at(8).again);
  EXPECT_FALSE(repeats.at(9).again);
  repeats.forget_before(8);
  const auto numbers = repeats.state();
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{3, 1, 7, 2, 3, 3}));
  Repeats read;
  std::span<const std::uint64_t> rest = numbers;
  ASSERT_TRUE(read.restore(rest));
  EXPECT_TRUE(rest.empty());
  for (std::uint64_t p = 7; p < 20; ++p) EXPECT_EQ(read.at(p).place, repeats.at(p).place);
  for (std::size_t cut = 0; cut < numbers.size(); ++cut) {
    rest = std::span(numbers).first(cut);
    EXPECT_FALSE(Repeats().restore(rest)) << cut;
  }
}

TEST(WorstFaces, KeepsTheHighest) {
  WorstFaces worst;
  for (const auto& [place, loss] :
       std::vector<std::pair<int, double>>{{1, 0.5}, {2, 0.9}, {3, 0.1}, {4, 0.7}, {1, 0.8}})
    worst.note(static_cast<std::uint64_t>(place), loss, 3);
  worst.note(9, std::nan(""), 3);
  const auto numbers = worst.state();
  WorstFaces read;
  std::span<const std::uint64_t> rest = numbers;
  ASSERT_TRUE(read.restore(rest));
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(read.take(), (std::vector<std::uint64_t>{2, 1, 4}));
  EXPECT_TRUE(read.empty());
  rest = std::span(numbers).first(4);
  EXPECT_FALSE(read.restore(rest));
}

}  // namespace
}  // namespace understudy
