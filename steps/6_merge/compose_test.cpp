// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/compose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "steps/6_merge/alignments.hpp"

namespace understudy {
namespace {

constexpr int side = 64;

MergeFace face_at(double x, double y, double size) {
  MergeFace face;
  face.landmarks = canonical_landmarks;
  for (int i = 0; i < 17; ++i) {
    const double angle = 3.14159265 * i / 16;
    face.landmarks[static_cast<std::size_t>(i)] = {0.5 - 0.68 * std::cos(angle), 0.25 + 0.95 * std::sin(angle)};
  }
  for (auto& p : face.landmarks) p = p * size + Point{x, y};
  return face;
}

ImageU8 frame(int width = 320, int height = 240) {
  ImageU8 image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) image.at(x, y, c) = static_cast<std::uint8_t>(40 + 20 * c + x / 4 + y / 4);
    }
  }
  return image;
}

// Paints everything in one grey.
MergeModel flat_model(float value) {
  MergeModel model;
  model.resolution = side;
  model.predict = [value](const ImageF&) -> Result<Prediction> {
    return Prediction{ImageF(side, side, 3, value), ImageF(side, side, 1, 1.0f), ImageF(side, side, 1, 1.0f)};
  };
  return model;
}

MergeSettings plain() {
  MergeSettings settings;
  settings.colour_transfer = ColourTransfer::none;
  return settings;
}

TEST(Compose, PaintsTheFaceAndNothingElse) {
  const auto image = frame();
  const std::vector<MergeFace> faces = {face_at(120, 80, 60)};
  auto settings = plain();
  settings.mask_mode = MaskMode::dst;
  const auto merged = merge_frame(image, faces, settings, flat_model(1));
  ASSERT_TRUE(merged) << to_sentence(merged.error());
  EXPECT_EQ(merged->image_bgr.at(150, 110, 0), 255);
  EXPECT_EQ(merged->mask.at(150, 110), 255);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (merged->mask.at(x, y) == 0) {
        ASSERT_NEAR(merged->image_bgr.at(x, y, 1), image.at(x, y, 1), 1);
      }
    }
  }
  EXPECT_EQ(merged->image_bgr.at(5, 5, 2), image.at(5, 5, 2));
}

TEST(Compose, NoFaceGivesTheFrame) {
  const auto image = frame();
  const auto merged = merge_frame(image, {}, plain(), flat_model(1));
  EXPECT_EQ(merged->image_bgr, image);
  EXPECT_EQ(merged->mask, ImageU8(320, 240, 1));
}

TEST(Compose, EveryModeSurvivesTheFramesEdge) {
  for (int mode = 0; mode <= 6; ++mode) {
    for (const auto& face :
         {face_at(-30, -20, 60), face_at(300, 220, 60), face_at(2000, 2000, 50), face_at(100, 60, 600)}) {
      auto settings = MergeSettings{};
      settings.mode = static_cast<MergeMode>(mode);
      settings.erode = 10;
      settings.blur = 20;
      const auto merged = merge_frame(frame(), std::vector<MergeFace>{face}, settings, flat_model(0.5f));
      ASSERT_TRUE(merged) << mode << to_sentence(merged.error());
      EXPECT_EQ(merged->image_bgr.width, mode == 6 ? side : 320);
    }
  }
}

TEST(Compose, WildLandmarksLeaveTheFrame) {
  MergeFace wild, nan;
  for (auto& p : nan.landmarks) p = {std::nan(""), 1};
  const auto merged = merge_frame(frame(), std::vector<MergeFace>{wild, nan}, MergeSettings{}, flat_model(1));
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->image_bgr, frame());
}

TEST(Compose, ADeepPlateKeepsItsCodesWhereNoFaceIs) {
  ImageU16 plate(200, 160, 3);
  for (std::size_t i = 0; i < plate.data.size(); ++i) plate.data[i] = static_cast<std::uint16_t>(i * 40503);
  const std::vector<MergeFace> faces = {face_at(100, 80, 40)};
  const auto model = flat_model(1);
  for (const auto mode : {MergeMode::overlay, MergeMode::hist_match, MergeMode::seamless}) {
    auto settings = plain();
    settings.mode = mode;
    settings.mask_mode = MaskMode::dst;
    settings.blur = 20;
    const FaceLook look{&faces[0], &settings, &model};
    const auto merged = merge_looks(plate, {&look, 1}, 0, seeded_random(1));
    ASSERT_TRUE(merged);
    std::size_t inside = 0;
    for (std::size_t i = 0; i < merged->mask.data.size(); ++i) {
      if (merged->mask.data[i] > 0) {
        ++inside;
        continue;
      }
      for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(merged->image_bgr.data[3 * i + c], plate.data[3 * i + c]);
    }
    EXPECT_GT(inside, 500u);
  }
}

// Where the mask reaches the square's border, the face must not fade to black there.
TEST(Compose, TheSquaresBorderLeavesNoLine) {
  const ImageU8 grey(320, 240, 3, 128);
  const std::vector<MergeFace> faces = {face_at(120, 80, 60)};
  for (const auto mode : {MergeMode::overlay, MergeMode::raw_rgb, MergeMode::seamless}) {
    for (const int sharpen : {0, 1}) {
      auto settings = plain();
      settings.mode = mode;
      settings.sharpen = Sharpen::gaussian;
      settings.blur_sharpen_amount = sharpen;
      const auto merged = merge_frame(grey, faces, settings, flat_model(128.0f / 255));
      ASSERT_TRUE(merged);
      for (const auto v : merged->image_bgr.data) ASSERT_NEAR(v, 128, 2) << static_cast<int>(mode) << sharpen;
    }
  }
}

// A plate whose codes mean something else: here the square of SDR's.
TEST(Compose, APlatesOwnColoursStayAndNetworksSeeSdr) {
  ImageU16 plate(200, 160, 3);
  for (std::size_t i = 0; i < plate.data.size(); ++i) plate.data[i] = static_cast<std::uint16_t>(9000 + i % 3000);
  const auto each = [](ImageF& image, auto f) {
    for (float& v : image.data) v = f(v);
  };
  const PlateColours colours{[&](ImageF& image) { each(image, [](float v) { return std::sqrt(v); }); },
                             [&](ImageF& image) { each(image, [](float v) { return v * v; }); },
                             [&](ImageF& image) { each(image, [](float v) { return std::sqrt(std::max(v, 0.0f)); }); }};
  const MergeFace face = face_at(100, 80, 40);
  MergeModel model = flat_model(0.5f);
  float seen = 0;
  model.predict = [&](const ImageF& crop) -> Result<Prediction> {
    seen = crop.at(side / 2, side / 2);
    return flat_model(0.5f).predict(crop);
  };
  auto settings = plain();
  settings.mask_mode = MaskMode::dst;
  const auto merged_with = [&](const MergeSettings& s) {
    const FaceLook look{&face, &s, &model, &colours, {}};
    const auto merged = merge_looks(plate, {&look, 1}, 0, seeded_random(1));
    EXPECT_TRUE(merged);
    for (std::size_t i = 0; i < merged->mask.data.size(); ++i)
      for (std::size_t c = 0; merged->mask.data[i] == 0 && c < 3; ++c)
        EXPECT_EQ(merged->image_bgr.data[3 * i + c], plate.data[3 * i + c]);
    return merged->image_bgr.at(112, 100, 0) / 65535.0;
  };
  EXPECT_NEAR(merged_with(settings), 0.25, 1e-3);       // the network's 0.5
  EXPECT_NEAR(seen, std::sqrt(10500.0 / 65535), 0.03);  // the plate lies in 9000 to 12000
  settings.exposure = 2.4 * std::log2(1.2);             // hand controls act on SDR's values
  EXPECT_NEAR(merged_with(settings), 0.36, 1e-3);
  settings.exposure = 0;
  settings.colour_transfer = ColourTransfer::rct;  // and the transfer brings the face to the plate's colours
  EXPECT_NEAR(merged_with(settings), 10500.0 / 65535, 0.01);
}

// An 8-bit clone leaves steps of 257; in float the face's gradients come through.
TEST(Compose, SeamlessKeepsSixteenBits) {
  ImageU16 plate(200, 160, 3, 30000);
  const MergeFace face = face_at(100, 80, 40);
  MergeModel model = flat_model(0);
  model.predict = [](const ImageF&) -> Result<Prediction> {
    ImageF slope(side, side, 3);
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < 3 * side; ++x) slope.row(y)[x] = 0.5f + 0.0004f * static_cast<float>(x / 3);
    return Prediction{slope, ImageF(side, side, 1, 1.0f), ImageF(side, side, 1, 1.0f)};
  };
  for (const auto rules : {Compat::none, Compat::dfl}) {
    auto settings = plain();
    settings.compat = rules;
    settings.mode = MergeMode::seamless;
    settings.mask_mode = MaskMode::dst;
    const FaceLook look{&face, &settings, &model, nullptr, {}};
    const auto merged = merge_looks(plate, {&look, 1}, 0, seeded_random(1));
    ASSERT_TRUE(merged);
    int largest = 0, changes = 0;
    for (int x = 90; x < 130; ++x) {
      const int step = std::abs(merged->image_bgr.at(x + 1, 95, 1) - merged->image_bgr.at(x, 95, 1));
      largest = std::max(largest, step);
      changes += step > 0;
    }
    EXPECT_LT(largest, 100);
    EXPECT_GT(changes, 30);
  }
}

TEST(Compose, BlurSoftensAndErodeShrinksTheMask) {
  const std::vector<MergeFace> faces = {face_at(120, 80, 60)};
  const auto sum = [&](int erode, int blur) {
    auto settings = plain();
    settings.mask_mode = MaskMode::dst;
    settings.erode = erode;
    settings.blur = blur;
    double total = 0, soft = 0;
    const auto merged = merge_frame(frame(), faces, settings, flat_model(1));
    for (const auto v : merged->mask.data) {
      total += v;
      soft += v > 0 && v < 255;
    }
    return std::pair(total, soft);
  };
  EXPECT_LT(sum(30, 0).first, sum(0, 0).first);
  EXPECT_GT(sum(-30, 0).first, sum(0, 0).first);
  EXPECT_GT(sum(0, 40).second, 2 * sum(0, 0).second);
}

TEST(Compose, MissingModelsAreSaid) {
  const std::vector<MergeFace> faces = {face_at(120, 80, 60)};
  auto settings = plain();
  settings.mask_mode = MaskMode::xseg_dst;
  EXPECT_THAT(merge_frame(frame(), faces, settings, flat_model(1)).error().message, testing::HasSubstr("XSeg"));
  settings = plain();
  settings.super_resolution_power = 50;
  EXPECT_FALSE(merge_frame(frame(), faces, settings, flat_model(1)));
}

// Its face is what it is shown, halved; it keeps what it was shown.
MergeModel halving_model(std::vector<ImageF>& shown) {
  MergeModel model;
  model.resolution = side;
  model.predict = [&shown](const ImageF& face) -> Result<Prediction> {
    shown.push_back(face);
    ImageF half = face;
    for (auto& v : half.data) v /= 2;
    const auto pass = static_cast<float>(shown.size());
    return Prediction{half, ImageF(side, side, 1, 1 / pass), ImageF(side, side, 1, 1 / pass)};
  };
  return model;
}

TEST(Compose, PreSharpenedIsWhatTheNetworkIsShownAlone) {
  ImageU8 edge(320, 240, 3, 90);
  for (int y = 0; y < edge.height; ++y) std::fill_n(edge.row(y) + 3 * 150, 3 * 100, std::uint8_t{160});
  const std::vector<MergeFace> faces = {face_at(120, 80, 60)};
  std::vector<ImageF> shown;
  auto settings = plain();
  for (const int power : {0, 50, 100}) {
    settings.pre_sharpen = power;
    ASSERT_TRUE(merge_frame(edge, faces, settings, halving_model(shown)));
  }
  // Over- and undershoot beside the edge, the more the higher, and the same level far from it.
  const auto range = [](const ImageF& image) {
    const auto [least, most] = std::ranges::minmax(image.data);
    return most - least;
  };
  EXPECT_GT(range(shown[1]), range(shown[0]) + 0.02);
  EXPECT_GT(range(shown[2]), range(shown[1]) + 0.02);
  EXPECT_NEAR(shown[2].at(2, side / 2), shown[0].at(2, side / 2), 1e-4);
}

TEST(Compose, TheSecondPassIsShownTheFirstOnesFace) {
  const std::vector<MergeFace> faces = {face_at(120, 80, 60)};
  std::vector<ImageF> shown;
  auto settings = plain();
  settings.two_pass = true;
  settings.mask_mode = MaskMode::learned_product;
  const auto merged = merge_frame_float(frame(), faces, settings, halving_model(shown), seeded_random(1));
  ASSERT_TRUE(merged);
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_NEAR(shown[1].at(side / 2, side / 2), shown[0].at(side / 2, side / 2) / 2, 1e-6);
  // Half of the mask of the second pass, all of the dst face's of the first.
  EXPECT_NEAR(merged->mask.at(150, 110), 0.5, 1e-3);
}

TEST(Compose, SuperResolutionMixesTheEnhancersFaceInByItsPower) {
  const std::vector<MergeFace> faces = {face_at(120, 80, 60)};
  auto model = flat_model(0.2f);
  int enhanced = 0;
  model.enhance = [&enhanced](const ImageF& face) -> Result<ImageF> {
    ++enhanced;
    return ImageF(enlargement * face.width, enlargement * face.height, 3, 1.0f);
  };
  for (const int power : {0, 25, 100}) {
    auto settings = plain();
    settings.super_resolution_power = power;
    const auto merged = merge_frame_float(frame(), faces, settings, model, seeded_random(1));
    ASSERT_TRUE(merged) << to_sentence(merged.error());
    EXPECT_NEAR(merged->image_bgr.at(150, 110, 1), 0.2 + 0.8 * power / 100, 1e-3);
  }
  EXPECT_EQ(enhanced, 2);  // not where nothing of it is taken
}

TEST(Alignments, FramesFindTheirFacesAndMotion) {
  const ScratchFolder scratch;
  const fs::path& folder = scratch.path;
  for (int i = 0; i < 3; ++i) {
    FaceInfo info;
    info.landmarks = face_at(10, 10, 20).landmarks;
    info.source_landmarks = face_at(100 + 10 * i, 80, 60).landmarks;
    info.source_filename = fmt::format("{:05}.png", i + 1);
    ASSERT_TRUE(write_face_jpeg(folder / fmt::format("{:05}_0.jpg", i + 1), ImageU8(32, 32, 3), 90, info));
  }
  const auto set = Faceset::open(folder);
  ASSERT_TRUE(set);
  const auto alignments = read_alignments(*set);
  ASSERT_TRUE(alignments);
  EXPECT_EQ(alignments->by_frame.size(), 3u);
  const std::vector<std::string> stems = {"00001", "00002", "00003", "00004"};
  const auto frames = faces_by_frame(*alignments, stems);
  EXPECT_NEAR(frames[1].at(0).motion.power, 20, 1.01);
  EXPECT_NEAR(frames[1].at(0).motion.angle, 0, 3);
  EXPECT_EQ(frames[2].at(0).motion.power, 0);  // the frame after has no face
  EXPECT_TRUE(frames[3].empty());
}

}  // namespace
}  // namespace understudy
