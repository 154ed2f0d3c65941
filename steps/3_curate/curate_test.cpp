// SPDX-License-Identifier: Apache-2.0
// The orders that are found without comparing all pairs, against comparing all pairs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "lib/measures/blocks.hpp"
#include "lib/selection/filter.hpp"
#include "steps/3_curate/best_faces.hpp"
#include "steps/3_curate/histogram_sorts.hpp"
#include "steps/3_curate/pixel_chain.hpp"

namespace understudy {
namespace {

// Histograms in clusters, some of them equal, as the faces of a clip are.
std::vector<Histograms> clip_histograms(std::size_t count, unsigned seed) {
  std::mt19937 chance(seed);
  std::vector<Histograms> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0 && chance() % 8 == 0) {
      all[i] = all[chance() % i];
      continue;
    }
    const double middle = 40 + double(chance() % 6) * 30, width = 5 + double(chance() % 40);
    std::normal_distribution<double> level(middle, width);
    for (auto* h : {&all[i].blue, &all[i].green, &all[i].red, &all[i].grey, &all[i].hull})
      for (int k = 0; k < 600; ++k) ++(*h)[static_cast<std::size_t>(std::clamp(level(chance), 0.0, 255.0))];
  }
  return all;
}

std::vector<std::size_t> chain_by_all_pairs(const std::vector<Histograms>& all) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto far = [&](std::size_t a, std::size_t b) {
    return bhattacharyya(all[a].blue, all[b].blue) + bhattacharyya(all[a].green, all[b].green) +
           bhattacharyya(all[a].red, all[b].red);
  };
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    std::size_t best = i + 1;
    for (std::size_t j = i + 2; j < order.size(); ++j)
      if (far(order[i], order[j]) < far(order[i], order[best])) best = j;
    std::swap(order[i + 1], order[best]);
  }
  return order;
}

TEST(HistogramChain, IsThatOfAllPairs) {
  understudy::Run run;
  for (unsigned seed = 0; seed < 4; ++seed) {
    const auto all = clip_histograms(150 + 70 * seed, seed);
    EXPECT_EQ(*histogram_chain(all, run), chain_by_all_pairs(all)) << seed;
  }
  EXPECT_TRUE(histogram_chain({}, run)->empty());
}

TEST(HistogramStrangeness, IsTheSumOverAllOthers) {
  understudy::Run run;
  const auto all = clip_histograms(90, 9);
  const auto sums = *histogram_strangeness(all, 2, run);
  for (std::size_t i = 0; i < all.size(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < all.size(); ++j) sum += i == j ? 0 : bhattacharyya(all[i].hull, all[j].hull);
    EXPECT_NEAR(sums[i], sum, 1e-5);
  }
}

// Pictures of a few scenes with noise; some equal.
std::vector<ImageU8> clip_pictures(std::size_t count, int width, int height, unsigned seed) {
  std::mt19937 chance(seed);
  std::vector<ImageU8> all;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0 && chance() % 10 == 0) {
      all.push_back(all[chance() % i]);
      continue;
    }
    ImageU8 image(width, height, 3);
    const double phase = double(chance() % 5), gain = 60 + double(chance() % 60);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (int c = 0; c < 3; ++c)
          image.at(x, y, c) = static_cast<std::uint8_t>(120 + gain * std::sin(phase + x * 0.05 + y * 0.03 * (c + 1)) +
                                                        double(chance() % 9) - 4);
    all.push_back(std::move(image));
  }
  return all;
}

std::vector<std::size_t> chain_by_all_pairs(const std::vector<ImageU8>& all, bool farthest) {
  std::vector<std::size_t> order{0};
  std::vector<char> taken(all.size());
  taken[0] = true;
  while (order.size() < all.size()) {
    std::size_t best = all.size();
    std::uint64_t best_distance = 0;
    for (std::size_t j = 0; j < all.size(); ++j) {
      if (taken[j]) continue;
      const auto d = pixel_distance(all[order.back()], all[j]);
      if (best == all.size() || (farthest ? d > best_distance : d < best_distance)) {
        best = j;
        best_distance = d;
      }
    }
    taken[best] = true;
    order.push_back(best);
  }
  return order;
}

TEST(PixelChain, IsThatOfAllPairsWithAnyMemory) {
  understudy::Run run;
  for (unsigned seed = 0; seed < 4; ++seed) {
    const auto all = clip_pictures(80, seed % 2 ? 64 : 50, seed % 2 ? 64 : 37, seed);
    const LoadPicture load = [&](std::size_t i) -> Result<ImageU8> { return all[i]; };
    for (const bool farthest : {false, true}) {
      for (const std::uint64_t room : {std::uint64_t{1}, std::uint64_t{1} << 30}) {
        const auto chain = pixel_chain(all.size(), load, {farthest, 2, room}, run);
        ASSERT_TRUE(chain);
        EXPECT_EQ(chain->order, chain_by_all_pairs(all, farthest)) << seed << farthest << room;
        EXPECT_LT(chain->compared, all.size() * (all.size() - 1) / 2 + 1);
      }
    }
  }
}

TEST(PixelChain, RefusesPicturesOfTwoSizes) {
  understudy::Run run;
  const LoadPicture load = [](std::size_t i) -> Result<ImageU8> { return ImageU8(8 + int(i), 8, 3); };
  EXPECT_EQ(pixel_chain(2, load, {}, run).error().code, Code::bad_option);
}

TEST(BestFaces, AreSpreadOverThePoses) {
  std::mt19937 chance(3);
  std::normal_distribution<double> yaw(0, 0.3), pitch(0, 0.2);
  const auto histograms = clip_histograms(1500, 4);
  std::vector<BestCandidate> faces;
  for (const auto& h : histograms) faces.push_back({double(chance() % 1000), yaw(chance), pitch(chance), &h.grey});
  const auto best = best_faces(faces, 500);
  EXPECT_EQ(best.kept.size() + best.trash.size(), faces.size());
  EXPECT_GT(best.kept.size(), 250U);
  EXPECT_LT(best.kept.size(), 700U);
  for (std::size_t i = 1; i < best.kept.size(); ++i)  // yaw bins from the image's left on, each 2.4 / 127 wide
    EXPECT_LT(faces[best.kept[i]].yaw, faces[best.kept[i - 1]].yaw + 2.4 / 127);
  EXPECT_TRUE(best_faces(faces, 64).kept.empty());
}

TEST(Filters, SayWhatTheyMean) {
  CatalogueEntry e;
  e.name = "00042_1.jpg";
  e.source = "00042.png";
  e.face_type = "whole_face";
  e.state = FaceState::face;
  e.numbers.yaw = -0.5;
  e.numbers.blur = 0.25;
  const auto holds = [&](std::string_view text) {
    const auto filter = Filter::parse(text);
    EXPECT_TRUE(filter) << text << (filter ? "" : to_sentence(filter.error()));
    return filter && filter->holds(e);
  };
  for (const char* text :
       {"yaw<-0.4 && blur>0.2", "!(yaw > 0)", "blur * 4 == 1", "abs(yaw) >= 0.5 || blur > 9", "name ~ '0042'",
        "face_type == \"whole_face\" && state != 'picture'", "(blur + 1) / 5 - 0.25 == 0", "min(yaw, blur) == yaw",
        "known(yaw) && !known(quality)", "1 - 2 - 3 == -4", "blur<1&&yaw<0||blur>5", "blur > 5 || yaw < 0 && blur < 1",
        "- -1 == 1", "source ~ ''"})
    EXPECT_TRUE(holds(text)) << text;
  for (const char* text : {"yaw > 0", "quality < 1", "quality >= 0", "quality != 0", "name == 'x'", "!(blur < 1)"})
    EXPECT_FALSE(holds(text)) << text;
  for (const char* text :
       {"", "yaw", "1", "yaw <", "yaw < 'x'", "(yaw < 1", "yaw < 1)", "jaw < 1", "name < 'x'", "yaw < 1 && blur",
        "!yaw", "'open", "yaw ~ 1", "sin(yaw) < 1", "min(yaw) < 1", "yaw < 1 yaw", "&&", "yaw = 1", "1 < 2 < 3"}) {
    const auto filter = Filter::parse(text);
    EXPECT_FALSE(filter) << text;
    if (!filter) {
      EXPECT_EQ(filter.error().code, Code::bad_option) << text;
    }
  }
  EXPECT_NE(Filter::parse("jaw < 1").error().message.find("'yaw'"), std::string::npos);
  EXPECT_FALSE(Filter::parse(std::string(3000, '(') + "yaw<1" + std::string(3000, ')')));
  EXPECT_FALSE(Filter::parse(std::string(200, '!') + "(yaw<1)"));
  EXPECT_FALSE(Filter::parse(std::string(5000, ' ') + "yaw<1"));
}

TEST(Filters, NoTextHarms) {
  static const std::string whole = "!(yaw<-0.4&&abs(blur)>2e-1)||min(yaw,1)*2==name~'a'||known(hue)&&source!=\"\"";
  static const std::string signs = "()!<>=&|~'\"+-*/,.0e9a_ \xff";
  std::mt19937 chance(1);
  CatalogueEntry e;
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto start = chance() % whole.size();
    std::string text = whole.substr(start, 1 + chance() % (whole.size() - start));
    for (auto n = chance() % 3; n > 0; --n) text[chance() % text.size()] = signs[chance() % signs.size()];
    if (const auto filter = Filter::parse(text)) {
      (void)filter->holds(e);
      ++read;
    }
  }
  EXPECT_GT(read, 20);
}

}  // namespace
}  // namespace understudy
