// SPDX-License-Identifier: Apache-2.0
// pretrain_start render|train|look|read|ship: the workshop of the pretrained start (docs/pretrained-start.md).
#include <cstdio>
#include <future>

#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/face/faceset.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/start/start.hpp"
#include "tools/arguments.hpp"
#include "tools/pretrain/pretrainer.hpp"

namespace understudy::pretrain {
namespace {

Result<> render(const Arguments& in) {
  const fs::path bank = in.text("bank", ".train/bank");
  const int first = static_cast<int>(in.number("first", 0)), count = static_cast<int>(in.number("blocks", 100));
  const int step = static_cast<int>(in.number("step", 1));
  const Stopwatch watch;
  for (int b = first; b < first + count && !stop_signalled(); b += step) {
    TRY_VOID(render_block(bank, b));
    std::printf("block %d, %.1f s\n", b, watch.seconds());
    std::fflush(stdout);
  }
  return {};
}

// Rows of pictures side by side.
ImageU8 sheet(const std::vector<Tensor>& columns) {
  const auto n = static_cast<int>(columns[0].size(0)), side = static_cast<int>(columns[0].size(2));
  ImageU8 page(static_cast<int>(columns.size()) * side, n * side, 3);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Tensor plain = columns[c].detach().to(torch::kFloat32).contiguous();
    for (int r = 0; r < n; ++r) {
      paste(page, to_u8_rounded(to_image(plain, r)), static_cast<int>(c) * side, r * side);
    }
  }
  return page;
}

Result<> look_at_groups(Pretrainer& trainer, const Groups& groups, const fs::path& png) {
  TRY(const Step step, groups.make(std::int64_t{1} << 40, 96));
  torch::NoGradGuard no_grad;
  const WeightAverage::Use averaged(&trainer.average());
  auto& net = trainer.net();
  const BatchSide faces = redrawn_of(step);
  const Tensor encoded = net.encode(faces.warped), codes = net.code(encoded, 96);
  const Tensor who = net.identity(encoded).index_select(0, same_person(step.redrawn));
  const Decoded own = net.decode(codes, who), crossed = net.decode(codes.index_select(0, same_play(step.redrawn)), who);
  return write_image(png, sheet({faces.warped, faces.target, own.bgr, crossed.bgr, own.mask.expand_as(own.bgr)}));
}

Result<> train(const Arguments& in) {
  const fs::path bank = in.text("bank", ".train/bank"), folder = in.text("model", ".train/start");
  open_device(static_cast<int>(in.number("threads", 1)), false);
  TRY_VOID(make_folders(folder));
  const auto small = static_cast<std::int64_t>(in.number("small", 1500));
  Groups groups(bank, static_cast<int>(in.number("groups", 2)), static_cast<int>(in.number("readers", 4)), 1);
  if (groups.blocks() == 0) return fail(Code::no_faces, "{} holds no block of faces", bank.string());
  Pretrainer trainer(in.number("lr", 1e-4), static_cast<std::int64_t>(in.number("decay", 0)),
                     in.text("precision", "bf16") == "bf16" ? Precision::bf16 : Precision::fp32, 1);
  if (fs::exists(folder / "start.safetensors")) TRY_VOID(trainer.load(folder));
  auto make = [&](std::int64_t k) { return groups.make(k, resolution_of(k, small)); };
  auto next = std::async(std::launch::async, make, trainer.steps());
  Stopwatch saved, shown;
  Terms sum;
  int many = 0;
  const auto target = static_cast<std::int64_t>(in.number("steps", 1e9));
  while (!stop_signalled() && trainer.steps() < target) {
    TRY(const Step step, next.get());
    if (trainer.steps() % 200 == 199) groups.look_for_more();
    next = std::async(std::launch::async, make, trainer.steps() + 1);
    const Terms t = trainer.step(step);
    sum.redrawn += t.redrawn, sum.crossed += t.crossed, sum.codes += t.codes, sum.play += t.play, ++many;
    if (shown.seconds() > 30) {
      std::printf("%lld: %d px, redrawn %.4f crossed %.4f codes %.4f play %.4f, %.3f s a step, %zu blocks\n",
                  static_cast<long long>(trainer.steps()), step.resolution, sum.redrawn / many, sum.crossed / many,
                  sum.codes / many, sum.play / many, shown.seconds() / many, groups.blocks());
      std::fflush(stdout);
      sum = {}, many = 0, shown.lap();
    }
    if (saved.seconds() > 240) {
      TRY_VOID(trainer.save(folder));
      TRY_VOID(look_at_groups(trainer, groups, folder / "look.png"));
      saved.lap();
    }
  }
  next.wait();
  TRY_VOID(trainer.save(folder));
  TRY_VOID(look_at_groups(trainer, groups, folder / "look.png"));
  return at_target(trainer.steps(), target);
}

// How much of the play is read from the code: the share of each number's variance that is explained, in the order of
// numbers_of_play.
Result<> read_play(const Arguments& in) {
  open_device(static_cast<int>(in.number("threads", 1)), false);
  const Groups groups(in.text("bank", ".train/bank"), 2, 0, 2);
  if (groups.blocks() == 0) return fail(Code::no_faces, "There is no block of faces in the bank");
  Pretrainer trainer(1e-4, 0, Precision::fp32, 1);
  TRY_VOID(trainer.load(in.text("model", ".train/start")));
  torch::NoGradGuard no_grad;
  std::vector<Tensor> truths, guesses;
  for (int k = 0; k < static_cast<int>(in.number("steps", 40)); ++k) {
    TRY(const Step step, groups.make(k, 96));
    truths.push_back(step.play);
    guesses.push_back(trainer.read(trainer.net().latent(trainer.net().encode(step.faces.warped), 96)));
  }
  const Tensor truth = torch::cat(truths), missed = (torch::cat(guesses) - truth).square().mean(0);
  const Tensor explained = 1 - missed / truth.var(0);
  for (std::int64_t i = 0; i < play_numbers; ++i) std::printf("%.2f ", explained[i].item<double>());
  std::printf("\n");
  return {};
}

// What is shipped: the averaged weights, in 8 bits.
Result<> ship(const Arguments& in) {
  TRY(const auto saved, read_safetensors(fs::path(in.text("model", ".train/start")) / "start.safetensors"));
  std::map<std::string, Tensor> weights;
  for (const auto& [name, tensor] : saved) {
    if (name.starts_with("ema:") && !name.starts_with("ema:play/")) weights.emplace(name.substr(4), tensor);
  }
  return write_start(in.text("out", "lib/start/start-df-ud-96.safetensors"), weights);
}

// Faces of a real faceset: as they are, redrawn as themselves, and with the face of the other set.
Result<> look(const Arguments& in) {
  open_device(1, false);
  const fs::path folder = in.text("model", ".train/start");
  Pretrainer trainer(1e-4, 0, Precision::fp32, 1);
  TRY_VOID(trainer.load(folder));
  const int resolution = static_cast<int>(in.number("resolution", 96)), rows = static_cast<int>(in.number("rows", 10));
  SampleRules rules;
  rules.resolution = resolution;
  auto faces_of = [&](const fs::path& set) -> Result<Tensor> {
    TRY(const auto files, image_files(set));
    std::vector<ImageF> images;
    for (int i = 0; i < rows; ++i) {
      TRY(const auto face,
          read_face(files[files.size() * static_cast<std::size_t>(i) / static_cast<std::size_t>(rows)]));
      TRY(auto prepared, prepare_face(face.image_bgr, face.info, rules));
      images.push_back(std::move(prepared.bgr));
    }
    return to_tensor(images);
  };
  TRY(const Tensor a, faces_of(in.text("a", "")));
  TRY(const Tensor b, faces_of(in.text("b", "")));
  torch::NoGradGuard no_grad;
  const WeightAverage::Use averaged(&trainer.average());
  auto& net = trainer.net();
  auto drawn = [&](const Tensor& faces, const Tensor& who) {
    const Tensor encoded = net.encode(faces);
    return net
        .decode(net.code(encoded, resolution), net.identity(net.encode(who)).mean(0, true).expand({faces.size(0), -1}))
        .bgr;
  };
  return write_image(in.text("png", "look.png"), sheet({a, drawn(a, a), drawn(a, b), b, drawn(b, b), drawn(b, a)}));
}

}  // namespace
}  // namespace understudy::pretrain

int main(int argc, char** argv) {
  using namespace understudy;
  catch_stop_signals();
  const Arguments in(argc, argv);
  Result<> done = fail(Code::bad_option, "pretrain_start render|train|look|read|ship --KEY VALUE …");
  if (in.verb == "render") done = pretrain::render(in);
  if (in.verb == "train") done = pretrain::train(in);
  if (in.verb == "ship") done = pretrain::ship(in);
  if (in.verb == "read") done = pretrain::read_play(in);
  if (in.verb == "look") done = pretrain::look(in);
  return end_with(done);
}
