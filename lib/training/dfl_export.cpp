// SPDX-License-Identifier: Apache-2.0
#include "lib/training/dfl_export.hpp"

#include <algorithm>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/training/dfl_files.hpp"
#include "lib/training/dfl_options.hpp"

namespace understudy {
namespace {

using pickle::Value;

// What is shown for options that pretraining overrides (spec 2.4, 4.9).
Value shown(const std::string& key, const Value& value, bool pretrain) {
  if (!pretrain) return value;
  if (key == "random_warp") return false;
  if (key == "random_src_flip" || key == "random_dst_flip" || key == "uniform_yaw") return true;
  if (key == "random_hsv_power" || key == "gan_power" || key == "face_style_power" || key == "bg_style_power")
    return 0.0;
  if (key == "lr_dropout") return "n";
  return value;
}

std::string centred(const std::string& text, std::size_t width, char fill) {
  const std::size_t free = width - std::min(width, text.size()), left = free / 2;
  return std::string(left, fill) + text + std::string(free - left, fill);
}

// The framed table that DeepFaceLab writes beside each save.
std::string summary(const std::string& name, std::int64_t iteration, const Value& options) {
  struct Line {
    std::string key, value;
  };
  std::vector<Line> lines;
  const auto* pretrain = options.find("pretrain");
  const bool pretraining = pretrain != nullptr && pretrain->as_bool().value_or(false);
  for (const auto& [key, value] : *options.as_dict())
    lines.push_back({*key.as_string(), python_text(shown(*key.as_string(), value, pretraining))});
  const Line model{"Model name", name}, current{"Current iteration", std::to_string(iteration)},
      device{"Using device", "CPU"};
  std::size_t keys = 0, values = 0;
  auto measure = [&](const Line& line) {
    keys = std::max(keys, line.key.size() + 1);
    values = std::max(values, line.value.size() + 1);
  };
  for (const auto& line : lines) measure(line);
  for (const auto* line : {&model, &current, &device}) measure(*line);
  const std::size_t width = 2 + keys + 2 + values + 2;
  const std::string blank = "==" + std::string(width - 4, ' ') + "==\n";
  auto row = [&](const Line& line) { return fmt::format("=={:>{}}: {:<{}}==\n", line.key, keys, line.value, values); };
  auto section = [&](const std::string& title) { return "==" + centred(title, width - 4, '-') + "==\n"; };
  std::string text = centred(" Model Summary ", width, '=') + "\n" + blank + row(model) + blank + row(current) + blank;
  text += section(" Model Options ") + blank;
  for (const auto& line : lines) text += row(line);
  return text + blank + section(" Running On ") + blank + row(device) + blank + std::string(width, '=');
}

class Exporter {
 public:
  Exporter(const ModelDescription& description, const LoadedGeneration& generation, const DflTarget& target)
      : description_(description), generation_(generation), target_(target) {}

  Result<DflWritten> write() {
    TRY(spec_, spec_of(description_));
    if (generation_.iteration < 1)
      return fail_with_hint(Code::bad_option, "The model has not been trained yet", "DeepFaceLab would start it anew.");
    TRY(const auto layout, dfl_layout(spec_));
    auto name = target_.name;
    std::ranges::replace(name, '_', ' ');
    written_.name = fmt::format("{}_{}", name, layout.class_name);
    TRY(const auto lock, lock_folder(target_.folder));
    TRY_VOID(expect_room());
    staging_ = target_.folder / ".understudy" / "export";
    std::error_code ignored;
    fs::remove_all(staging_, ignored);  // of one that was killed
    auto done = write_all(layout);
    if (done) done = move_in();
    fs::remove_all(staging_, ignored);
    if (!done) return Failure(std::move(done).error());
    written_.left_out = options_beyond_dfl(description_);
    return std::move(written_);
  }

 private:
  fs::path file(std::string_view rest) const { return target_.folder / fmt::format("{}_{}", written_.name, rest); }

  Result<> expect_room() const {
    std::error_code error;
    if (target_.replace || !fs::exists(file("data.dat"), error)) return {};
    return fail_with_hint(Code::bad_option, fmt::format("There is {} already", file("data.dat").string()),
                          "Choose another name with --as, or write over it with --replace.");
  }

  // A model of that name is replaced as a whole: its state goes first, so that a half-replaced one is not found.
  // Somebody else's is put aside.
  Result<> move_in() {
    TRY(auto made, MadeFiles::open(target_.folder));
    Aside aside(target_.folder, target_.tell);
    for (const auto rest : dfl_file_names) TRY_VOID(aside.make_way(made, file(rest).filename()));
    std::error_code error;
    fs::remove(file("data.dat"), error);
    for (const auto rest : dfl_file_names) {
      if (!fs::exists(staging_ / file(rest).filename(), error)) fs::remove(file(rest), error);
    }
    for (const auto& path : written_.files) TRY_VOID(made.take_in(staging_ / path.filename(), path.filename()));
    return {};
  }

  Result<> write_all(const DflLayout& layout) {
    for (const auto& part : layout.parts) TRY_VOID(write_part(part));
    for (const auto& optimizer : layout.optimizers()) TRY_VOID(write_optimizer(optimizer, layout.slots));
    const auto options = dfl_options(description_, target_.other_options);
    TRY_VOID(
        write_text(staging_ / file("summary.txt").filename(), summary(written_.name, generation_.iteration, options)));
    written_.files.push_back(file("summary.txt"));
    return write_pickle("data.dat", state(options));
  }

  Result<> write_pickle(const std::string& rest, const Value& value) {
    TRY_VOID(write_file(staging_ / file(rest).filename(), pickle::write(value)));
    written_.files.push_back(file(rest));
    return {};
  }

  Result<Tensor> tensor(const std::map<std::string, Tensor>& from, const std::string& name, const DflTensor& wanted) {
    const auto it = from.find(name);
    if (it == from.end()) return fail(Code::bad_file, "The saved model has no tensor '{}'", name);
    if (it->second.sizes() != wanted.shape)
      return fail(Code::bad_file, "The saved tensor '{}' has another shape than the model's options ask for", name);
    return it->second;
  }

  Result<> write_part(const DflPart& part) {
    const auto& weights = generation_.weights;
    if (part.discriminator && !part.required && !holds(part)) return {};
    Value dict = Value::dict();
    for (const auto& wanted : part.tensors) {
      const auto mean = "ema:" + wanted.name;
      const bool averaged = target_.averaged && weights.contains(mean);
      TRY(const auto held, tensor(weights, averaged ? mean : wanted.name, wanted));
      dict.set(wanted.name.substr(part.scope.size() + 1) + ":0", to_dfl_layout(held));
      ++written_.tensors;
    }
    return write_pickle(part.file + ".npy", dict);
  }

  // Discriminators that are switched off may still be there, made for other options.
  bool holds(const DflPart& part) {
    return std::ranges::all_of(part.tensors,
                               [&](const auto& t) { return tensor(generation_.weights, t.name, t).has_value(); });
  }

  Result<> write_optimizer(const DflOptimizer& optimizer, const std::vector<std::string>& slots) {
    const auto& state = generation_.optimizer;
    const auto steps = state.find(optimizer.prefix + "iters");
    if (steps == state.end() || optimizer.parts.empty()) return {};
    const auto* part = optimizer.parts.front();
    if (part->discriminator && !part->required && !holds(*part)) return {};
    // The slots of another kind of optimiser: the model's was changed since. The original starts it anew, too.
    if (!state.contains(fmt::format("{}{}/{}", optimizer.prefix, slots.front(), part->tensors.front().name))) return {};
    const std::int64_t iters = steps->second.item<std::int64_t>();
    Value dict = Value::dict();
    dict.set("iters:0", NdArray::of<std::int64_t>({&iters, 1}, {}));
    for (const auto& slot : slots) {
      for (const auto* trained : optimizer.parts) {
        for (const auto& wanted : trained->tensors) {
          TRY(const auto held, slot_of(optimizer, slot, wanted));
          dict.set(fmt::format("{}_{}_0:0", slot, wanted.name), to_dfl_layout(held));
        }
      }
    }
    return write_pickle(optimizer.file + ".npy", dict);
  }

  // Parts that were never trained (frozen ones) have no slots here: 0, as a new optimiser has.
  Result<Tensor> slot_of(const DflOptimizer& optimizer, const std::string& slot, const DflTensor& wanted) {
    const auto name = fmt::format("{}{}/{}", optimizer.prefix, slot, wanted.name);
    if (!generation_.optimizer.contains(name)) return torch::zeros(wanted.shape);
    TRY(auto held, tensor(generation_.optimizer, name, wanted));
    const double scale = batch_scale(slot);
    return scale == 1 ? held : held * scale;
  }

  // The original's gradients are sums over the batch (spec 9, no. 9): slots of means grow by B, squares by B².
  double batch_scale(const std::string& slot) const {
    if (!spec_.rules.mean_gradient) return 1;
    const double batch = spec_.rules.batch_size;
    return slot == "ms" ? batch : batch * batch;
  }

  Value state(const Value& options) const {
    pickle::List losses;
    const Tensor held = generation_.losses.to(torch::kFloat32).contiguous();
    const float* loss = held.data_ptr<float>();
    for (std::int64_t i = 0; i < held.size(0); ++i, loss += 2)
      losses.push_back(Value::list({static_cast<double>(loss[0]), static_cast<double>(loss[1])}));
    Value data = Value::dict();
    data.set("iter", generation_.iteration);
    data.set("options", options);
    data.set("loss_history", Value::list(std::move(losses)));
    data.set("sample_for_preview", Value());  // DeepFaceLab makes a new one (formats.md 4)
    data.set("choosed_gpu_indexes", Value());
    return data;
  }

  const ModelDescription& description_;
  const LoadedGeneration& generation_;
  const DflTarget& target_;
  ModelSpec spec_;
  DflWritten written_;
  fs::path staging_;  // where all is written, on the same disk
};

}  // namespace

Result<DflWritten> write_dfl_model(const ModelDescription& description, const LoadedGeneration& generation,
                                   const DflTarget& target) {
  return Exporter(description, generation, target).write();
}

}  // namespace understudy
