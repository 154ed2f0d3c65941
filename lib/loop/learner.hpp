// SPDX-License-Identifier: Apache-2.0
// What the loop trains. The loop knows losses, weights and previews by their names and nothing of what they are of.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/loop/model_store.hpp"
#include "lib/loop/previews.hpp"
#include "lib/loop/validation_log.hpp"

namespace understudy {

class Learner {
 public:
  virtual ~Learner() = default;

  // --- an iteration

  // Of the losses that step() gives, in their order: "src", "dst".
  virtual std::vector<std::string> loss_names() const = 0;
  // Draws the samples of iteration number `iteration` (from 0), learns from them and gives the losses from before that.
  // `batches` counts the batches drawn over the whole training, which a saved model keeps: the same number draws the
  // same samples. Errors are those of reading samples, or Code::device and out_of_memory.
  virtual Result<std::vector<float>> step(std::int64_t iteration, std::int64_t& batches) = 0;
  // The losses of the last step were sound; `iteration` iterations are done.
  virtual void accepted(std::int64_t iteration, std::int64_t batches) { (void)iteration, (void)batches; }
  virtual void set_lr_factor(double) = 0;  // multiplies every learning rate from now on
  virtual bool weights_are_finite() const = 0;
  // What went on since the last call.
  virtual std::vector<std::string> take_warnings() { return {}; }
  virtual std::vector<std::string> take_notes() { return {}; }

  // --- its state

  virtual std::vector<NamedTensor> weights() const = 0;
  virtual std::vector<NamedTensor> optimizer_state() const = 0;
  // Takes a saved state over, or nothing of it and fails. What begins anew although it was wanted is told in `notes`.
  virtual Result<> load(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>& optimizer,
                        std::vector<std::string>& notes) = 0;
  // Fits what was saved to what the model is now.
  virtual Result<> adapt(LoadedGeneration&) const { return {}; }
  // What the samples have left to do besides their order, as plain numbers; none when there is nothing.
  virtual std::vector<std::uint64_t> sampler_state() const { return {}; }
  virtual Result<> restore_sampler(std::span<const std::uint64_t>) { return {}; }
  // Whether a model that was saved under that description ends a first training and begins the one that it was for:
  // the iterations count from 0 then, and begin_anew() is called after load().
  virtual bool begins_anew(const nlohmann::json& saved_as, const nlohmann::json& now) const {
    return (void)saved_as, (void)now, false;
  }
  virtual void begin_anew() {}
  virtual std::string anew_note() const { return {}; }  // the sentence that tells of it

  // --- how it is looked at

  struct Look {
    Previews fixed;                 // of faces that are always the same
    std::optional<Previews> batch;  // of those that were learned from last
    NamedValues validation;         // of the fixed ones; in the order of validation_names()
  };
  // `history`: only the fixed previews are wanted. Runs the network: belongs to the thread that trains.
  virtual Result<Look> look(std::int64_t iteration, bool history) = 0;
  virtual std::vector<std::string> validation_names() const = 0;
  // Iterations between two pictures of the preview history.
  virtual std::int64_t history_interval() const = 0;
};

}  // namespace understudy
