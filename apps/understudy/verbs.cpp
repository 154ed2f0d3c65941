// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/verbs.hpp"

#include "apps/understudy/doctor.hpp"
#include "apps/understudy/workspace_verbs.hpp"
#include "steps/2_extract/verb.hpp"
#include "steps/5_train/verb.hpp"

namespace understudy {

std::vector<Verb> all_verbs() {
  std::vector<Verb> verbs{new_verb(), doctor_verb(), extract_verb()};
  for (auto& group : {train_verbs(), model_verbs()}) verbs.insert(verbs.end(), group.begin(), group.end());
  return verbs;
}

}  // namespace understudy
