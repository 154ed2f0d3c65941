// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "lib/detect/face_finder.hpp"
#include "lib/detect/models.hpp"
#include "lib/detect/sample_row.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/warp.hpp"
#include "lib/media/frame_source.hpp"

namespace understudy {
namespace {

fs::path folder_from(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  return value ? fs::path(value) : fs::path(otherwise);
}
fs::path media_folder() { return folder_from("UNDERSTUDY_MEDIA", "../shared/media"); }
fs::path golden_input() { return folder_from("UNDERSTUDY_REFERENCE", "../shared/reference") / "golden" / "input"; }

FaceFinder finder() { return std::move(FaceFinder::load()).value(); }

double eye_distance(const Landmarks68& l) { return std::hypot(l[45].x - l[36].x, l[45].y - l[36].y); }
double mean_distance(const Landmarks68& a, const Landmarks68& b, std::size_t first = 0) {
  double sum = 0;
  for (std::size_t i = first; i < 68; ++i) sum += std::hypot(a[i].x - b[i].x, a[i].y - b[i].y);
  return sum / static_cast<double>(68 - first);
}

TEST(Models, AreInsideTheProgram) {
  for (const auto model : {models::face_detection_full_range_sparse(), models::face_detection_short_range(),
                           models::face_landmark(), models::iris_landmark()}) {
    ASSERT_GT(model.size(), 100000u);
    EXPECT_EQ(std::string(model.begin() + 4, model.begin() + 8), "TFL3");  // flatbuffer file identifier
  }
}

TEST(Pyramid, SamplesTheSquareItIsAskedFor) {
  ImageU8 frame(64, 64, 3);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x)
      frame.at(x, y, 2) = static_cast<std::uint8_t>(x * 2), frame.at(x, y, 1) = static_cast<std::uint8_t>(y * 3);
  }
  Pyramid pyramid(frame);
  std::vector<float> rgb(8 * 8 * 3);
  pyramid.sample({{20, 30}, 8, 0}, 8, Outside::black, 0, 255, rgb);
  EXPECT_NEAR(rgb[0], 2 * 16.35, 1e-3);  // red at crop pixel (0, 0), whose middle is frame (16.35, 26.35)
  EXPECT_NEAR(rgb[1], 3 * 26.35, 1e-3);
  pyramid.sample({{20, 30}, 8, std::acos(-1.0) / 2}, 8, Outside::black, 0, 255, rgb);
  EXPECT_NEAR(rgb[0], 2 * 23.65, 1e-3);  // a quarter clockwise: frame (23.65, 26.35)
  EXPECT_NEAR(rgb[1], 3 * 26.35, 1e-3);
  pyramid.sample({{31.5, 31.5}, 64, 0}, 8, Outside::black, 0, 255, rgb);
  EXPECT_NEAR(rgb[3 * 4], 2 * 34.3, 1.1);  // shrunk eight times: a mean, still in place
  pyramid.sample({{-100, -100}, 8, 0}, 8, Outside::black, -1, 1, rgb);
  EXPECT_EQ(rgb[0], -1);
}

TEST(Pyramid, APartGivesThePixelsOfTheWhole) {
  ImageU8 frame(301, 203, 3);
  unsigned state = 9;
  for (auto& v : frame.data) v = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  std::vector<float> part(16 * 16 * 3), whole(part.size());
  for (const Roi& roi : {Roi{{150, 100}, 70, 0.4}, Roi{{20.3, 190.7}, 90, 0}, Roi{{290, 10}, 130, -1}}) {
    Pyramid fresh(frame), known(frame);
    fresh.sample(roi, 16, Outside::edge, 0, 255, part);
    known.sample({{150, 100}, 300, 0}, 16, Outside::black, 0, 255, whole);  // makes all levels
    known.sample(roi, 16, Outside::edge, 0, 255, whole);
    for (std::size_t i = 0; i < part.size(); ++i) ASSERT_NEAR(part[i], whole[i], 0.01) << i;
  }
}

// Eight samples at once give the bits of one at a time (a row of 7 is never taken at once).
TEST(Pyramid, SamplesAreTheSameTakenAtOnceOrOneByOne) {
  ImageU8 frame(50, 37, 3);
  unsigned state = 5;
  for (auto& v : frame.data) v = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  for (const auto outside : {Outside::black, Outside::edge}) {
    for (int round = 0; round < 12; ++round) {
      const Affine map = Roi{{5.0 * round - 4, 3.3 * round}, 20 + 4.7 * round, 0.4 * round}.frame_from_crop(63);
      const RowSamples samples{frame, map, outside, -1, 2.f / 255};
      for (int j = 0; j < 63; ++j) {
        std::array<float, 3 * 63> at_once, one_by_one;
        sample_row(samples, j, 63, at_once.data());
        for (int i = 0; i < 63; ++i) {
          RowSamples shifted = samples;
          shifted.image_from_crop.m[2] = map.m[0] * i + map.m[1] * j + map.m[2];
          shifted.image_from_crop.m[5] = map.m[3] * i + map.m[4] * j + map.m[5];
          sample_row(shifted, 0, 1, one_by_one.data() + 3 * i);
        }
        ASSERT_EQ(at_once, one_by_one) << round << " row " << j;
      }
    }
  }
}

TEST(Suppress, JoinsBoxesOfOneFaceByWeight) {
  Detection a, b, far;
  a.box = {0, 0, 10, 10};
  a.score = 0.9f;
  b.box = {1, 0, 11, 10};
  b.score = 0.3f;
  far.box = {50, 50, 60, 60};
  far.score = 0.5f;
  const auto kept = suppress({b, far, a}, 0.3);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_FLOAT_EQ(kept[0].score, 0.9f);
  EXPECT_NEAR(kept[0].box.left, 0.25, 1e-6);
  EXPECT_NEAR(kept[1].box.left, 50, 1e-6);
}

TEST(Finder, FindsNothingWhereNothingIs) {
  auto f = finder();
  EXPECT_TRUE(f.find(ImageU8(320, 240, 3, 128))->empty());
  EXPECT_TRUE(f.find(ImageU8(4, 4, 3))->empty());
  ImageU8 noise(200, 200, 3);
  unsigned state = 1;
  for (auto& v : noise.data) v = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  EXPECT_TRUE(f.find(noise)->empty());
}

// Nose, eyes and mouth of landmarks that others derived from the same frames; they take the nearest vertex for each
// point, which puts brows and jaw elsewhere.
TEST(RealFinder, LandmarksAgreeWithTheReference) {
  auto f = finder();
  int frames = 0;
  double sum = 0;
  std::error_code none;
  for (fs::directory_iterator it(golden_input(), none), end; !none && it != end; it.increment(none)) {
    if (it->path().extension() != ".png") continue;
    auto wanted_file = it->path();
    const auto array = read_file(wanted_file.replace_extension(".lm68.npy"));
    std::array<double, 2 * 68> numbers;  // a .npy file ends with its numbers
    ASSERT_TRUE(array && array->size() > sizeof numbers);
    std::memcpy(numbers.data(), array->data() + array->size() - sizeof numbers, sizeof numbers);
    Landmarks68 wanted;
    for (std::size_t i = 0; i < 68; ++i) wanted[i] = {numbers[2 * i], numbers[2 * i + 1]};
    const auto faces = f.find(*read_image(it->path()));
    ASSERT_EQ(faces->size(), 1u) << it->path();
    const double off = mean_distance(faces->front().landmarks, wanted, 27) / eye_distance(wanted);
    EXPECT_LT(off, 0.03) << it->path();
    sum += off;
    ++frames;
  }
  if (frames == 0) GTEST_SKIP() << "no reference frames in " << golden_input();
  EXPECT_LT(sum / frames, 0.02);
}

// A frame of a drawn person, 480x480.
ImageU8 drawn(const synthetic::Identity& identity, double yaw = 0, double mouth = 0.1) {
  synthetic::Performance play;
  play.yaw = yaw, play.mouth_open = mouth;
  return synthetic::render(identity, play, {.width = 480, .height = 480, .supersampling = 1}).frame_bgr;
}

// Drawn people are too flat for this: what stands upright in a turned picture is told by hair, ears and shoulders.
TEST(RealClips, ATurnedFaceIsFoundWithTheSamePoints) {
  if (!fs::exists(media_folder() / "actor_a.mp4")) GTEST_SKIP() << "no test clips in " << media_folder();
  auto f = finder();
  const auto upright = media::FrameSource::open(media_folder() / "actor_a.mp4")->at(40)->bgr;
  const auto straight = f.find(upright)->front().landmarks;
  for (int quarters = 1; quarters < 4; ++quarters) {
    const auto faces = f.find(rotate_quarters(upright, quarters));
    ASSERT_EQ(faces->size(), 1u) << quarters;
    Landmarks68 back;
    const double last = upright.width - 1;  // the clip is square
    for (std::size_t i = 0; i < 68; ++i) {
      Point p = faces->front().landmarks[i];
      for (int q = 0; q < quarters; ++q) p = {p.y, last - p.x};
      back[i] = p;
    }
    EXPECT_LT(mean_distance(back, straight) / eye_distance(straight), 0.02) << quarters;
  }
}

TEST(Finder, SeveralFacesAreFoundLargestFirst) {
  auto f = finder();
  const auto a = drawn(synthetic::demo_identity_a()), b = drawn(synthetic::demo_identity_b());
  const auto small = resize(b, 240, 240, Interpolation::area);
  ImageU8 both(a.width + small.width, a.height, 3, 127);
  for (int y = 0; y < a.height; ++y) std::copy(a.row(y), a.row(y) + a.width * 3, both.row(y));
  for (int y = 0; y < small.height; ++y)
    std::copy(small.row(y), small.row(y) + small.width * 3, both.row(y) + a.width * 3);
  const auto faces = f.find(both);
  ASSERT_EQ(faces->size(), 2u);
  EXPECT_LT((*faces)[0].rect.right, a.width);
  EXPECT_GT((*faces)[1].rect.left, a.width);
}

TEST(Finder, ASmallFaceInALargeFrameIsFoundByTiles) {
  auto f = finder();
  const auto face = resize(drawn(synthetic::demo_identity_a()), 96, 96, Interpolation::area);
  ImageU8 large(1600, 900, 3, 110);
  for (int y = 0; y < 96; ++y) std::copy(face.row(y), face.row(y) + 96 * 3, large.row(y + 700) + 1200 * 3);
  const auto faces = f.find(large, Look::thorough);
  ASSERT_EQ(faces->size(), 1u);
  const auto whole = f.find(drawn(synthetic::demo_identity_a()))->front().rect;
  EXPECT_NEAR(faces->front().rect.left, 1200 + whole.left * 0.2, 6);
}

TEST(Finder, SharedFindersAgree) {
  auto f = finder();
  auto g = f.share();
  const auto picture = drawn(synthetic::demo_identity_b(), 15);
  const auto one = f.find(picture), two = g.find(picture);
  EXPECT_EQ(one->front().mesh, two->front().mesh);
}

TEST(RealClips, EveryTwentiethFrameGivesTheOneFace) {
  if (!fs::exists(media_folder() / "actor_a.mp4")) GTEST_SKIP() << "no test clips in " << media_folder();
  auto f = finder();
  for (const char* name : {"actor_a.mp4", "actor_b.mp4", "profile_720p.mp4", "far_portrait_720x1364.mp4"}) {
    auto source = media::FrameSource::open(media_folder() / name);
    for (std::int64_t i = 0; i < source->count(); i += 20)
      EXPECT_EQ(f.find(source->at(i)->bgr)->size(), 1u) << name << " frame " << i;
  }
}

}  // namespace
}  // namespace understudy
