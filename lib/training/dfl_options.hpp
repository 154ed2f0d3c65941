// SPDX-License-Identifier: Apache-2.0
// DeepFaceLab's option dictionary and ours (spec networks-and-training.md 2.3, 8).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lib/base/pickle.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {

// What its options say beyond the description.
struct DflOptionNotes {
  std::vector<std::string> not_taken;  // set there, without a counterpart in a model here: "target_iter = 100000"
  std::vector<std::string> remarks;    // sentences about what may mean something else
  // Every option that has no counterpart here, stale ones too, as a JSON object: kept beside the model so that an
  // export gives them back.
  std::string others = "{}";
};

// Sets the description's options from the dictionary; its class must be set. Values of the network that do not fit are
// refused, others are left at their defaults and told.
Result<DflOptionNotes> take_dfl_options(const pickle::Value& options, ModelDescription&);

// The dictionary in DeepFaceLab's order, with plain bool, int, float and str. `others` is a JSON object as above.
pickle::Value dfl_options(const ModelDescription&, const std::string& others);

// Our options that are set and that DeepFaceLab does not have: "ema = 0.999".
std::vector<std::string> options_beyond_dfl(const ModelDescription&);

// What Python's str() makes of a value: True, 0.0, 8, none.
std::string python_text(const pickle::Value&);

}  // namespace understudy
