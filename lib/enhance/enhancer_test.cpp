// SPDX-License-Identifier: Apache-2.0
#include "lib/enhance/enhancer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/scratch_folder.hpp"
#include "lib/base/workers.hpp"
#include "lib/enhance/built_in_network.hpp"
#include "lib/enhance/enhancer_pool.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/quality.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

TEST(Tiles, CoverEverythingOverlapAndEndFlush) {
  for (const int length : {16, 64, 128, 200, 256, 384, 512, 1024}) {
    const auto tiles = tiling(length, 192);
    EXPECT_LE(tiles.size, 192);
    EXPECT_EQ(tiles.size % 8, 0);
    EXPECT_EQ(tiles.starts.front(), 0);
    EXPECT_EQ(tiles.starts.size() == 1, length <= 192) << length;
    for (std::size_t i = 1; i < tiles.starts.size(); ++i)
      EXPECT_LE(tiles.starts[i], tiles.starts[i - 1] + tiles.size - 12) << length;
    if (tiles.starts.size() > 1) {
      EXPECT_EQ(tiles.starts.back() + tiles.size, length);
    }
  }
  EXPECT_EQ(tiling(256, 192).starts, (std::vector<int>{0, 120}));
  EXPECT_EQ(tiling_by(512, 256).starts, (std::vector<int>{0, 128, 256}));
  EXPECT_EQ(tiling_by(100, 256).starts, std::vector<int>{0});
}

struct Pair {
  ImageU8 sharp, poor;
};
// A picture as a poor camera gives it.
Pair spoilt(ImageU8 sharp) {
  const int small = sharp.width * 10 / 18;
  auto poor = resize(resize(sharp, small, small, Interpolation::area), sharp.width, sharp.height, Interpolation::cubic);
  poor = *decode_image(*encode_jpeg(poor, {.quality = 90}));
  return {std::move(sharp), std::move(poor)};
}
// Somebody who does not exist and was in no training picture.
Pair portrait(int side) {
  auto performance = synthetic::demo_performance_dst(1.5);
  performance.size = 1.4;
  return spoilt(synthetic::render(synthetic::random_identity(90001), performance, {side, side, 2}).frame_bgr);
}
// Hair, lashes and checks, which training never saw either: lines, and squares within squares.
Pair lines(int side) {
  ImageU8 picture(side, side, 3, 120);
  for (int i = 0; i < 60; ++i) {
    const int x = i * 37 % side, y = i * 53 % side;
    const auto level = 30 + i * 71 % 200;
    fill_rectangle(picture, x, y, i % 3 ? 2 : 24, i % 3 ? 40 : 24, {level, level - 10, level + 15});
    fill_rectangle(picture, x + 8, y + 8, 9, 3, {250 - level, 250 - level, 250 - level});
  }
  return spoilt(std::move(picture));
}

double psnr(const ImageU8& a, const ImageU8& b) { return likeness(a, b, ImageU8(a.width, a.height, 1, 255)).psnr; }

// Mean difference between neighbours: what the eye takes for sharpness.
double contrast(const ImageU8& image) {
  double sum = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 1; x < image.width; ++x) sum += std::abs(image.at(x, y, 1) - image.at(x - 1, y, 1));
  return sum / (image.width * image.height);
}

TEST(BuiltIn, MakesPicturesCrisperAndLeavesThemTrue) {
  auto enhancer = Enhancer::load({}, {});
  ASSERT_TRUE(enhancer) << to_sentence(enhancer.error());
  for (const int side : {64, 51}) {  // and one that no tile fits
    for (const bool face : {true, false}) {
      const auto [sharp, poor] = face ? portrait(2 * side) : lines(2 * side);
      const auto large = enhancer->enhance(to_float(resize(poor, side, side, Interpolation::area)));
      ASSERT_TRUE(large) << to_sentence(large.error());
      ASSERT_EQ(large->width, 4 * side);
      const auto after = to_u8_rounded(resize(*large, 2 * side, 2 * side, Interpolation::area));
      EXPECT_GT(contrast(after), 1.02 * contrast(poor)) << side;
      // What it adds is not mere noise; of skin that is drawn too smooth it makes skin.
      EXPECT_GT(psnr(after, sharp), psnr(poor, sharp) + (face ? -2 : 0.7)) << side;
    }
  }
}

TEST(BuiltIn, TilesLeaveNoSeams) {
  const auto picture = to_float(portrait(96).poor);
  auto tiled = Enhancer::load({}, {.tile = 64}), whole = Enhancer::load({}, {.tile = 96});
  const auto a = *tiled->enhance(picture), b = *whole->enhance(picture);
  double sum = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) sum += std::abs(a.data[i] - b.data[i]);
  EXPECT_LT(sum / static_cast<double>(a.data.size()), 0.006);  // by what lies beyond a tile's edge
}

// One that is given as a file is used as it says of itself; here it is the same, in exact numbers.
TEST(GivenNetwork, IsFoundOutAboutAndUsed) {
  const ScratchFolder folder;
  const auto file = folder.path / "network.xml";
  ASSERT_TRUE(write_file(file, built_in::enhancer_xml()));
  ASSERT_TRUE(write_file(folder.path / "network.bin", built_in::enhancer_bin()));
  auto given = Enhancer::load(file, {.tile = 48}), own = Enhancer::load({}, {.tile = 48});
  ASSERT_TRUE(given) << to_sentence(given.error());
  EXPECT_EQ(given->factor(), 4);
  const auto picture = to_float(portrait(48).poor);
  const auto a = to_u8_rounded(*given->enhance(picture)), b = to_u8_rounded(*own->enhance(picture));
  EXPECT_EQ(a.width, 192);
  EXPECT_GT(psnr(a, b), 40);
  // Its colours the other way round make another picture.
  auto swapped = Enhancer::load(file, {.order = ColourOrder::bgr, .tile = 48});
  EXPECT_LT(psnr(to_u8_rounded(*swapped->enhance(picture)), a), 60);
}

// Several threads at once, each with the picture that one alone gets, at the size that is asked for.
TEST(Pool, GivesEveryThreadTheSamePicture) {
  auto pool = EnhancerPool::open({}, {.threads = 2});
  ASSERT_TRUE(pool) << to_sentence(pool.error());
  const auto picture = to_float(portrait(24).poor);
  auto alone = Enhancer::load({}, {.threads = 2});
  const ImageF wanted = *alone->enhance(picture);
  std::vector<ImageF> made(3);
  ASSERT_TRUE(on_threads(3, [&](unsigned thread) -> Result<> {
    TRY(made[thread], (*pool)->enhance(picture, 96));
    return {};
  }));
  for (const auto& image : made) EXPECT_EQ(image.data, wanted.data);
  EXPECT_EQ((*pool)->enhance(picture, 48)->width, 48);
}

TEST(Pool, KnowsNetworksByWhatTheyAreAndHowTheyAreUsed) {
  const ScratchFolder folder;
  for (const char* name : {"a.xml", "b.xml"}) ASSERT_TRUE(write_file(folder.path / name, built_in::enhancer_xml()));
  for (const char* name : {"a.bin", "b.bin"}) ASSERT_TRUE(write_file(folder.path / name, built_in::enhancer_bin()));
  const auto content = [&](const char* name, const NetworkUse& use) {
    return (*EnhancerPool::open(folder.path / name, use))->content();
  };
  const NetworkUse small{.tile = 32};
  EXPECT_EQ(content("a.xml", small), content("b.xml", small));
  EXPECT_NE(content("a.xml", small), content("a.xml", {.range = ValueRange::signed_unit, .tile = 32}));
  EXPECT_NE(content("a.xml", small), content("a.xml", {.order = ColourOrder::bgr, .tile = 32}));
  EXPECT_EQ(EnhancerPool::open(folder.path / "none.onnx", small).error().code, Code::not_found);
}

}  // namespace
}  // namespace understudy
