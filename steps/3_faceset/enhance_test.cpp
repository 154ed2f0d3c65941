// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/enhance.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/quality.hpp"
#include "lib/image/warp.hpp"
#include "steps/3_faceset/recrop.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// Somebody who does not exist, as a poor camera gives it.
ImageU8 poor_portrait(int side) {
  auto performance = synthetic::demo_performance_dst(1.5);
  performance.size = 1.4;
  const ImageU8 sharp = synthetic::render(synthetic::random_identity(90001), performance, {side, side, 2}).frame_bgr;
  const int small = side * 10 / 18;
  const auto poor = resize(resize(sharp, small, small, Interpolation::area), side, side, Interpolation::cubic);
  return *decode_image(*encode_jpeg(poor, {.quality = 90}));
}

double psnr(const ImageU8& a, const ImageU8& b) { return likeness(a, b, ImageU8(a.width, a.height, 1, 255)).psnr; }

class Enhance : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root_ / "aligned");
    Face face;
    face.image_bgr = poor_portrait(128);
    face.info.face_type = FaceType::whole;
    face.info.landmarks = transformed(canonical_landmarks, {{60, 0, 30, 0, 60, 30}});
    face.info.source_filename = "00001.png";
    face.info.extra = {{"from_another_tool", pickle::Value("kept")}};
    ASSERT_TRUE(write_face_jpeg(root_ / "aligned" / "a.jpg", face.image_bgr, 95, face.info));
  }
  json run(const EnhanceOptions& options) {
    const auto report = enhance_faceset({root_ / "aligned", root_ / "out"}, options, run_);
    EXPECT_TRUE(report) << (report ? "" : to_sentence(report.error()));
    return report ? json::parse(*report) : json();
  }
  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path;
  understudy::Run run_;
};

TEST_F(Enhance, KeepsMetadataAndFollowsSizeAndStrength) {
  EXPECT_EQ(run({})["faces"], 1);
  EXPECT_EQ(run({})["done_before"], 1);
  const auto before = *read_face(root_ / "aligned" / "a.jpg"), same = *read_face(root_ / "out" / "a.jpg");
  EXPECT_EQ(same.info.landmarks, before.info.landmarks);
  EXPECT_EQ(same.info.extra, before.info.extra);
  EnhanceOptions options;
  options.strength = 0;
  run(options);
  EXPECT_GT(psnr(read_face(root_ / "out" / "a.jpg")->image_bgr, before.image_bgr), 40);  // only saved once more
  // At another size too: with none of its strength the face is only scaled.
  options.image_size = 200;
  run(options);
  const auto only_scaled = recropped(before, 200, {});
  ASSERT_TRUE(only_scaled);
  EXPECT_GT(psnr(read_face(root_ / "out" / "a.jpg")->image_bgr, only_scaled->image_bgr), 40);
  options.strength = 1;
  run(options);
  EXPECT_LT(psnr(read_face(root_ / "out" / "a.jpg")->image_bgr, only_scaled->image_bgr), 38);
  const auto larger = *read_face(root_ / "out" / "a.jpg");
  EXPECT_EQ(larger.image_bgr.width, 200);
  EXPECT_NEAR(larger.info.landmarks[30].x, before.info.landmarks[30].x * 200 / 128, 1e-6);
  // The picture went the way of the landmarks.
  const auto scaled =
      warp(same.image_bgr, {{200.0 / 128, 0, 0, 0, 200.0 / 128, 0}}, 200, 200, Interpolation::cubic, Border::replicate);
  EXPECT_GT(psnr(larger.image_bgr, scaled), 36);
}

TEST_F(Enhance, AFileThatIsNoSuchNetworkIsOneSentence) {
  EnhanceOptions options;
  options.network = root_ / "none.onnx";
  EXPECT_EQ(enhance_faceset({root_ / "aligned", root_ / "out"}, options, run_).error().code, Code::not_found);
  options.network = root_ / "bad.onnx";
  ASSERT_TRUE(write_text(options.network, "no network"));
  EXPECT_EQ(enhance_faceset({root_ / "aligned", root_ / "out"}, options, run_).error().code, Code::bad_file);
}

}  // namespace
}  // namespace understudy
