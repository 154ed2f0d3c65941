// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_learner.hpp"

#include "lib/image/convert.hpp"
#include "lib/loop/preview_table.hpp"
#include "lib/tensor/spinning.hpp"
#include "lib/training/losses.hpp"
#include "lib/training/model_folder.hpp"
#include "lib/xseg/mask_view.hpp"

namespace understudy {
namespace {

using Column = std::vector<ImageF>;

constexpr int fixed_faces = 8, shown_faces = 4;

OptimizerSettings optimizer_settings(const XsegDescription& model) {
  OptimizerSettings settings;
  settings.kind = OptimizerKind::rmsprop;
  settings.lr = model.options.lr;
  if (model.options.lr_dropout) settings.lr_dropout = 0.3;
  settings.seed = model.seed;
  return settings;
}

Optimizer made_optimizer(const XsegDescription& model, Precision precision, Parameters& parameters) {
  parameters.set_precision(precision);
  std::vector<Parameter*> all;
  for (auto& p : parameters.all()) all.push_back(&p);
  return Optimizer(optimizer_settings(model), std::move(all));
}

Parameters parameters_of(const XsegDescription& model, const Device& device) {
  Parameters parameters(model.seed, device.device);
  parameters.set_winograd(model.options.winograd && device.device.is_cpu());
  return parameters;
}

Column columns(const Tensor& nchw, std::int64_t most) {
  const Tensor here = nchw.narrow(0, 0, std::min(most, nchw.size(0))).to(torch::kCPU, torch::kFloat32);
  Column images;
  for (int i = 0; i < static_cast<int>(here.size(0)); ++i) images.push_back(to_image(here, i));
  return images;
}

ImageF three_channels(const ImageF& grey) {
  ImageF out(grey.width, grey.height, 3);
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] = grey.data[i / 3];
  return out;
}

PreviewTable training_table(const Column& bgr, const Column& mask, const Column& predicted) {
  PreviewTable table{{"label", "predicted", "predicted on it"}, {}};
  for (std::size_t i = 0; i < bgr.size(); ++i)
    table.rows.push_back({overlaid(bgr[i], mask[i]), three_channels(predicted[i]), overlaid(bgr[i], predicted[i])});
  return table;
}
PreviewTable onlooker_table(const Column& bgr, const Column& predicted) {
  PreviewTable table{{"face", "mask", "mask on it"}, {}};
  for (std::size_t i = 0; i < bgr.size(); ++i)
    table.rows.push_back({bgr[i], three_channels(predicted[i]), overlaid(bgr[i], predicted[i])});
  return table;
}
PreviewTable grey_table(const Column& bgr, const Column& predicted) {
  PreviewTable table{{"face", "redrawn"}, {}};
  for (std::size_t i = 0; i < bgr.size(); ++i) table.rows.push_back({bgr[i], three_channels(predicted[i])});
  return table;
}

struct NamedTable {
  std::string name;
  PreviewTable table;
};
Previews previews_of(std::vector<NamedTable> tables) {
  Previews previews;
  for (const auto& t : tables) previews.names.push_back(t.name);
  previews.draw = [tables = std::make_shared<const std::vector<NamedTable>>(std::move(tables))](
                      const LossHistory& losses, std::int64_t range, const LossMarks& marks,
                      const std::string& suffix) {
    std::vector<NamedPreview> drawn;
    for (const auto& [name, table] : *tables)
      drawn.push_back({name + suffix, draw_preview_table(table, name + suffix, losses, range, marks)});
    return drawn;
  };
  return previews;
}

// Means over the pictures: how much of what either holds both hold, and how much of all is told right.
NamedValues agreement(const Tensor& predicted, const Tensor& wanted) {
  const Tensor iou = iou_of_each(predicted, wanted), right = (predicted >= 0.5) == (wanted >= 0.5);
  return {{"iou", iou.mean().item<double>()},
          {"lowest_iou", iou.min().item<double>()},
          {"pixels_right", right.to(torch::kFloat64).mean().item<double>()}};
}

}  // namespace

XsegOnlookers onlookers_of(const fs::path& src, const fs::path& dst, FaceType type, int count) {
  auto faces_of = [&](const fs::path& folder) -> Tensor {
    const auto list = FaceList::open(folder);
    if (!list) return {};
    Column pictures;
    const auto wanted = std::min(static_cast<std::size_t>(count), list->count());
    for (std::size_t i = 0; i < wanted; ++i) {
      const auto face = list->face((2 * i + 1) * list->count() / (2 * wanted));
      if (face) pictures.push_back(to_float(face_for_xseg(face->image_bgr, face->info, type)));
    }
    return pictures.empty() ? Tensor() : to_tensor(pictures);
  };
  return {faces_of(src), faces_of(dst)};
}

XsegLearner::XsegLearner(const XsegDescription& model, const Device& device, Precision precision,
                         std::unique_ptr<XsegSource> source, XsegOnlookers onlookers)
    : model_(model),
      parameters_(parameters_of(model, device)),
      net_(parameters_),
      optimizer_(made_optimizer(model, precision, parameters_)),
      source_(std::move(source)),
      onlookers_(std::move(onlookers)) {}

Tensor XsegLearner::losses(const Tensor& logits, const Tensor& target) const {
  const Tensor wanted = target.to(logits.device());
  if (!model_.options.pretrain) {
    return torch::binary_cross_entropy_with_logits(logits, wanted, {}, {}, at::Reduction::None).mean({1, 2, 3});
  }
  const Tensor redrawn = torch::sigmoid(logits);
  return 5 * dssim(redrawn, wanted, 22).mean(1) + 5 * dssim(redrawn, wanted, 11).mean(1) +
         10 * mean_square(redrawn, wanted);
}

Result<std::vector<float>> XsegLearner::step(std::int64_t, std::int64_t& batches) {
  TRY(last_batch_, source_->batch(batches));
  ++batches;
  return guard_torch("training", [&] {
    if (parameters_.device().is_cpu()) {
      static WaitChooser waiting;  // the threads are the process's
      waiting.step();
    }
    const Tensor each = losses(net_.logits(last_batch_.bgr, model_.options.pretrain), last_batch_.target);
    const Tensor loss = each.mean();
    loss.backward();
    optimizer_.step();
    return std::vector{loss.item<float>()};
  });
}

bool XsegLearner::weights_are_finite() const {
  torch::NoGradGuard no_grad;
  for (const auto& p : parameters_.all()) {
    if (!p.master.isfinite().all().item<bool>()) return false;
  }
  return true;
}

std::vector<NamedTensor> XsegLearner::weights() const {
  std::vector<NamedTensor> all;
  for (const auto& p : parameters_.all()) all.push_back({p.name, p.master});
  return all;
}

Result<> XsegLearner::start_from(const std::map<std::string, Tensor>& weights) {
  TRY_VOID(load_weights(parameters_.all(), weights));
  parameters_.refresh_values();
  return {};
}

Result<> XsegLearner::load(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>& optimizer,
                           std::vector<std::string>& notes) {
  TRY_VOID(start_from(weights));
  if (auto loaded = optimizer_.load_state(optimizer); !loaded) {
    optimizer_.start_over();
    notes.push_back("The optimiser's memory starts anew: " + to_sentence(loaded.error()));
  }
  return {};
}

bool XsegLearner::begins_anew(const nlohmann::json& saved_as, const nlohmann::json& now) const {
  const auto pretrains = [](const nlohmann::json& description) {
    const auto model = xseg_description_from_json(description, "the generation's note");
    return model && model->options.pretrain;
  };
  return pretrains(saved_as) && !pretrains(now);
}

Result<Learner::Look> XsegLearner::look(std::int64_t, bool history) {
  if (!fixed_.bgr.defined()) {
    TRY(fixed_, source_->fixed(fixed_faces));
  }
  return guard_torch("making the preview", [&] {
    torch::InferenceMode inference;
    const bool pretrain = model_.options.pretrain;
    auto logits_of = [&](const Tensor& bgr, std::int64_t most) {
      return net_.logits(bgr.narrow(0, 0, std::min(most, bgr.size(0))), pretrain).cpu();
    };
    auto table = [&](const XsegBatch& batch, const Tensor& logits) {
      const Column faces = columns(batch.bgr, shown_faces), made = columns(torch::sigmoid(logits), shown_faces);
      return pretrain ? grey_table(faces, made) : training_table(faces, columns(batch.target, shown_faces), made);
    };
    const Tensor logits = logits_of(fixed_.bgr, history ? shown_faces : fixed_faces);  // those not shown are measured
    std::vector<NamedTable> tables{{"XSeg training faces", table(fixed_, logits)}};
    for (const auto& [name, bgr] : {std::pair("XSeg src faces", onlookers_.src), {"XSeg dst faces", onlookers_.dst}}) {
      if (!bgr.defined() || pretrain) continue;
      const Tensor made = torch::sigmoid(logits_of(bgr, shown_faces));
      tables.push_back({name, onlooker_table(columns(bgr, shown_faces), columns(made, shown_faces))});
    }
    Look look;
    look.fixed = previews_of(std::move(tables));
    if (history) return look;
    if (last_batch_.bgr.defined())
      look.batch = previews_of({{"XSeg training faces", table(last_batch_, logits_of(last_batch_.bgr, shown_faces))}});
    look.validation = pretrain ? NamedValues{{"iou", 0}, {"lowest_iou", 0}, {"pixels_right", 0}}
                               : agreement(torch::sigmoid(logits), fixed_.target.cpu());
    look.validation.emplace_back("mask_loss", losses(logits, fixed_.target.cpu()).mean().item<double>());
    return look;
  });
}

std::vector<std::string> XsegLearner::validation_names() const {
  return {"iou", "lowest_iou", "pixels_right", "mask_loss"};
}

}  // namespace understudy
