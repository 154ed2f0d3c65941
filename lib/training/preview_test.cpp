// SPDX-License-Identifier: Apache-2.0
// Previews, their worker and history, the loss graph, validation numbers: on a network that paints known colours.
#include "lib/training/preview.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <mutex>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/loop/preview_history.hpp"
#include "lib/loop/preview_worker.hpp"
#include "lib/loop/validation_log.hpp"
#include "lib/training/validation.hpp"

namespace understudy::preview_pictures {
namespace {

using testing::ElementsAre;

// Colours of what the network below gives back, as 8-bit grey.
constexpr int src_src = 51, dst_dst = 104, swap_grey = 153;
constexpr int src_grey = 204, dst_grey = 230;

// Paints every output in one grey; masks are 1 in the left half and `mask_value` in the right. A swap of AMP is as
// bright as its morph value.
class PaintNet : public FaceNet {
 public:
  PaintNet(int resolution, float mask_value = 0.25f) : r_(resolution), mask_value_(mask_value) {}
  Reconstruction forward(const Tensor& src, const Tensor& dst, const Wanted& wanted = {}) const override {
    EXPECT_TRUE(torch::InferenceMode::is_enabled());
    ++forwards;
    Reconstruction out;
    out.src = {grey(src.size(0), src_src / 255.0), mask(src.size(0))};
    out.dst = {grey(dst.size(0), dst_dst / 255.0), mask(dst.size(0))};
    if (wanted.swap) out.swap = Decoded{grey(dst.size(0), swap_grey / 255.0), mask(dst.size(0))};
    return out;
  }
  Swap predict(const Tensor& dst, double morph) const override {
    return {grey(dst.size(0), morph), mask(dst.size(0)), mask(dst.size(0))};
  }
  std::vector<std::string> parts() const override { return {}; }
  int resolution() const override { return r_; }
  mutable int forwards = 0;

 private:
  Tensor grey(std::int64_t n, double value) const { return torch::full({n, 3, r_, r_}, value); }
  Tensor mask(std::int64_t n) const {
    Tensor m = torch::ones({n, 1, r_, r_});
    m.narrow(3, r_ / 2, r_ - r_ / 2).fill_(mask_value_);
    return m;
  }
  int r_;
  float mask_value_;
};

// Targets of one grey per side; face masks that are 1 in the upper half.
Batch faces(int count, int r) {
  auto side = [&](double value) {
    const Tensor target = torch::full({count, 3, r, r}, value);
    Tensor mask = torch::zeros({count, 1, r, r});
    mask.narrow(2, 0, r / 2).fill_(1);
    return BatchSide{{}, target, mask, {}};
  };
  return {side(src_grey / 255.0), side(dst_grey / 255.0)};
}

ModelSpec spec_for(ModelClass model_class, int resolution) {
  ModelSpec spec;
  spec.model_class = model_class;
  spec.shape.resolution = resolution;
  return spec;
}

std::vector<std::string> names(const std::vector<NamedPreview>& previews) {
  std::vector<std::string> all;
  for (const auto& p : previews) all.push_back(p.name);
  return all;
}

constexpr int above = 100 + 22;  // graph and captions

// The grey in a quarter of a cell: qx, qy 0 or 1.
int grey_at(const ImageU8& image, int r, int column, int row, int qx, int qy, int top = above) {
  return image.at(column * r + r / 4 + qx * r / 2, top + row * r + r / 4 + qy * r / 2);
}

TEST(Preview, FiveColumnsUpTo256) {
  const PaintNet net(128);
  const auto previews = draw_previews(take_preview(net, spec_for(ModelClass::saehd, 128), false, faces(9, 128)), {});
  ASSERT_THAT(names(previews), ElementsAre("SAEHD", "SAEHD masked"));
  const ImageU8 &plain = previews[0].bgr, &masked = previews[1].bgr;
  EXPECT_EQ(plain.width, 5 * 128);
  EXPECT_EQ(plain.height, above + 4 * 128);  // min(4, batch, 800/R) rows
  const int expected[] = {src_grey, src_src, dst_grey, dst_dst, swap_grey};
  for (int c = 0; c < 5; ++c) EXPECT_EQ(grey_at(plain, 128, c, 3, 1, 1), expected[c]) << c;
  // Cut out: src and dst by the face masks (upper half), dst > dst by its own, the swap by the product, src > src not.
  EXPECT_EQ(grey_at(masked, 128, 0, 0, 1, 0), src_grey);
  EXPECT_EQ(grey_at(masked, 128, 0, 0, 1, 1), 0);
  EXPECT_EQ(grey_at(masked, 128, 1, 0, 1, 1), src_src);
  EXPECT_EQ(grey_at(masked, 128, 2, 0, 0, 1), 0);
  EXPECT_EQ(grey_at(masked, 128, 3, 0, 0, 0), dst_dst);
  EXPECT_EQ(grey_at(masked, 128, 3, 0, 1, 0), std::lround(dst_dst * 0.25));
  EXPECT_EQ(grey_at(masked, 128, 4, 0, 1, 0), std::lround(swap_grey * 0.25 * 0.25));
}

TEST(Preview, HeadsAreCutByTheirOwnMaskAlone) {
  const PaintNet net(64);
  const auto previews = draw_previews(take_preview(net, spec_for(ModelClass::saehd, 64), true, faces(1, 64)), {});
  EXPECT_EQ(grey_at(previews[1].bgr, 64, 4, 0, 1, 0), std::lround(swap_grey * 0.25));
}

TEST(Preview, SixPairsBeyond256) {
  const PaintNet net(288);
  const auto previews = draw_previews(take_preview(net, spec_for(ModelClass::saehd, 288), false, faces(4, 288)), {});
  ASSERT_THAT(names(previews), ElementsAre("SAEHD src-src", "SAEHD dst-dst", "SAEHD pred", "SAEHD masked src-src",
                                           "SAEHD masked dst-dst", "SAEHD masked pred"));
  const int expected[][2] = {{src_grey, src_src}, {dst_grey, dst_dst}, {dst_grey, swap_grey}};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(previews[i].bgr.width, 2 * 288);
    EXPECT_EQ(previews[i].bgr.height, above + 2 * 288);
    for (int c = 0; c < 2; ++c) EXPECT_EQ(grey_at(previews[i].bgr, 288, c, 1, 0, 0), expected[i % 3][c]) << i;
  }
  EXPECT_EQ(grey_at(previews[5].bgr, 288, 0, 0, 0, 1), 0);
  EXPECT_EQ(grey_at(previews[5].bgr, 288, 1, 0, 1, 0), std::lround(swap_grey * 0.0625));
}

TEST(Preview, Quick96HasItsOwnNames) {
  const PaintNet net(96);
  const auto previews = draw_previews(take_preview(net, spec_for(ModelClass::quick96, 96), false, faces(3, 96)), {});
  ASSERT_THAT(names(previews), ElementsAre("Quick96", "Quick96 masked"));
  EXPECT_EQ(previews[0].bgr.height, above + 3 * 96);
}

TEST(Preview, AmpMorphsOneFaceInThreeTables) {
  const PaintNet net(64);
  Batch batch = faces(3, 64);
  batch.src.target[2].fill_(0.4);
  const auto spec = spec_for(ModelClass::amp, 64);
  const auto previews = draw_previews(take_preview(net, spec, false, batch, 5), {});  // row 5 mod 3
  ASSERT_THAT(names(previews), ElementsAre("AMP morph 1.0", "AMP morph list", "AMP morph list masked"));
  const int below = above + 64 + 22;  // every row has captions
  const auto at = [&](std::size_t p, int cell, int qx, int qy) {
    return grey_at(previews[p].bgr, 64, cell % 3, 0, qx, qy, cell < 3 ? above : below);
  };
  EXPECT_EQ(previews[0].bgr.height, below + 64);
  const int first[] = {102, dst_grey, dst_dst, src_src, dst_dst, 255};
  const int list[] = {dst_dst, 64, 128, 166, 191, 255};
  for (int cell = 0; cell < 6; ++cell) {
    EXPECT_EQ(at(0, cell, 0, 0), first[cell]) << cell;
    EXPECT_EQ(at(1, cell, 1, 1), list[cell]) << cell;
    EXPECT_NEAR(at(2, cell, 1, 0), cell == 0 ? dst_dst : list[cell] * 0.0625, 1) << cell;
  }
  EXPECT_EQ(at(0, 2, 1, 0), std::lround(dst_dst * 0.25));
}

TEST(Preview, TablesHigherThan800AreScaledDown) {
  const PaintNet net(480);
  const auto previews = draw_previews(take_preview(net, spec_for(ModelClass::amp, 480), false, faces(1, 480)), {});
  EXPECT_EQ(previews[0].bgr.width, 3 * 400);
  EXPECT_EQ(previews[0].bgr.height, 100 + 2 * (22 + 400));
  EXPECT_EQ(grey_at(previews[1].bgr, 400, 2, 0, 0, 0, 122), 128);
}

// --- the loss graph

// So many iterations with these losses, then so many with those.
LossHistory losses_of(const std::vector<std::pair<std::size_t, std::array<float, 2>>>& stretches) {
  LossHistory all{{"src", "dst"}, {}};
  for (const auto& [count, losses] : stretches) {
    for (std::size_t i = 0; i < count; ++i) all.add(losses);
  }
  return all;
}

int blue_top(const ImageU8& graph, int x) {
  for (int y = 0; y < graph.height; ++y) {
    if (graph.at(x, y, 0) == 255 && graph.at(x, y, 2) == 40) return y;
  }
  return -1;
}

TEST(LossGraph, ScaleIsTwiceTheMeanOfTheLastFourFifths) {
  const LossHistory losses = losses_of({{200, {4, 4}}, {800, {1, 1}}});
  const ImageU8 graph = draw_losses(losses, 500);
  EXPECT_EQ(blue_top(graph, 50), 0);  // 4 is above the upper edge, 2
  EXPECT_NEAR(blue_top(graph, 300), 49, 1);
}

TEST(LossGraph, ARangeShowsTheEndOnly) {
  const LossHistory losses = losses_of({{15000, {8, 8}}, {5000, {1, 2}}});
  const ImageU8 graph = draw_losses(losses, 400, 100, 5000);
  EXPECT_NEAR(blue_top(graph, 5), 66, 1);  // 1 of 3
  EXPECT_NEAR(blue_top(graph, 395), 66, 1);
  EXPECT_NEAR(blue_top(draw_losses(losses, 400), 5), 32, 1);  // 8 of 11.94
  std::int64_t range = 0;
  std::vector<std::int64_t> seen;
  for (int i = 0; i < 5; ++i) seen.push_back(range = next_loss_range(range));
  EXPECT_THAT(seen, ElementsAre(5000, 10000, 50000, 100000, 0));
}

TEST(LossGraph, MarksStandWhereOptionsChanged) {
  const LossHistory losses = losses_of({{200, {0.2f, 0.1f}}});
  const ImageU8 plain = draw_losses(losses, 400), marked = draw_losses(losses, 400, 100, 0, {50, 500});
  int columns = 0;
  for (int x = 0; x < 400; ++x) {
    bool differs = false;
    for (int y = 0; y < 100; ++y) differs |= plain.at(x, y, 1) != marked.at(x, y, 1);
    if (differs) {
      EXPECT_EQ(x, 100);
    }
    columns += differs;
  }
  EXPECT_EQ(columns, 1);  // the mark beyond the end is not shown
}

TEST(LossGraph, NoNumbersLeaveAGap) {
  const LossHistory losses = losses_of({{50, {1, 1}}, {1, {NAN, NAN}}, {49, {1, 1}}});
  const ImageU8 graph = draw_losses(losses, 100);
  EXPECT_EQ(blue_top(graph, 50), -1);
  EXPECT_GT(blue_top(graph, 51), 0);
  EXPECT_EQ(draw_losses({}, 300).width, 300);
}

// --- worker and history

PreviewJob job_at(std::int64_t iteration, bool history = false) {
  const PaintNet net(64);
  const auto spec = spec_for(ModelClass::saehd, 64);
  PreviewJob job;
  job.iteration = iteration;
  job.fixed = previews_of(take_preview(net, spec, false, faces(2, 64)));
  job.batch = previews_of(take_preview(net, spec, false, faces(1, 64)));
  job.losses = losses_of({{static_cast<std::size_t>(iteration), {1, 1}}});
  job.history = history;
  return job;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path().filename().string());
  std::sort(all.begin(), all.end());
  return all;
}

bool is_marked(const fs::path& file) {
  return read_text(file).value().find("compositeWithTrainedAlgorithmicMedia") != std::string::npos;
}

TEST(PreviewWorker, WritesFixedAndCurrentAndTheChosenOne) {
  const ScratchFolder scratch;
  int written = 0;
  PreviewWorker worker({scratch.path, [&](const std::string& slot, const fs::path& path) {
                          EXPECT_EQ(path, scratch.path / (slot + ".png"));
                          written += slot == "preview";
                        }});
  EXPECT_EQ(worker.next_preview(), "none yet");
  worker.submit(job_at(3));
  worker.finish();
  EXPECT_THAT(files_in(scratch.path / "previews"),
              ElementsAre("SAEHD masked of the batch.png", "SAEHD masked.png", "SAEHD of the batch.png", "SAEHD.png"));
  EXPECT_TRUE(is_marked(scratch.path / "preview.png"));
  EXPECT_TRUE(is_marked(scratch.path / "previews/SAEHD masked of the batch.png"));
  const auto shown = [&] { return read_file(scratch.path / "preview.png").value(); };
  const auto of = [&](const char* name) { return read_file(scratch.path / "previews" / name).value(); };
  EXPECT_EQ(shown(), of("SAEHD.png"));
  EXPECT_EQ(worker.next_preview(), "SAEHD masked (2 of 4)");
  worker.finish();
  EXPECT_EQ(shown(), of("SAEHD masked.png"));
  EXPECT_EQ(worker.next_loss_range(), "the last 5000 iterations");
  EXPECT_EQ(worker.next_preview(), "SAEHD of the batch (3 of 4)");
  EXPECT_EQ(worker.next_preview(), "SAEHD masked of the batch (4 of 4)");
  EXPECT_EQ(worker.next_preview(), "SAEHD (1 of 4)");
  worker.finish();
  EXPECT_EQ(shown(), of("SAEHD.png"));
  EXPECT_GE(written, 3);
  EXPECT_TRUE(worker.take_warnings().empty());
}

// The first job is held up while it is being announced; of those that come meanwhile only the last is drawn.
TEST(PreviewWorker, TheNewestWins) {
  const ScratchFolder scratch;
  std::mutex gate;
  int written = 0;
  {
    std::unique_lock hold(gate);
    PreviewWorker worker({scratch.path, [&](const std::string& slot, const fs::path&) {
                            if (slot != "preview") return;
                            std::lock_guard wait(gate);
                            ++written;
                          }});
    worker.submit(job_at(1));
    while (!fs::exists(scratch.path / "preview.png")) ::usleep(1000);
    for (int i = 2; i <= 5; ++i) worker.submit(job_at(i, /*history=*/true));
    hold.unlock();
  }  // does what is left
  EXPECT_EQ(written, 2);
  EXPECT_THAT(files_in(scratch.path / "history/SAEHD"),
              ElementsAre("0000002.jpg", "0000003.jpg", "0000004.jpg", "0000005.jpg", "_last.jpg"));
  EXPECT_EQ(
      read_file(scratch.path / "previews/SAEHD.png").value(),
      encode_png(job_at(5).fixed.draw(job_at(5).losses, 0, {}, {})[0].bgr, {.xmp = composite_marking_xmp}).value());
}

TEST(PreviewWorker, WhatCannotBeWrittenIsAWarning) {
  const ScratchFolder scratch;
  ASSERT_TRUE(write_text(scratch.path / "previews", "a file where the folder should be"));
  PreviewWorker worker({scratch.path, {}});
  worker.submit(job_at(1));
  worker.finish();
  const auto warnings = worker.take_warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], testing::HasSubstr("previews"));
  EXPECT_TRUE(worker.take_warnings().empty());
}

TEST(PreviewHistory, EveryTenIterationsTimesSixtyFourths) {
  EXPECT_EQ(history_interval(spec_for(ModelClass::saehd, 64)), 10);
  EXPECT_EQ(history_interval(spec_for(ModelClass::saehd, 128)), 20);
  EXPECT_EQ(history_interval(spec_for(ModelClass::amp, 224)), 30);
  EXPECT_EQ(history_interval(spec_for(ModelClass::quick96, 96)), 10);
}

TEST(PreviewHistory, OneFolderPerPreview) {
  const ScratchFolder scratch;
  const auto job = job_at(1);
  ASSERT_TRUE(write_history(scratch.path, 20, job.fixed.draw({}, 0, {}, {})));
  ASSERT_TRUE(write_history(scratch.path, 40, job.fixed.draw({}, 0, {}, {})));
  EXPECT_THAT(files_in(scratch.path / "history"), ElementsAre("SAEHD", "SAEHD masked"));
  EXPECT_THAT(files_in(scratch.path / "history/SAEHD masked"), ElementsAre("0000020.jpg", "0000040.jpg", "_last.jpg"));
  EXPECT_TRUE(is_marked(scratch.path / "history/SAEHD/0000020.jpg"));
  EXPECT_EQ(read_file(scratch.path / "history/SAEHD/_last.jpg").value(),
            read_file(scratch.path / "history/SAEHD/0000040.jpg").value());
  EXPECT_EQ(read_image(scratch.path / "history/SAEHD/_last.jpg")->width, 5 * 64);
}

// --- validation

TEST(Validation, NumbersOfKnownPictures) {
  const PaintNet net(64, /*mask_value=*/0.25f);
  Batch batch = faces(5, 64);
  batch.src.target.fill_(src_src / 255.0);  // given back as it is
  const auto n = validate(net, batch, {0.5, 0.25}, /*chunk=*/2);
  EXPECT_EQ(net.forwards, 3);
  EXPECT_NEAR(n.src_ssim, 1, 1e-6);
  EXPECT_EQ(n.src_psnr, 100);
  EXPECT_NEAR(n.dst_psnr, 20 * std::log10(255.0 / (dst_grey - dst_dst)), 1e-6);
  // Constant pictures: the luminance term alone.
  const double c1 = 0.01 * 255 * 0.01 * 255, a = dst_grey, b = dst_dst;
  EXPECT_NEAR(n.dst_ssim, (2 * a * b + c1) / (a * a + b * b + c1), 1e-3);
  // Upper half wanted, left half predicted: a quarter in common of three quarters.
  EXPECT_NEAR(n.src_mask_iou, 1.0 / 3, 1e-9);
  EXPECT_NEAR(n.dst_mask_iou, 1.0 / 3, 1e-9);
  EXPECT_EQ(n.src_loss, 0.5);
  EXPECT_EQ(n.dst_loss, 0.25);
}

TEST(Validation, FacesWithoutAMaskAreLeftOut) {
  const PaintNet net(64);
  Batch batch = faces(2, 64);
  const auto one = validate(net, faces(1, 64));
  batch.dst.mask[1].fill_(0);
  EXPECT_EQ(validate(net, batch).dst_psnr, one.dst_psnr);
  batch.dst.mask.fill_(0);
  EXPECT_EQ(validate(net, batch).dst_psnr, 0);
}

TEST(Validation, TheLogIsCutBackToTheSaveAndGoesOn) {
  const ScratchFolder scratch;
  const fs::path file = scratch.path / "validation.csv";
  {
    auto log = ValidationLog::open(file, validation_names(), 0).value();
    for (int i = 10; i <= 40; i += 10) ASSERT_TRUE(log.add(i, i * 0.5, named_values({.src_ssim = 0.5})));
  }
  const auto before = read_text(file).value();
  ASSERT_TRUE(write_text(file, before.substr(0, before.size() - 3)));  // killed in the middle of the last row
  {
    auto log = ValidationLog::open(file, validation_names(), 40).value();
    ASSERT_TRUE(log.add(45, 20, named_values({})));
    ASSERT_TRUE(log.add(45, 21, named_values({})));  // looked at twice
  }
  EXPECT_EQ(read_text(file).value(),
            "iteration,seconds,src_ssim,src_psnr,src_mask_iou,dst_ssim,dst_psnr,dst_mask_iou,src_loss,dst_loss\n"
            "10,5.0,0.5,0,0,0,0,0,0,0\n20,10.0,0.5,0,0,0,0,0,0,0\n30,15.0,0.5,0,0,0,0,0,0,0\n"
            "45,20.0,0,0,0,0,0,0,0,0\n");
  ASSERT_TRUE(ValidationLog::open(file, validation_names(), 20));
  EXPECT_THAT(read_text(file).value(), testing::EndsWith("20,10.0,0.5,0,0,0,0,0,0,0\n"));
  ASSERT_TRUE(write_text(file, "another,table\n1,2\n"));
  EXPECT_EQ(ValidationLog::open(file, validation_names(), 20).error().code, Code::bad_file);
}

}  // namespace
}  // namespace understudy::preview_pictures
