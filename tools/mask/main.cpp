// SPDX-License-Identifier: Apache-2.0
// generic_mask render|train|look|faces|ship: the workshop of the generic mask (docs/generic-mask.md).
#include <cstdio>

#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/loop/batches_ahead.hpp"
#include "lib/xseg/mask_view.hpp"
#include "tools/arguments.hpp"
#include "tools/mask/bank.hpp"
#include "tools/mask/labelled_set.hpp"
#include "tools/mask/mask_trainer.hpp"

namespace understudy::mask_bank {
namespace {

Result<> render(const Arguments& in) {
  const fs::path bank = in.text("bank", ".train/mask-bank");
  const int first = static_cast<int>(in.number("first", 0)), count = static_cast<int>(in.number("people", 400));
  const Stopwatch watch;
  for (int person = first; person < first + count && !stop_signalled(); ++person) {
    TRY_VOID(render_person(bank, person));
    std::printf("person %d, %.1f s\n", person, watch.seconds());
    std::fflush(stdout);
  }
  return {};
}

// Pictures, truth and prediction, in columns of three.
Result<> write_sheet(const fs::path& png, const MaskBatch& batch, const Tensor& predicted) {
  constexpr int across = 5;
  const int n = static_cast<int>(batch.bgr.size(0)), side = static_cast<int>(batch.bgr.size(2));
  ImageU8 page(across * 3 * side, (n + across - 1) / across * side, 3);
  for (int i = 0; i < n; ++i) {
    const ImageF bgr = to_image(batch.bgr, i);
    const int x = i % across * 3 * side, y = i / across * side;
    paste(page, to_u8_rounded(bgr), x, y);
    paste(page, to_u8_rounded(overlaid(bgr, to_image(batch.mask, i))), x + side, y);
    paste(page, to_u8_rounded(overlaid(bgr, to_image(predicted, i))), x + 2 * side, y);
  }
  return write_image(png, page);
}

Result<> look_at(MaskTrainer& trainer, MaskSamples& held_back, const fs::path& png) {
  TRY(const MaskBatch batch, held_back.batch(0, 40));
  const Tensor predicted = trainer.predict(batch.bgr);
  std::printf("%lld: IoU %.4f of people not seen\n", static_cast<long long>(trainer.steps()),
              iou_of_each(predicted, batch.mask).mean().item<double>());
  std::fflush(stdout);
  return write_sheet(png, batch, predicted);
}

Result<> train(const Arguments& in) {
  const fs::path bank = in.text("bank", ".train/mask-bank"), folder = in.text("model", ".train/mask");
  const int batch = static_cast<int>(in.number("batch", 8));
  open_device(static_cast<int>(in.number("threads", 1)), false);
  set_image_threads(1);
  TRY_VOID(make_folders(folder));
  MaskSamples samples(bank, generic_mask_shape.resolution, 1, false),
      held_back(bank, generic_mask_shape.resolution, 2, true);
  if (samples.people() == 0 || held_back.people() == 0)
    return fail(Code::no_faces, "{} holds no people yet", bank.string());
  MaskTrainer trainer(in.number("lr", 4e-4), static_cast<std::int64_t>(in.number("decay", 0)), 1);
  if (fs::exists(folder / "mask.safetensors")) {
    TRY_VOID(trainer.load(folder));
  } else if (const fs::path shipped = in.text("from", ""); !shipped.empty()) {
    TRY_VOID(trainer.start_from(shipped));
  }
  BatchesAhead<MaskBatch> ahead([&](std::int64_t k) { return samples.batch(k, batch); },
                                static_cast<int>(in.number("makers", 1)));
  TRY_VOID(ahead.start());
  Stopwatch saved, shown;
  double sum = 0;
  int many = 0;
  const auto target = static_cast<std::int64_t>(in.number("steps", 1e9));
  while (!stop_signalled() && trainer.steps() < target) {
    TRY(const auto next, ahead.take(trainer.steps()));
    sum += trainer.step(next);
    ++many;
    if (trainer.steps() % 200 == 0) samples.look_for_more();
    if (shown.seconds() > 30) {
      std::printf("%lld: loss %.4f, %.3f s a step, %zu people\n", static_cast<long long>(trainer.steps()), sum / many,
                  shown.seconds() / many, samples.people());
      std::fflush(stdout);
      sum = 0, many = 0, shown.lap();
    }
    if (saved.seconds() > in.number("save-seconds", 240)) {
      TRY_VOID(trainer.save(folder));
      TRY_VOID(look_at(trainer, held_back, folder / "look.png"));
      saved.lap();
    }
  }
  TRY_VOID(trainer.save(folder));
  TRY_VOID(look_at(trainer, held_back, folder / "look.png"));
  return at_target(trainer.steps(), target);
}

// What the samples look like.
Result<> look(const Arguments& in) {
  MaskSamples samples(in.text("bank", ".train/mask-bank"), generic_mask_shape.resolution, 3, false);
  if (samples.people() == 0) return fail(Code::no_faces, "There are no people yet");
  TRY(const MaskBatch batch, samples.batch(static_cast<std::int64_t>(in.number("number", 0)), 40));
  return write_sheet(in.text("png", "look.png"), batch, batch.mask);
}

// Labelled faces in a folder of their own, for bench/drawn_masks.py.
Result<> faces(const Arguments& in) {
  LabelledSet set;
  set.first = static_cast<int>(in.number("first", set.first));
  set.people = static_cast<int>(in.number("people", set.people));
  set.first_play = static_cast<int>(in.number("first-play", set.first_play));
  set.pictures = static_cast<int>(in.number("pictures", set.pictures));
  set.world = in.number("world", 0) != 0;
  set.side = static_cast<int>(in.number("side", set.side));
  set.seed = static_cast<std::uint64_t>(in.number("seed", static_cast<double>(set.seed)));
  return write_labelled_set(in.text("out", "faces"), set);
}

// What is shipped: the averaged weights, in 16 bits.
Result<> ship(const Arguments& in) {
  TRY(const auto saved, read_safetensors(fs::path(in.text("model", ".train/mask")) / "mask.safetensors"));
  std::map<std::string, Tensor> weights;
  for (const auto& [name, tensor] : saved) {
    if (name.starts_with("ema:")) weights.emplace(name.substr(4), tensor);
  }
  return write_generic_mask(in.text("out", "lib/xseg/generic-mask.safetensors"), weights);
}

}  // namespace
}  // namespace understudy::mask_bank

int main(int argc, char** argv) {
  using namespace understudy;
  catch_stop_signals();
  const Arguments in(argc, argv);
  Result<> done = fail(Code::bad_option, "generic_mask render|train|look|faces|ship --KEY VALUE …");
  if (in.verb == "render") done = mask_bank::render(in);
  if (in.verb == "train") done = mask_bank::train(in);
  if (in.verb == "look") done = mask_bank::look(in);
  if (in.verb == "faces") done = mask_bank::faces(in);
  if (in.verb == "ship") done = mask_bank::ship(in);
  return end_with(done);
}
