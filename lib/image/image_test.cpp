// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/photo.hpp>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/blend.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/colour.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/cv.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/small_jpeg.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

ImageU8 gradient(int width, int height, int channels = 3) {
  ImageU8 image(width, height, channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) image.at(x, y, c) = static_cast<std::uint8_t>((x * 3 + y * 2 + c * 40) % 256);
    }
  }
  return image;
}
ImageU8 smooth(int width, int height) {
  ImageU8 image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c)
        image.at(x, y, c) = static_cast<std::uint8_t>(40 * c + 100 * x / width + 60 * y / height);
    }
  }
  return image;
}
template <class T>
double mean_difference(const Image<T>& a, const Image<T>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) sum += std::abs(double(a.data[i]) - double(b.data[i]));
  return sum / static_cast<double>(a.data.size());
}

TEST(Png, RoundTripsBitForBit) {
  for (const int channels : {1, 3, 4}) {
    const auto image = gradient(37, 21, channels);
    const auto file = encode_png(image, {.xmp = composite_marking_xmp});
    ASSERT_TRUE(file);
    EXPECT_EQ(*decode_image(*file), image);
    const std::string_view text(reinterpret_cast<const char*>(file->data()), file->size());
    EXPECT_THAT(std::string(text), testing::HasSubstr("compositeWithTrainedAlgorithmicMedia"));
  }
}

TEST(Png, SixteenBits) {
  ImageU16 image(5, 3, 1);
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = static_cast<std::uint16_t>(i * 4321);
  const ScratchFolder scratch;
  const auto path = scratch.path / "a.png";
  ASSERT_TRUE(write_file(path, *encode_png(image)));
  EXPECT_EQ(*read_png16(path), image);
  EXPECT_EQ(read_image(path)->width, 5);
}

TEST(Jpeg, ASmallCopyOfAJpegIsThePictureSmaller) {
  const auto file = encode_jpeg(smooth(256, 128), {.quality = 95});
  ASSERT_TRUE(file);
  for (const auto& [wanted, width] : {std::pair{256, 256}, {255, 256}, {128, 128}, {100, 128}, {20, 32}, {1, 32}}) {
    const auto small = decode_small_jpeg(*file, wanted);
    ASSERT_TRUE(small);
    EXPECT_EQ(small->width, width) << wanted;
    EXPECT_EQ(small->height, width / 2) << wanted;
    const auto whole = resize(*decode_image(*file), width, width / 2, Interpolation::area);
    EXPECT_LT(mean_difference(*small, whole), 4) << wanted;
  }
  EXPECT_FALSE(decode_small_jpeg(std::span(*file).first(file->size() / 2), 64));
}

TEST(Jpeg, KeepsThePicture) {
  const auto image = smooth(64, 48);
  for (const auto chroma : {Chroma::half, Chroma::full}) {
    const auto file = encode_jpeg(image, {.quality = 95, .chroma = chroma, .xmp = composite_marking_xmp});
    ASSERT_TRUE(file);
    const auto back = decode_image(*file);
    ASSERT_TRUE(back);
    EXPECT_LT(mean_difference(*back, image), 1.5);
    EXPECT_EQ(image_size(*file)->width, 64);
  }
  EXPECT_EQ(decode_image(*encode_jpeg(gradient(16, 16, 1)))->channels, 1);
}

TEST(Codec, DamagedFilesAreErrorsThatNameTheFile) {
  const ScratchFolder scratch;
  const auto path = scratch.path / "a.jpg";
  for (const auto& whole : {*encode_jpeg(smooth(200, 200)), *encode_png(gradient(200, 200))}) {
    for (const double share : {0.0, 0.01, 0.3, 0.9}) {
      Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(whole.size())));
      ASSERT_TRUE(write_file(path, cut));
      const auto image = read_image(path);
      ASSERT_FALSE(image) << share;
      EXPECT_EQ(image.error().code, Code::bad_file);
      EXPECT_THAT(to_sentence(image.error()), testing::HasSubstr(path.string()));
    }
  }
}

TEST(Warp, IdentityAndShift) {
  const auto image = gradient(20, 20);
  EXPECT_EQ(warp(image, {}, 20, 20, Interpolation::cubic), image);
  const auto shifted = warp(image, {{1, 0, 3, 0, 1, 2}}, 20, 20, Interpolation::linear);
  EXPECT_EQ(shifted.at(13, 12, 1), image.at(10, 10, 1));
  EXPECT_EQ(shifted.at(0, 0, 2), 0);
  EXPECT_EQ(warp_inverse(image, {{1, 0, -3, 0, 1, -2}}, 20, 20, Interpolation::linear), shifted);
}

TEST(Warp, AntialiasedShrinkingAverages) {
  ImageU8 checker(256, 256, 1);
  for (int y = 0; y < 256; ++y) {
    for (int x = 0; x < 256; ++x) checker.at(x, y) = ((x + y) & 1) ? 255 : 0;
  }
  const Affine shrink{{0.125, 0, 0, 0, 0.125, 0}};
  const auto naive = warp(checker, shrink, 32, 32, Interpolation::linear);
  const auto good = warp_antialiased(checker, shrink, 32, 32);
  EXPECT_EQ(naive.at(10, 10), 0);
  EXPECT_NEAR(good.at(10, 10), 128, 2);
  // It keeps the geometry of warp().
  const auto picture = smooth(256, 256);
  EXPECT_LT(mean_difference(crop(warp(picture, shrink, 32, 32, Interpolation::linear), 2, 2, 28, 28),
                            crop(warp_antialiased(picture, shrink, 32, 32), 2, 2, 28, 28)),
            1.0);
}

// The cubic warp of BGR bytes is our own: it must be OpenCV's to the bit, or faces cut by older versions would differ.
TEST(Warp, CubicBytesAreOpenCvs) {
  unsigned state = 7;
  auto random = [&state] { return static_cast<double>((state = state * 1664525 + 1013904223) >> 8) / (1 << 24); };
  ImageU8 image(61, 47, 3);
  for (auto& v : image.data) v = static_cast<std::uint8_t>(256 * random());
  for (int round = 0; round < 40; ++round) {
    const double angle = 6.3 * random(), scale = 0.2 + 3 * random();
    const Affine map{{scale * std::cos(angle), -scale * std::sin(angle), 90 * random() - 20,  //
                      scale * std::sin(angle), scale * std::cos(angle), 90 * random() - 20}};
    ImageU8 wanted(83, 70, 3);
    cv::Mat target = view(wanted);
    cv::warpAffine(view(image), target, matrix(map), {83, 70}, cv::INTER_CUBIC, cv::BORDER_CONSTANT);
    EXPECT_EQ(warp(image, map, 83, 70, Interpolation::cubic), wanted) << round;
  }
}

// Likewise that of float pictures, or merges would differ.
TEST(Warp, CubicFloatsAreOpenCvs) {
  unsigned state = 9;
  auto random = [&state] { return static_cast<double>((state = state * 1664525 + 1013904223) >> 8) / (1 << 24); };
  for (const int channels : {3, 4}) {
    ImageF image(61, 47, channels);
    for (auto& v : image.data) v = static_cast<float>(random());
    for (int round = 0; round < 40; ++round) {
      const double angle = 6.3 * random(), scale = 0.2 + 3 * random();
      const Affine map{{scale * std::cos(angle), -scale * std::sin(angle), 90 * random() - 20,  //
                        scale * std::sin(angle), scale * std::cos(angle), 90 * random() - 20}};
      ImageF wanted(83, 70, channels);
      cv::Mat target = view(wanted);
      cv::warpAffine(view(image), target, matrix(map), {83, 70}, cv::INTER_CUBIC, cv::BORDER_CONSTANT);
      EXPECT_EQ(warp(image, map, 83, 70, Interpolation::cubic), wanted) << channels << " " << round;
      cv::warpAffine(view(image), target, matrix(map), {83, 70}, cv::INTER_CUBIC | cv::WARP_INVERSE_MAP,
                     cv::BORDER_CONSTANT);
      EXPECT_EQ(warp_inverse(image, map, 83, 70, Interpolation::cubic), wanted) << channels << " " << round;
    }
  }
}

// Our own solver: OpenCV's pictures but for the last bit, which both take away by cutting off.
TEST(Blend, ClonesAsOpenCvDoes) {
  unsigned state = 5;
  auto random = [&state] { return static_cast<double>((state = state * 1664525 + 1013904223) >> 8) / (1 << 24); };
  for (const auto& [width, height] : {std::pair{90, 70}, {61, 97}, {40, 40}}) {
    for (const bool at_border : {false, true}) {
      ImageU8 face(width, height, 3), frame(width, height, 3), mask(width, height, 1);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const double dx = (x - width * (at_border ? 0.7 : 0.5)) / (0.35 * width),
                       dy = (y - height / 2.0) / (0.35 * height);
          mask.at(x, y) = dx * dx + dy * dy < 1 ? 255 : 0;
          for (int c = 0; c < 3; ++c) {
            face.at(x, y, c) = static_cast<std::uint8_t>(60 + 40 * c + 30 * std::sin(x * 0.2) + 20 * random());
            frame.at(x, y, c) = static_cast<std::uint8_t>(40 + x + y / 2 + 10 * random());
          }
        }
      }
      const cv::Rect box = cv::boundingRect(view(mask));
      cv::Mat wanted;
      cv::seamlessClone(view(face), view(frame), view(mask), {box.x + box.width / 2, box.y + box.height / 2}, wanted,
                        cv::NORMAL_CLONE);
      const auto made = poisson_clone(face, frame, mask);
      ASSERT_TRUE(made);
      int furthest = 0, differing = 0;
      for (std::size_t i = 0; i < made->data.size(); ++i) {
        const int apart = std::abs(int{made->data[i]} - int{wanted.data[i]});
        furthest = std::max(furthest, apart);
        differing += apart > 0;
      }
      EXPECT_LE(furthest, 1) << width << " " << at_border;
      EXPECT_NE(*made, frame);
      EXPECT_LT(differing, static_cast<int>(made->data.size()) / 500) << width << " " << at_border;
    }
  }
  EXPECT_FALSE(poisson_clone(ImageU8(9, 9, 3), ImageU8(9, 9, 3), ImageU8(9, 9, 1)));
}

TEST(Filter, ErodeAndDilateAreOpposite) {
  ImageF mask(31, 31, 1);
  for (int y = 10; y < 21; ++y) {
    for (int x = 10; x < 21; ++x) mask.at(x, y) = 1;
  }
  const auto sum = [](const ImageF& m) {
    double total = 0;
    for (const float v : m.data) total += v;
    return total;
  };
  EXPECT_EQ(sum(erode(mask, 3)), 81);
  EXPECT_EQ(sum(dilate(mask, 3)), 121 + 44);
  EXPECT_EQ(erode(mask, 1), mask);
}

TEST(Filter, MorphologyIsTheDefinition) {
  ImageF mask(41, 33, 1);
  for (std::size_t i = 0; i < mask.data.size(); ++i) mask.data[i] = static_cast<float>((i * 7919) % 101) / 100.0f;
  for (const int size : {2, 3, 5, 8, 13, 30}) {
    const auto element = ellipse_element(size);
    const auto small = erode(mask, size), large = dilate(mask, size);
    for (int y = 0; y < mask.height; ++y) {
      for (int x = 0; x < mask.width; ++x) {
        float low = 2, high = -1;
        for (int j = 0; j < size; ++j) {
          for (int i = 0; i < size; ++i) {
            const int u = x + i - size / 2, v = y + j - size / 2;
            if (!element.at(i, j) || u < 0 || v < 0 || u >= mask.width || v >= mask.height) continue;
            low = std::min(low, mask.at(u, v));
            high = std::max(high, mask.at(u, v));
          }
        }
        ASSERT_EQ(small.at(x, y), low) << size;
        ASSERT_EQ(large.at(x, y), high) << size;
      }
    }
  }
}

TEST(Colour, TransferReachesTheTargetStatistics) {
  const auto x = to_float(smooth(64, 64));
  auto y = x;
  for (std::size_t i = 0; i < y.data.size(); ++i) y.data[i] = 0.2f + 0.5f * y.data[i];
  EXPECT_LT(mean_difference(transfer_reinhard(x, y), y), 0.03);
  EXPECT_LT(mean_difference(transfer_linear(x, y), y), 0.01);
  EXPECT_LT(mean_difference(transfer_sliced(x, y, seeded_random(1)), y), 0.03);
  EXPECT_LT(mean_difference(match_histogram(x, y), y), 0.01);
}

TEST(Blend, CloneKeepsTheFrameOutsideTheMask) {
  const auto frame = smooth(80, 60);
  auto face = frame;
  for (auto& v : face.data) v = static_cast<std::uint8_t>(v / 2);
  ImageU8 mask(80, 60, 1);
  for (int y = 20; y < 40; ++y) {
    for (int x = 30; x < 50; ++x) mask.at(x, y) = 255;
  }
  const auto out = poisson_clone(face, frame, mask);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->at(5, 5, 0), frame.at(5, 5, 0));
  EXPECT_NEAR(out->at(40, 30, 1), frame.at(40, 30, 1), 25);
  EXPECT_FALSE(poisson_clone(face, frame, ImageU8(80, 60, 1)));
}

}  // namespace
}  // namespace understudy
