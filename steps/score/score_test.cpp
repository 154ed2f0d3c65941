// SPDX-License-Identifier: Apache-2.0
// The truth as a result scores best; every fault is found by the measure that is meant for it, and by the total.
#include "steps/score/score.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "steps/score/measure.hpp"

namespace understudy {
namespace {

constexpr int size = 176, frames = 20;
// A blink, a few syllables, a turn of the eyes; no hand.
synthetic::Performance played(int frame) {
  auto p = synthetic::demo_performance_dst(1.5 + frame / 30.0);
  p.gaze_x = 14.0f * std::sin(0.5f * static_cast<float>(frame));
  return p;
}

Landmarks68 landmarks_of(const synthetic::Rendered& r) {
  Landmarks68 l;
  std::ranges::copy(r.landmarks, l.begin());
  return l;
}

struct Shot {
  Picture plate, truth, matte;
  Picture other, wrong;  // another person's; Ada playing something else
  Landmarks68 landmarks{};
};

Picture shared(ImageU8 image) { return std::make_shared<const ImageU8>(std::move(image)); }

// Drawn once for all tests.
class Scoring : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = score::FaceReader::load();
    ASSERT_TRUE(loaded) << to_sentence(loaded.error());
    reader = std::make_unique<score::FaceReader>(*std::move(loaded));
    const synthetic::Actor ada(synthetic::demo_identity_a(), 0.6f), bo(synthetic::demo_identity_b(), 0.6f),
        third(synthetic::random_identity(4), 0.6f);
    const synthetic::RenderOptions drawn{size, size, 1};
    for (int i = 0; i < frames; ++i) {
      const auto p = played(i);
      auto wrong = p;
      wrong.mouth_open = 0.6f - p.mouth_open;
      wrong.gaze_x = -p.gaze_x;
      wrong.blink = {0.5f - p.blink[0] / 2, 0.5f - p.blink[1] / 2};
      auto a = ada.render(p, drawn);
      auto b = bo.render(p, drawn);
      Shot shot;
      shot.landmarks = landmarks_of(b);
      shot.matte = shared(gaussian_blur(to_u8_rounded(erode(to_float(b.face_mask), 7)), 9, 2));
      shot.truth = shared(std::move(a.frame_bgr));
      shot.plate = shared(std::move(b.frame_bgr));
      shot.other = shared(third.render(p, drawn).frame_bgr);
      shot.wrong = shared(ada.render(wrong, drawn).frame_bgr);
      shots.push_back(shot);
    }
    std::vector<Embedding> faces;
    std::vector<double> details;
    src.side = static_cast<int>(score::standing_side(shots[0].landmarks));
    for (int i = 0; i < frames; i += 4) {
      const auto picture = ada.render(synthetic::demo_performance_src(0.3 * i), drawn);
      faces.push_back(reader->embed(picture.frame_bgr, landmarks_of(picture)).value());
      details.push_back(score::detail_energy(score::cut_face(picture.frame_bgr, landmarks_of(picture), src.side)));
    }
    src.mean = score::mean_of(faces);
    src.detail = score::percentile(details, 0.5);
  }
  static void TearDownTestSuite() {
    reader.reset();
    shots.clear();
  }

  // What a frame becomes, from the truth.
  using Change = std::function<ImageU8(const Shot&, int frame)>;
  static Picture made(const Change& change, int i) {
    const Shot& shot = shots[static_cast<std::size_t>(i)];
    const ImageU8 changed = change(shot, i);
    ImageU8 out = *shot.truth;
    for (std::size_t k = 0; k < out.data.size(); ++k) {
      const double a = shot.matte->data[k / 3] / 255.0;
      out.data[k] = static_cast<std::uint8_t>(std::lround(out.data[k] * (1 - a) + changed.data[k] * a));
    }
    return shared(std::move(out));
  }
  static score::Verdict verdict_of(const Change& change) {
    KnownClip known;
    known.truth = [](std::int64_t frame) {
      const Shot& shot = shots[static_cast<std::size_t>(frame)];
      return KnownClip::Truth{*shot.truth, *shot.matte};
    };
    const FrameMeter meter(src, known);
    std::vector<score::FrameMeasures> measures;
    Picture before;
    for (int i = 0; i < frames; ++i) {
      const Shot& shot = shots[static_cast<std::size_t>(i)];
      ClipPlace place;
      place.frame = i;
      place.landmarks = shot.landmarks;
      const Picture result = made(change, i);
      const Picture plate_before = i > 0 ? shots[static_cast<std::size_t>(i) - 1].plate : Picture();
      auto measured = meter.measure(*reader, place, {shot.plate, result, shot.matte, {}, plate_before, before}, true);
      EXPECT_TRUE(measured);
      measures.push_back(measured->measures);
      before = result;
    }
    return score::judge(measures, {});
  }
  static const score::Verdict& perfect() {
    static const score::Verdict v = verdict_of([](const Shot& s, int) { return *s.truth; });
    return v;
  }
  // The truth is better in every way of looking at it.
  static void expect_worse(const score::Verdict& v) {
    EXPECT_LT(v.total, perfect().total - 1);
    const auto &own = v.truth->result, &best = perfect().truth->result;
    EXPECT_LT(own.plain.psnr, best.plain.psnr);
    EXPECT_LT(own.plain.ssim, best.plain.ssim);
    EXPECT_GT(own.plain.perceptual, best.plain.perceptual);
  }
  static void print(const char* what, const score::Verdict& v) {
    std::printf(
        "%-12s total %.1f eyes %.2f jaw %.2f gaze %.2f identity %.2f sharp %.2f seam %.2f flicker %.2f mouth %.2f "
        "brows %.2f turn %.2f place %.3f skin %.1f kept %.2f %.2f psnr %.1f\n",
        what, v.total, v.eyes, v.jaw, v.gaze, v.identity, v.sharpness, v.seam, v.flicker, v.mouth, v.brows, v.turn,
        v.place, v.skin, v.eyes_kept, v.mouth_kept, v.truth->result.plain.psnr);
  }

  static inline std::unique_ptr<score::FaceReader> reader;
  static inline std::vector<Shot> shots;
  static inline SrcMeasures src;
};

TEST_F(Scoring, TheTruthScoresHigh) {
  const auto& v = perfect();
  print("truth", v);
  EXPECT_GT(v.total, 80);
  EXPECT_GT(v.eyes, 0.9);
  EXPECT_GT(v.jaw, 0.85);
  EXPECT_GT(v.gaze, 0.8);
  EXPECT_GT(v.identity, 0.75);
  EXPECT_LT(v.flicker, 1.4);
  EXPECT_EQ(v.truth->result.plain.psnr, 100);
  EXPECT_GT(v.shut_frames, 0);
  EXPECT_EQ(v.eyes_kept, 1);
}

TEST_F(Scoring, TheUntouchedFrameIsNobodyElse) {
  const auto v = verdict_of([](const Shot& s, int) { return *s.plate; });
  print("untouched", v);
  EXPECT_LT(v.identity, 0.4);
  EXPECT_GT(v.eyes, 0.95);
  expect_worse(v);
}

TEST_F(Scoring, BlurIsFoundBySharpness) {
  const auto v = verdict_of([](const Shot& s, int) { return gaussian_blur(*s.truth, 9, 2); });
  print("blur", v);
  EXPECT_LT(v.sharpness, 0.5 * perfect().sharpness);
  expect_worse(v);
}

TEST_F(Scoring, AWrongExpressionIsFoundByEyesJawAndGaze) {
  const auto v = verdict_of([](const Shot& s, int) { return *s.wrong; });
  print("expression", v);
  EXPECT_LT(v.eyes, perfect().eyes - 0.5);
  EXPECT_LT(v.jaw, perfect().jaw - 0.5);
  EXPECT_LT(v.gaze, perfect().gaze - 0.5);
  EXPECT_LT(v.mouth, perfect().mouth);
  EXPECT_LT(v.eyes_kept, 0.5);
  expect_worse(v);
}

TEST_F(Scoring, AnotherPersonIsFoundByIdentity) {
  const auto v = verdict_of([](const Shot& s, int) { return *s.other; });
  print("person", v);
  EXPECT_LT(v.identity, perfect().identity - 0.2);
  EXPECT_GT(v.src_distance, perfect().src_distance);
  expect_worse(v);
}

TEST_F(Scoring, AShiftIsFoundByPlace) {
  const auto v = verdict_of([](const Shot& s, int) {
    return warp(*s.truth, {{1, 0, 6, 0, 1, -3}}, size, size, Interpolation::linear, Border::replicate);
  });
  print("shift", v);
  EXPECT_GT(v.place, 1.5 * perfect().place);
  expect_worse(v);
}

TEST_F(Scoring, PulsingLightIsFoundByFlicker) {
  const auto v = verdict_of([](const Shot& s, int frame) {
    ImageU8 out = *s.truth;
    for (auto& value : out.data) value = static_cast<std::uint8_t>(std::min(255.0, value * (frame % 2 ? 1.05 : 0.95)));
    return out;
  });
  print("flicker", v);
  EXPECT_GT(v.flicker, 1.4 * perfect().flicker);
  expect_worse(v);
}

TEST_F(Scoring, AWrongColourIsFoundBySkinAndForgivenByTheFit) {
  const auto v = verdict_of([](const Shot& s, int) {
    ImageU8 out = *s.truth;
    for (std::size_t i = 0; i < out.data.size(); ++i)
      out.data[i] = static_cast<std::uint8_t>(std::min(255.0, out.data[i] * std::array{0.75, 0.9, 1.05}[i % 3]));
    return out;
  });
  print("colour", v);
  EXPECT_GT(v.skin, perfect().skin + 3);
  EXPECT_GT(v.truth->result.fitted.psnr, v.truth->result.plain.psnr + 6);
  expect_worse(v);
}

// Pasted over the plate, as a merge does it: softly, and cut out with scissors.
TEST_F(Scoring, AHardEdgeIsFoundBySeam) {
  const auto seam = [](bool hard) {
    std::vector<double> ratios;
    for (int i = 0; i < frames; i += 5) {
      const Shot& shot = shots[static_cast<std::size_t>(i)];
      ImageF matte = to_float(*shot.matte);
      if (hard) {
        for (auto& v : matte.data) v = v > 0.5f ? 1.0f : 0.0f;
      }
      ImageU8 pasted = *shot.plate;
      for (std::size_t k = 0; k < pasted.data.size(); ++k) {
        const auto a = matte.data[k / 3];
        pasted.data[k] = static_cast<std::uint8_t>(pasted.data[k] * (1 - a) + shot.truth->data[k] * a);
      }
      ratios.push_back(score::seam(*shot.plate, pasted, matte));
    }
    return score::percentile(ratios, 0.5);
  };
  std::printf("seam: soft %.2f, hard %.2f\n", seam(false), seam(true));
  EXPECT_GT(seam(true) - 1, 1.4 * (seam(false) - 1));
}

// The first frames as files, one without its merged frame and one without its face.
class ScoringFiles : public Scoring {
 protected:
  static constexpr int few = 9;
  static void write_clip(const fs::path& folder_of_all) {
    for (int i = 0; i < few; ++i) {
      const Shot& shot = shots[static_cast<std::size_t>(i)];
      const std::string name = media::frame_name(i, few);
      for (const auto& [folder, picture] :
           {std::pair("dst", shot.plate), {"merged", shot.truth}, {"mask", shot.matte}}) {
        if (i == 4 && folder == std::string("merged")) continue;
        ASSERT_TRUE(write_image(folder_of_all / folder / name, *picture));
      }
      const auto face = [&](const Picture& picture, const char* side) {
        FaceInfo info;
        info.face_type = FaceType::whole;
        const Affine cut = face_matrix(shot.landmarks, 128, FaceType::whole);
        info.landmarks = transformed(shot.landmarks, cut);
        info.source_landmarks = shot.landmarks;
        info.source_filename = name;
        return write_face_jpeg(folder_of_all / side / (fs::path(name).stem().string() + "_0.jpg"),
                               warp_antialiased(*picture, cut, 128, 128), 95, info);
      };
      ASSERT_TRUE(face(shot.truth, "src_faces"));
      ASSERT_TRUE(i == 6 || face(shot.plate, "dst_faces"));
    }
  }
};

// Over files, as the verb does it.
TEST_F(ScoringFiles, WritesWhatItFound) {
  const ScratchFolder scratch;
  ASSERT_NO_FATAL_FAILURE(write_clip(scratch.path));
  ScorePaths paths{scratch.path / "dst",       scratch.path / "merged",    scratch.path / "mask",
                   scratch.path / "src_faces", scratch.path / "dst_faces", scratch.path / "merged",
                   scratch.path / "out"};
  ScoreOptions options;
  options.threads = 2;
  understudy::Run run;
  const auto report = score_clip(options, paths, {}, run);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->verdict.frames, few - 2);
  EXPECT_EQ(report->without_face, 1);
  EXPECT_EQ(report->without_result, 1);
  EXPECT_EQ(report->verdict.truth->result.plain.psnr, 100);
  const auto j = nlohmann::json::parse(*read_text(report->json));
  EXPECT_EQ(j["format"], "understudy.score");
  EXPECT_NEAR(j["total"].get<double>(), report->verdict.total, 1e-6);
  double weights = 0;
  for (const auto& part : j["parts"]) weights += part["weight"].get<double>();
  EXPECT_NEAR(weights, 1, 1e-9);
  const std::string table = *read_text(report->csv);
  EXPECT_EQ(std::ranges::count(table, '\n'), few - 1);
  const auto page = read_image(report->page);
  ASSERT_TRUE(page);
  EXPECT_GT(page->width, 1000);
  // The number of threads does not matter.
  options.threads = 1;
  const auto again = score_clip(options, paths, {}, run);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verdict.total, report->verdict.total);
  // Every third frame, each still with the one before it.
  options.every = 3;
  const auto some = score_clip(options, paths, {}, run);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->verdict.frames, 2);
  EXPECT_FALSE(std::isnan(some->verdict.flicker));

  understudy::Run stopped;
  stopped.request_stop();
  EXPECT_EQ(score_clip(options, paths, {}, stopped).error().code, Code::cancelled);
  paths.result = scratch.path / "nothing";
  EXPECT_THAT(to_sentence(score_clip(options, paths, {}, run).error()), testing::HasSubstr("nothing"));
}

}  // namespace
}  // namespace understudy
