// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/groups.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

class Groups : public ::testing::Test {
 protected:
  void SetUp() override { catalogue_.emplace(*Catalogue::open({}, root_, run_)); }

  CatalogueEntry& add(double quality) {
    CatalogueEntry e;
    e.name = fmt::format("{:03}.jpg", entries_.size());
    e.path = root_ / e.name;
    e.state = FaceState::face;
    e.numbers.quality = quality;
    e.numbers.turn = e.numbers.nod = 0;
    e.numbers.mouth_open = 0.01;
    e.numbers.mouth_wide = 0.6;
    e.numbers.eyes_open = 0.1;
    e.numbers.brows_raised = 0.2;
    entries_.push_back(e);
    return entries_.back();
  }
  Curation curation() { return {*catalogue_, entries_, options_, run_}; }
  static std::vector<std::size_t> kept(const Order& order) {
    std::vector<std::size_t> all;
    for (const auto& placed : order.kept) all.push_back(placed.entry);
    return all;
  }

  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path;
  understudy::Run run_;
  std::optional<Catalogue> catalogue_;
  std::vector<CatalogueEntry> entries_;
  SortOptions options_;
};

using Indices = std::vector<std::size_t>;

TEST_F(Groups, AFaceOfAnotherSizeIsSortedByPixelsAsIfItHadTheUsualOne) {
  const std::array levels{10, 40, 20, 30}, sides{64, 64, 48, 64};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    auto& e = add(0.5);
    e.numbers.width = e.numbers.height = sides[i];
    ASSERT_TRUE(write_image(e.path, ImageU8(sides[i], sides[i], 3, static_cast<std::uint8_t>(levels[i]))));
  }
  options_.by = SortMethod::absdiff;
  const auto order = order_faces(curation());
  ASSERT_TRUE(order) << to_sentence(order.error());
  EXPECT_EQ(kept(*order), (Indices{0, 2, 3, 1}));
}

TEST_F(Groups, CoverageTakesTheBestOfEveryCellBeforeAnySecondBest) {
  add(0.5);                           // 0: the front
  add(0.9);                           // 1: the front, better
  add(0.2).numbers.turn = 35;         // 2
  add(0.3).numbers.turn = 36;         // 3: the same cell, better
  add(0.1).numbers.nod = -25;         // 4
  add(0.4).numbers.mouth_open = 0.3;  // 5: front, another expression
  add(0.8).numbers.turn = NAN;        // 6: nowhere
  options_.target = 5;
  const auto order = *by_coverage(curation());
  auto first = kept(order);
  ASSERT_EQ(first.size(), 5U);
  std::sort(first.begin(), first.begin() + 4);
  EXPECT_EQ(Indices(first.begin(), first.begin() + 4), (Indices{1, 3, 4, 5}));
  EXPECT_TRUE(first[4] == 0 || first[4] == 2);
  EXPECT_EQ(order.trash.size(), 2U);
}

TEST_F(Groups, ExpressionsThatStandOutComeFirstTheStrongestAhead) {
  std::mt19937 chance(2);
  std::normal_distribution<double> little(0, 0.003);
  for (int i = 0; i < 40; ++i) {
    auto& n = add(0.5).numbers;
    for (auto* number : {&n.mouth_open, &n.mouth_wide, &n.eyes_open, &n.brows_raised}) *number += little(chance);
  }
  entries_[7].numbers.eyes_open = 0.02;
  entries_[20].numbers.mouth_open = 0.2;
  entries_[21].numbers.mouth_open = 0.4;
  const auto order = *by_expression(curation());
  ASSERT_EQ(order.kept.size(), 40U);
  const auto place_of = [&](std::size_t entry) {
    const auto all = kept(order);
    return std::ranges::find(all, entry) - all.begin();
  };
  EXPECT_EQ(order.kept[std::size_t(place_of(7))].group, "eyes shut");
  EXPECT_EQ(order.kept[std::size_t(place_of(20))].group, "mouth open");
  EXPECT_LT(place_of(7), place_of(21));
  EXPECT_LT(place_of(21), place_of(20));
  EXPECT_EQ(order.kept.back().group, "calm");
}

TEST_F(Groups, DuplicatesLieTogetherTheBestAhead) {
  std::mt19937 chance(4);
  for (int i = 0; i < 6; ++i) {
    auto& e = add(0.1 * i);
    const int scene = i % 3 == 0 ? 0 : i;  // 0 and 3 show the same
    ImageU8 image(64, 64, 3);
    for (std::size_t k = 0; k < image.data.size(); ++k)
      image.data[k] =
          static_cast<std::uint8_t>(100 + 60 * std::sin(scene + double(k) * 0.001 * (scene + 1)) + chance() % 5);
    e.path.replace_extension(".png");
    e.state = FaceState::picture;
    e.numbers.width = e.numbers.height = 64;
    ASSERT_TRUE(write_image(e.path, image));
  }
  auto order = *by_duplicates(curation());
  EXPECT_EQ(kept(order), (Indices{3, 0, 1, 2, 4, 5}));
  EXPECT_EQ(order.kept[0].group, "1");
  EXPECT_EQ(order.kept[2].group, "");
  options_.drop = true;
  order = *by_duplicates(curation());
  EXPECT_EQ(kept(order), (Indices{3, 1, 2, 4, 5}));
  EXPECT_EQ(order.trash, Indices{0});
}

TEST_F(Groups, PersonsLieTogetherTheTypicalAhead) {
  for (int i = 0; i < 7; ++i) {
    auto& e = add(0.5);
    FaceInfo info;
    info.source_filename = fmt::format("{}", i);
    ASSERT_TRUE(write_face_jpeg(e.path, ImageU8(16, 16, 3), 90, info));
  }
  // Two people, one of them once as a borderline case; face 6 shows nobody.
  const std::array<float, 6> place{0.0f, 2.0f, 0.05f, 2.02f, 0.3f, 0.02f};
  Curation c = curation();
  c.embed = [&](const Face& face, unsigned) -> Result<Catalogue::Embedding> {
    const int i = std::stoi(face.info.source_filename);
    if (i == 6) return fail(Code::bad_file, "nobody");
    Catalogue::Embedding e(128);
    e[0] = place[std::size_t(i)];
    return e;
  };
  const auto order = by_identity(c);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->trash, Indices{6});
  const auto all = kept(*order);
  EXPECT_EQ(all[3], 4U);  // the borderline case is the last of its person
  EXPECT_EQ(order->kept[3].group, "person 0");
  EXPECT_EQ(order->kept[4].group, "person 1");
}

}  // namespace
}  // namespace understudy
