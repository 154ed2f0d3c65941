// SPDX-License-Identifier: Apache-2.0
// The verbs about models, by what they do. verb.hpp offers them as one list.
#pragma once

#include <vector>

#include "lib/jobs/verb.hpp"

namespace understudy {

Verb model_create_verb();                  // a new model, untrained or with another's weights
std::vector<Verb> model_transfer_verbs();  // import, export
std::vector<Verb> model_care_verbs();      // list, history, rename, duplicate, delete
std::vector<Verb> model_state_verbs();     // verify, restore

}  // namespace understudy
