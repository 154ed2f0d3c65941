// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "lib/selection/alike.hpp"
#include "lib/selection/coverage.hpp"
#include "lib/selection/filter.hpp"
#include "lib/selection/orders.hpp"
#include "lib/selection/reasons.hpp"
#include "lib/selection/said.hpp"

namespace understudy {
namespace {

using testing::ElementsAre;

CatalogueEntry face(double turn, double nod = 0) {
  CatalogueEntry entry;
  entry.id = 1;
  entry.state = FaceState::face;
  auto& n = entry.numbers;
  n.turn = turn, n.nod = nod, n.eyes_open = 0.1, n.mouth_open = 0.02, n.brightness = 120;
  n.width = n.height = 256;
  n.blur = 0.5, n.enlarged = 1, n.visible = 1, n.confidence = 1;
  return entry;
}

TEST(Filter, TellsWhereItIsWrong) {
  struct Wrong {
    std::string text, word;  // what is underlined
    std::size_t at;
  };
  for (const auto& [text, word, at] : std::vector<Wrong>{{"yaw < -0.4 && blurr > 0.2", "blurr", 14},
                                                         {"yaw <", "", 5},
                                                         {"yaw < 1 yaw", "yaw", 8},
                                                         {"yaw < 'a'", "<", 4},
                                                         {"name + 1 > 0", "+", 5},
                                                         {"sqrt(yaw) > 0", "sqrt", 0},
                                                         {"(yaw < 1", "", 8},
                                                         {"yaw < 1 && $ > 2", "$", 11},
                                                         {"blur", "blur", 0},
                                                         {"name == 'a", "'", 8},
                                                         {"yaw < 1 && turn", "", 15}}) {
    FilterPlace place;
    ASSERT_FALSE(Filter::parse(text, &place)) << text;
    EXPECT_EQ(place.at, at) << text;
    EXPECT_EQ(text.substr(std::min(place.at, text.size()), place.length), word) << text;
  }
}

TEST(Filter, EveryWordThatIsOfferedIsKnown) {
  for (const auto& row : number_rows()) EXPECT_TRUE(Filter::parse(fmt::format("{} > 0", row.name))) << row.name;
  for (const auto& row : filter_texts()) EXPECT_TRUE(Filter::parse(fmt::format("{} ~ 'a'", row.name))) << row.name;
  for (const auto& row : filter_conditions()) EXPECT_TRUE(Filter::parse(row.name)) << row.name;
  for (const auto& row : filter_functions()) {
    auto text = std::string(row.name);
    for (char& c : text)
      if ((c == 'x' || c == 'y') && &c > text.data() + text.find('(')) c = '1';
    EXPECT_TRUE(Filter::parse(text + (row.name.starts_with("known") ? "" : " > 0"))) << text;
  }
}

TEST(Filter, TheLeastOrMostOfSomethingUnknownIsUnknown) {
  const auto holds = [](const char* text, double turn) {
    const auto filter = Filter::parse(text);
    EXPECT_TRUE(filter) << text;
    return filter && filter->holds(face(turn, 5));
  };
  for (const char* text : {"min(turn, nod) < 6", "min(nod, turn) < 6", "max(turn, nod) > 4", "max(nod, turn) > 4"}) {
    EXPECT_TRUE(holds(text, 5)) << text;
    EXPECT_FALSE(holds(text, unknown)) << text;
  }
}

TEST(Orders, UnknownNumbersComeLastInEitherDirection) {
  std::vector<CatalogueEntry> faces{face(3), face(unknown), face(1), face(3), face(2)};
  faces[0].name = "b", faces[3].name = "a";
  std::vector<std::size_t> all{0, 1, 2, 3, 4};
  put_in_order(all, faces, *column_order("turn", false));
  EXPECT_THAT(all, ElementsAre(2, 4, 0, 3, 1));
  all = {0, 1, 2, 3, 4};
  put_in_order(all, faces, *column_order("turn", true));
  EXPECT_THAT(all, ElementsAre(0, 3, 4, 2, 1));
  all = {0, 3};
  put_in_order(all, faces, *column_order("name", false));
  EXPECT_THAT(all, ElementsAre(3, 0));
  EXPECT_EQ(column_order("turns", false).error().code, Code::bad_option);
}

TEST(Reasons, HoldForWhatIsWrongAlone) {
  EXPECT_EQ(reasons_of(face(0)), 0u);
  const auto named = [](const CatalogueEntry& entry) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < quality_reasons().size(); ++i)
      if (reasons_of(entry) & (1u << i)) names.emplace_back(quality_reasons()[i].name);
    return names;
  };
  auto bad = face(-80);
  bad.numbers.blur = 0.05;
  EXPECT_THAT(named(bad), ElementsAre("blurred", "turned"));
  EXPECT_THAT(named(CatalogueEntry{}), ElementsAre("unreadable"));
}

TEST(Said, OverlaysWhatWasMeasured) {
  std::vector<CatalogueEntry> faces{face(0), face(1), face(2)};
  for (std::size_t i = 0; i < faces.size(); ++i) {
    faces[i].source = fmt::format("0000{}.png", i + 1);
    faces[i].numbers.rect_size = 100;
    faces[i].numbers.person = 0;
  }
  const auto names = take_said(faces, {{"person", {{"00002.png/100", "1000"}, {"00003.png/100", "much"}}},
                                       {"name", {{"person:1000", "Anna"}, {"person:x", "nobody"}}},
                                       {"mark", {{"00003.png/100", "redo"}}}});
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(person_of(faces[1]), 1000);
  EXPECT_EQ(person_of(faces[2]), 0);  // what cannot be read says nothing
  const auto holds = [&](std::string_view text) {
    std::vector<bool> held;
    const auto filter = Filter::parse(text);
    for (const auto& one : faces) held.push_back(filter && filter->holds(one));
    return held;
  };
  EXPECT_THAT(holds("person_name == 'Anna'"), ElementsAre(false, true, false));
  EXPECT_THAT(holds("marked"), ElementsAre(false, false, true));
  EXPECT_THAT(holds("!(marked) && person == 0"), ElementsAre(true, false, false));
}

TEST(Alike, GroupsWhatIsNearlyOnePicture) {
  const std::vector<CatalogueEntry> faces{face(0), face(1), face(2)};
  understudy::Run run;
  const auto blocks = [&](const CatalogueEntry& entry) -> Result<Blocks> {
    Blocks all;
    all.fill(static_cast<std::uint16_t>(entry.numbers.turn == 2 ? 20000 : 10000 + 100 * entry.numbers.turn));
    return all;
  };
  const auto groups = alike(faces, {0, 1, 2}, 1.5, blocks, run);
  ASSERT_TRUE(groups);
  EXPECT_THAT(*groups, ElementsAre(ElementsAre(0, 1), ElementsAre(2)));
}

// Whatever is skipped without a comparison is what a comparison would not have joined.
TEST(Alike, GroupsAsIfEachWereComparedWithEach) {
  std::mt19937 random(5);
  const auto number = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  std::vector<Blocks> all(300);
  for (std::size_t i = 0; i < all.size(); ++i) {
    // A third of one mean, a third near another picture, a third anything.
    const auto& near = all[i / 2];
    for (auto& value : all[i]) {
      const auto at = static_cast<std::size_t>(&value - all[i].data());
      const int other = i % 3 == 0 ? 20000 + number(9000) : i % 3 == 1 ? near[at] + number(900) : number(60000);
      value = static_cast<std::uint16_t>(std::clamp(other, 0, 65535));
    }
  }
  std::vector<CatalogueEntry> faces;
  std::vector<std::size_t> pictures;
  for (std::size_t i = 0; i < all.size(); ++i) {
    faces.push_back(face(0));
    faces.back().numbers.width = i % 7 == 0 ? 128 : 256;
    pictures.push_back(i);
  }
  constexpr double most = 2;
  std::vector<std::size_t> root(all.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (root[i] != root[j] && faces[i].numbers.width == faces[j].numbers.width &&
          distance(all[i].data(), all[j].data(), all[i].size()) <= most * 256 * double(all[i].size()))
        std::ranges::replace(root, std::max(root[i], root[j]), std::min(root[i], root[j]));
  std::map<std::size_t, std::vector<std::size_t>> expected;
  for (std::size_t i = 0; i < all.size(); ++i) expected[root[i]].push_back(i);
  understudy::Run run;
  const auto groups = alike(
      faces, pictures, most,
      [&](const CatalogueEntry& entry) -> Result<Blocks> {
        return all[static_cast<std::size_t>(&entry - faces.data())];
      },
      run);
  ASSERT_TRUE(groups);
  std::vector<std::vector<std::size_t>> wanted;
  for (auto& [first, group] : expected) wanted.push_back(group);
  EXPECT_THAT(*groups, testing::UnorderedElementsAreArray(wanted));
  EXPECT_GT(groups->size(), 20u);
  EXPECT_LT(groups->size(), all.size() - 20);
}

TEST(Coverage, NamesTheFacesOfDstThatSrcLacks) {
  const std::vector<CatalogueEntry> src{face(0), face(12), face(-12)};
  const std::vector<CatalogueEntry> dst{face(0), face(55), face(35), face(1, 25)};
  const std::vector<double> light(4, 0);
  const auto coverage = coverage_of({src, std::span(light).first(3)}, {dst, light});
  EXPECT_EQ(coverage.dst_faces, 4u);
  EXPECT_EQ(coverage.covered, 1u);
  ASSERT_EQ(coverage.gaps.size(), 3u);
  EXPECT_EQ(coverage.gaps[0].face, 1u);
  EXPECT_FLOAT_EQ(coverage.gaps[0].gaps[0], 4);  // from the cell at 10 to the one at 50 degrees
  EXPECT_FLOAT_EQ(coverage.gaps[0].gaps[1], 0);
  EXPECT_EQ(coverage.maps[0].dst[6 * 18 + 9], 1u);
  const auto nothing = coverage_of({{}, {}}, {dst, light});
  EXPECT_EQ(nothing.covered, 0u);
  EXPECT_EQ(nothing.gaps.size(), 4u);
}

TEST(Coverage, TheSideOfTheLightIsThatOfTheBrighterHalf) {
  ImageU8 picture(64, 64, 3);
  const auto paint = [&](auto&& value) {
    for (int y = 0; y < 64; ++y)
      for (int x = 0; x < 64; ++x)
        for (int c = 0; c < 3; ++c) picture.row(y)[3 * x + c] = value(x, y, c);
  };
  paint([](int x, int, int) -> std::uint8_t { return x < 32 ? 50 : 150; });
  EXPECT_NEAR(side_light(blocks_of(picture)), 0.5, 1e-9);
  // Neither light from above nor a colour comes from a side.
  paint([](int, int y, int c) -> std::uint8_t { return y < 32 ? 50 + 40 * c : 150 - 10 * c; });
  EXPECT_NEAR(side_light(blocks_of(picture)), 0, 1e-9);
  EXPECT_EQ(side_light(Blocks{}), 0);
}

}  // namespace
}  // namespace understudy
