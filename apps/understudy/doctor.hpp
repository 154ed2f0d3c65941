// SPDX-License-Identifier: Apache-2.0
// `doctor`: what this machine offers, and whether each engine computes what it should.
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

Verb doctor_verb();

}  // namespace understudy
