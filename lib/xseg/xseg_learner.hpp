// SPDX-License-Identifier: Apache-2.0
// XSeg as the loop trains it (spec networks-and-training.md 5).
#pragma once

#include <memory>

#include "lib/loop/learner.hpp"
#include "lib/nets/xseg.hpp"
#include "lib/training/optimizer.hpp"
#include "lib/xseg/xseg_options.hpp"
#include "lib/xseg/xseg_source.hpp"

namespace understudy {

// Faces without labels, to look at: (N,3,256,256), 0..1; undefined where there are none.
struct XsegOnlookers {
  Tensor src, dst;
};
// Evenly spread over each folder; a folder that has no faces gives none.
XsegOnlookers onlookers_of(const fs::path& src, const fs::path& dst, FaceType, int count = 4);

class XsegLearner : public Learner {
 public:
  // Throws as LibTorch does (guard_torch).
  XsegLearner(const XsegDescription&, const Device&, Precision, std::unique_ptr<XsegSource>, XsegOnlookers);

  // A new model's, in place of those drawn by chance; all must be there.
  Result<> start_from(const std::map<std::string, Tensor>& weights);
  XsegSource& source() { return *source_; }
  Parameters& parameters() { return parameters_; }

  std::vector<std::string> loss_names() const override { return {"mask"}; }
  Result<std::vector<float>> step(std::int64_t iteration, std::int64_t& batches) override;
  void set_lr_factor(double factor) override { optimizer_.set_lr_factor(factor); }
  bool weights_are_finite() const override;
  std::vector<std::string> take_warnings() override { return source_->take_warnings(); }

  std::vector<NamedTensor> weights() const override;
  std::vector<NamedTensor> optimizer_state() const override { return optimizer_.state(); }
  Result<> load(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>& optimizer,
                std::vector<std::string>& notes) override;
  // Leaving pretraining: the iterations count anew, all weights and the optimiser's memory stay.
  bool begins_anew(const nlohmann::json& saved_as, const nlohmann::json& now) const override;
  std::string anew_note() const override {
    return "Pretraining is over: the iteration count and the losses start anew";
  }

  Result<Look> look(std::int64_t iteration, bool history) override;
  std::vector<std::string> validation_names() const override;
  std::int64_t history_interval() const override { return 10; }

 private:
  Tensor losses(const Tensor& logits, const Tensor& target) const;  // (N)

  XsegDescription model_;
  Parameters parameters_;
  XsegNet net_;
  Optimizer optimizer_;
  std::unique_ptr<XsegSource> source_;
  XsegOnlookers onlookers_;
  XsegBatch last_batch_, fixed_;
};

}  // namespace understudy
