// SPDX-License-Identifier: Apache-2.0
// Colours measured over a window: they hold still, and stay matched.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "lib/image/convert.hpp"
#include "steps/6_merge/compose.hpp"
#include "steps/6_merge/face_track.hpp"

namespace understudy::colour_window {
namespace {

constexpr int side = 48, frames = 24;

MergeFace face_at(double x, double y, std::optional<int> person = {}) {
  MergeFace face;
  for (std::size_t i = 0; i < 68; ++i) {
    const double a = 3.14159265 * double(i) / 16;
    const Point p = i < 17 ? Point{0.5 - 0.68 * std::cos(a), 0.25 + 0.95 * std::sin(a)} : canonical_landmarks[i];
    face.landmarks[i] = p * 60.0 + Point{x, y};
  }
  face.person = person;
  return face;
}

// A frame whose light is steady, but for a shimmer of each frame's own that the network does not see: hair, a lamp.
ImageU8 shimmering_frame(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  std::normal_distribution<float> shimmer(0, 5), noise(0, 3);
  const std::array<float, 3> off{shimmer(random), shimmer(random), shimmer(random)};
  ImageU8 image(240, 200, 3);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c) {
        const float v = 90 + 25.0f * float(c) + 30 * std::sin(float(x) / 17) + 20 * std::cos(float(y) / 11);
        image.at(x, y, c) =
            static_cast<std::uint8_t>(std::clamp(v + off[std::size_t(c)] + noise(random), 0.0f, 255.0f));
      }
  return image;
}

// Draws the same picture always, darker and redder than the frame.
MergeModel steady_model() {
  MergeModel model;
  model.resolution = side;
  model.predict = [](const ImageF&) -> Result<Prediction> {
    ImageF face(side, side, 3);
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        for (int c = 0; c < 3; ++c)
          face.at(x, y, c) = 0.2f + 0.06f * float(c) + 0.1f * std::sin(float(x) / 5) + 0.07f * std::cos(float(y) / 4);
    return Prediction{face, ImageF(side, side, 1, 1.0f), ImageF(side, side, 1, 1.0f)};
  };
  return model;
}

struct Series {
  double flicker = 0;     // root mean square of the step from frame to frame of the face's mean colour, codes
  double difference = 0;  // of the mean over all frames from that of the plate there, codes
};

Series series_of(const MergeSettings& settings) {
  const MergeModel model = steady_model();
  const MergeFace face = face_at(90, 60);
  std::vector<PlannedFrame> plans(frames, PlannedFrame{{{face, settings, ""}}, false});
  const Timeline timeline;
  std::vector<ImageU8> clip;
  std::vector<ColourMeasure> measures;
  for (int i = 0; i < frames; ++i) {
    clip.push_back(shimmering_frame(i));
    const auto measure = measure_colours(clip.back(), {&face, &settings, &model, nullptr, {}}, seeded_random(1));
    EXPECT_TRUE(measure && measure->has_value());
    measures.push_back(**measure);
  }
  std::vector<std::array<double, 3>> means;
  std::array<double, 3> of_plate{}, of_faces{};
  for (int i = 0; i < frames; ++i) {
    std::vector<WeightedMeasure> window;
    for (const auto& around : window_of(plans, timeline, i, 0))
      window.push_back({&measures[static_cast<std::size_t>(around.frame)], around.weight});
    const FaceLook look{&face, &settings, &model, nullptr, window};
    const auto merged = merge_looks(clip[static_cast<std::size_t>(i)], {&look, 1}, 0, seeded_random(1));
    EXPECT_TRUE(merged);
    std::array<double, 3> mean{};
    double n = 0;
    for (std::size_t p = 0; p < merged->mask.data.size(); ++p) {
      if (merged->mask.data[p] < 255) continue;
      ++n;
      for (std::size_t c = 0; c < 3; ++c) {
        mean[c] += merged->image_bgr.data[3 * p + c];
        of_plate[c] += clip[static_cast<std::size_t>(i)].data[3 * p + c];
        of_faces[c] += merged->image_bgr.data[3 * p + c];
      }
    }
    for (std::size_t c = 0; c < 3; ++c) {
      mean[c] /= n;
      if (i + 1 == frames) of_plate[c] /= n * frames, of_faces[c] /= n * frames;
    }
    means.push_back(mean);
  }
  Series series;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 1; i < means.size(); ++i)
      series.flicker += (means[i][c] - means[i - 1][c]) * (means[i][c] - means[i - 1][c]) / double(3 * (frames - 1));
    series.difference = std::max(series.difference, std::abs(of_faces[c] - of_plate[c]));
  }
  series.flicker = std::sqrt(series.flicker);
  return series;
}

TEST(ColourWindow, StopsTheFlickerAndKeepsTheColoursMatched) {
  for (const auto transfer : {ColourTransfer::rct, ColourTransfer::lct, ColourTransfer::mkl, ColourTransfer::mkl_m,
                              ColourTransfer::idt, ColourTransfer::sot_m, ColourTransfer::mix_m}) {
    MergeSettings settings;
    settings.colour_transfer = transfer;
    const Series alone = series_of(settings);
    settings.colour_window = 6;
    const Series window = series_of(settings);
    std::printf("%-6s flicker %.2f -> %.2f codes, difference %.2f -> %.2f\n",
                Names<ColourTransfer>::all[static_cast<std::size_t>(transfer)], alone.flicker, window.flicker,
                alone.difference, window.difference);
    EXPECT_GT(alone.flicker, 3) << int(transfer);
    EXPECT_LT(window.flicker, 0.35 * alone.flicker) << int(transfer);
    EXPECT_LT(window.difference, alone.difference + 1.5) << int(transfer);
  }
}

TEST(ColourWindow, HistogramsAreThoseOfTheWindow) {
  MergeSettings settings;
  settings.colour_transfer = ColourTransfer::none;
  settings.mode = MergeMode::hist_match;
  settings.hist_match_threshold = 255;
  const Series alone = series_of(settings);
  settings.colour_window = 6;
  EXPECT_LT(series_of(settings).flicker, 0.35 * alone.flicker);
}

TEST(ColourWindow, GoesAlongTheTrackWithinTheShotAndThroughSmallGaps) {
  MergeSettings settings;
  settings.colour_window = 4;
  std::vector<PlannedFrame> plans(20);
  for (int i = 0; i < 20; ++i) {
    if (i == 6) continue;  // not found there
    plans[std::size_t(i)].faces = {{face_at(60 + i, 40), settings, ""}, {face_at(300, 40), settings, ""}};
  }
  std::swap(plans[5].faces[0], plans[5].faces[1]);
  Timeline timeline;
  timeline.shots.push_back({10, "", {}});
  const auto window = window_of(plans, timeline, 8, 0);
  const std::vector<WindowFace> wanted{{4, 0, 1}, {5, 1, 2}, {7, 0, 4}, {8, 0, 5}, {9, 0, 4}};
  EXPECT_EQ(window, wanted);
  // A person whose settings or model are of another kind is no measure.
  plans[7].faces[0].settings.colour_transfer = ColourTransfer::mkl;
  EXPECT_EQ(window_of(plans, timeline, 8, 0).size(), 4u);
  plans[8].faces[0].settings.colour_window = 0;
  EXPECT_TRUE(window_of(plans, timeline, 8, 0).empty());
}

// An empty window and one of the frame alone are the same, to the bit where sums are the same.
TEST(ColourWindow, OfOneFrameIsThatFramesOwn) {
  const MergeModel model = steady_model();
  const MergeFace face = face_at(90, 60);
  for (const auto transfer : {ColourTransfer::rct, ColourTransfer::mkl, ColourTransfer::idt_m}) {
    MergeSettings settings;
    settings.colour_transfer = transfer;
    const ImageU8 frame = shimmering_frame(3);
    const FaceLook look{&face, &settings, &model, nullptr, {}};
    const auto measure = measure_colours(frame, look, seeded_random(1));
    ASSERT_TRUE(measure && *measure);
    const WeightedMeasure own{&**measure, 3};
    const FaceLook same{&face, &settings, &model, nullptr, {&own, 1}};
    const auto a = merge_looks(frame, {&look, 1}, 0, seeded_random(1)),
               b = merge_looks(frame, {&same, 1}, 0, seeded_random(1));
    ASSERT_TRUE(a && b);
    int most = 0;
    for (std::size_t i = 0; i < a->image_bgr.data.size(); ++i)
      most = std::max(most, std::abs(a->image_bgr.data[i] - b->image_bgr.data[i]));
    EXPECT_LE(most, 1) << int(transfer);
  }
}

}  // namespace
}  // namespace understudy::colour_window
