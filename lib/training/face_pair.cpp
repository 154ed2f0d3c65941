// SPDX-License-Identifier: Apache-2.0
#include "lib/training/face_pair.hpp"

#include "lib/training/preview.hpp"
#include "lib/training/validation.hpp"

namespace understudy {

FacePair::FacePair(const ModelDescription& model, const ModelSpec& spec, const Device& device, Precision precision,
                   std::unique_ptr<SampleSource> source)
    : model_(model), trainer_(spec, device, precision), source_(std::move(source)) {}

Result<> FacePair::start_from(const std::vector<NamedTensor>& weights) {
  std::map<std::string, Tensor> named;
  for (const auto& w : weights) named.emplace(w.name, w.tensor);
  std::vector<std::string> all_new;  // of course: optimiser, discriminators and averages begin here
  return trainer_.load(named, {}, all_new);
}

// Quick96 shows every third time the previous batch again, unwarped (spec 4.8).
Result<Batch> FacePair::next_batch(std::int64_t iteration, std::int64_t& batches) {
  const bool again = trainer_.spec().quick() && iteration % 3 == 0 && batches > 0;
  if (!again) {
    TRY(last_batch_, source_->batch(batches));
    ++batches;
    if (last_batch_.has_dst()) last_whole_batch_ = last_batch_;
    return last_batch_;
  }
  if (!last_batch_.src.target.defined()) {
    TRY(last_batch_, source_->batch(batches - 1));
  }
  Batch batch = last_batch_;
  batch.src.warped = batch.src.target;
  batch.dst.warped = batch.dst.target;  // both undefined in a batch of src alone
  return batch;
}

Result<std::vector<float>> FacePair::step(std::int64_t iteration, std::int64_t& batches) {
  TRY(const auto batch, next_batch(iteration, batches));
  TRY(last_losses_, guard_torch("training", [&] { return trainer_.step(batch); }));
  if (!last_losses_.dst.empty()) dst_loss_ = static_cast<float>(last_losses_.mean_dst());
  if (!dst_loss_) {  // a run that goes on between two batches with dst
    TRY_VOID(make_fixed());
    TRY(const auto losses, guard_torch("measuring dst", [&] { return trainer_.evaluate(fixed_); }));
    dst_loss_ = static_cast<float>(losses.mean_dst());
  }
  return std::vector{static_cast<float>(last_losses_.mean_src()), *dst_loss_};
}

// Every so many iterations, the faces with the largest losses since then are shown once more: a tenth of those seen.
void FacePair::accepted(std::int64_t iteration, std::int64_t batches) {
  const int interval = model_.steering.retrain_worst;
  if (interval <= 0) return;
  const std::size_t most = (static_cast<std::size_t>(interval) * last_losses_.src.size() + 9) / 10;
  source_->note_losses(Half::src, batches - 1, last_losses_.src, most);
  source_->note_losses(Half::dst, batches - 1, last_losses_.dst, most);
  if (iteration % interval == 0) source_->repeat_worst();
}

std::vector<std::string> FacePair::take_notes() {
  const auto* recorder = trainer_.recorder();
  if (recorder == nullptr || told_of_recorder_ || recorder->state() == StepRecorder::State::warming_up) return {};
  told_of_recorder_ = true;
  if (recorder->state() == StepRecorder::State::recorded)
    return {"An iteration is recorded: the GPU does it whole from now on"};
  return {fmt::format("Iterations are not recorded ({}): trained as without --gpu-graph", recorder->why())};
}

bool FacePair::begins_anew(const nlohmann::json& saved_as, const nlohmann::json& now) const {
  const auto pretrains = [](const nlohmann::json& description) {
    const auto model = description_from_json(description, "the generation's note");
    return model && model->saehd.pretrain;
  };
  return pretrains(saved_as) && !pretrains(now);
}

// Encoder and decoders stay, with all optimiser slots.
void FacePair::begin_anew() { trainer_.renew("inter", trainer_.spec().rules.seed + 1); }

std::string FacePair::anew_note() const {
  return "Pretraining is over: the inters, the iteration count and the losses start anew";
}

Result<> FacePair::make_fixed() {
  if (fixed_.has_dst()) return {};
  TRY(fixed_, source_->fixed_batch(validation_faces));
  return {};
}

Result<Learner::Look> FacePair::look(std::int64_t iteration, bool history) {
  TRY_VOID(make_fixed());
  const bool head = model_.face_type() == ModelFaceType::head;
  return guard_torch("making the preview", [&] {
    const WeightAverage::Use averaged(trainer_.average());
    Look look;
    look.fixed = previews_of(take_preview(trainer_.net(), trainer_.spec(), head, fixed_));
    if (history) return look;
    if (last_whole_batch_.has_dst()) {
      look.batch = previews_of(take_preview(trainer_.net(), trainer_.spec(), head, last_whole_batch_,
                                            static_cast<std::uint64_t>(iteration)));
    }
    const Losses losses = trainer_.evaluate(fixed_);
    look.validation = named_values(validate(trainer_.net(), fixed_, {losses.mean_src(), losses.mean_dst()}));
    return look;
  });
}

std::vector<std::string> FacePair::validation_names() const { return understudy::validation_names(); }
std::int64_t FacePair::history_interval() const { return understudy::history_interval(trainer_.spec()); }

}  // namespace understudy
