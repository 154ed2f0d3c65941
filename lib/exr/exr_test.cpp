// SPDX-License-Identifier: Apache-2.0
#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfInputFile.h>
#include <ImfStandardAttributes.h>
#include <ImfStringAttribute.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/scratch_folder.hpp"
#include "lib/exr/write_exr.hpp"

namespace understudy {
namespace {

class Exr : public testing::Test {
 protected:
  static ImageF ramp(int channels) {
    ImageF image(67, 41, channels);
    for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = static_cast<float>(i % 65536) / 65535.0f;
    return image;
  }
  // A channel's values as the library reads them.
  std::vector<float> values(const char* channel) const {
    Imf::InputFile file(path_.c_str());
    const int width = file.header().dataWindow().max.x + 1, height = file.header().dataWindow().max.y + 1;
    std::vector<float> all(static_cast<std::size_t>(width) * height);
    Imf::FrameBuffer buffer;
    buffer.insert(channel, Imf::Slice(Imf::FLOAT, reinterpret_cast<char*>(all.data()), sizeof(float),
                                      sizeof(float) * static_cast<std::size_t>(width)));
    file.setFrameBuffer(buffer);
    file.readPixels(0, height - 1);
    return all;
  }

  const ScratchFolder folder_;
  const fs::path path_ = folder_.path / "frame.exr";
};

TEST_F(Exr, SingleKeepsEverySixteenBitCode) {
  for (const auto compression : {ExrCompression::none, ExrCompression::zip, ExrCompression::piz}) {
    ExrPicture picture{{{"", ramp(3)}, {"face", ramp(4)}, {"matte", ramp(1)}}, ExrPixels::single, compression};
    ASSERT_TRUE(write_exr(path_, picture));
    const auto red = values("R"), face_alpha = values("face.A"), face_blue = values("face.B"),
               matte = values("matte.A");
    for (std::size_t i = 0; i < red.size(); ++i) {
      ASSERT_EQ(red[i], picture.layers[0].image.data[3 * i + 2]);
      ASSERT_EQ(face_blue[i], picture.layers[1].image.data[4 * i]);
      ASSERT_EQ(face_alpha[i], picture.layers[1].image.data[4 * i + 3]);
      ASSERT_EQ(matte[i], picture.layers[2].image.data[i]);
    }
  }
}

TEST_F(Exr, HalfKeepsEveryEightBitCode) {
  ImageF codes(256, 1, 1);
  for (int i = 0; i < 256; ++i) codes.at(i, 0) = static_cast<float>(i) / 255.0f;
  ASSERT_TRUE(write_exr(path_, {{{"", codes}}}));
  const auto alpha = values("A");
  for (int i = 0; i < 256; ++i) EXPECT_EQ(std::lround(alpha[static_cast<std::size_t>(i)] * 255), i);
  EXPECT_EQ(Imf::InputFile(path_.c_str()).header().channels()["A"].type, Imf::HALF);
}

TEST_F(Exr, DwaaIsSmallerAndNear) {
  const ImageF picture = ramp(3);
  ASSERT_TRUE(write_exr(path_, {{{"", picture}}, ExrPixels::half, ExrCompression::dwaa}));
  const auto green = values("G");
  for (std::size_t i = 0; i < green.size(); ++i) ASSERT_NEAR(green[i], picture.data[3 * i + 1], 0.02);
}

TEST_F(Exr, TellsRateTimecodeColoursAndRemarks) {
  ExrPicture picture{{{"", ramp(3)}}};
  picture.frame_rate = 24000.0 / 1001;
  picture.timecode = "01:02:03;04";
  picture.remarks = {{"comments", "made by a trained model"}};
  ASSERT_TRUE(write_exr(path_, picture));
  const Imf::InputFile file(path_.c_str());
  EXPECT_EQ(Imf::framesPerSecond(file.header()).n, 24000);
  EXPECT_EQ(Imf::framesPerSecond(file.header()).d, 1001u);
  const auto timecode = Imf::timeCode(file.header());
  EXPECT_EQ(timecode.hours(), 1);
  EXPECT_EQ(timecode.frame(), 4);
  EXPECT_TRUE(timecode.dropFrame());
  EXPECT_NEAR(Imf::chromaticities(file.header()).red.x, 0.64, 1e-6);
  EXPECT_EQ(file.header().typedAttribute<Imf::StringAttribute>("comments").value(), "made by a trained model");
  picture.primaries = 9;
  picture.frame_rate = 50;
  picture.timecode = "01:02:03:47";
  ASSERT_TRUE(write_exr(path_, picture));
  EXPECT_NEAR(Imf::chromaticities(Imf::InputFile(path_.c_str()).header()).red.x, 0.708, 1e-6);
  const auto fast = Imf::timeCode(Imf::InputFile(path_.c_str()).header());
  EXPECT_EQ(fast.frame(), 23);
  EXPECT_TRUE(fast.fieldPhase());
  picture.timecode = "no time";
  ASSERT_TRUE(write_exr(path_, picture));
  EXPECT_FALSE(Imf::hasTimeCode(Imf::InputFile(path_.c_str()).header()));
}

TEST_F(Exr, TellsTheRateAsItIs) {
  struct Rate {
    double rate;
    int n;
    unsigned d;
  };
  for (const auto& [rate, n, d] : {Rate{25, 25, 1}, Rate{12.5, 25, 2}, Rate{23.976, 24000, 1001},
                                   Rate{60000.0 / 1001, 60000, 1001}, Rate{15.2, 76, 5}}) {
    ExrPicture picture{{{"", ramp(3)}}};
    picture.frame_rate = rate;
    ASSERT_TRUE(write_exr(path_, picture));
    const auto told = Imf::framesPerSecond(Imf::InputFile(path_.c_str()).header());
    EXPECT_EQ(told.n, n) << rate;
    EXPECT_EQ(told.d, d) << rate;
  }
}

TEST_F(Exr, WhatCannotBeOneFileIsRefusedAndLeavesWhatWasThere) {
  ASSERT_TRUE(write_text(path_, "before"));
  EXPECT_EQ(write_exr(path_, {}).error().code, Code::bad_option);
  EXPECT_EQ(write_exr(path_, {{{"", ramp(3)}, {"matte", ImageF(3, 3, 1)}}}).error().code, Code::bad_option);
  EXPECT_EQ(*read_text(path_), "before");
}

}  // namespace
}  // namespace understudy
