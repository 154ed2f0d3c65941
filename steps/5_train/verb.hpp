// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "lib/jobs/verb.hpp"

namespace understudy {

std::vector<Verb> train_verbs();  // train saehd, train amp, train quick96
std::vector<Verb> model_verbs();  // model list, import, predict

}  // namespace understudy
