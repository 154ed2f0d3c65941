// SPDX-License-Identifier: Apache-2.0
// `run`: the whole way from two videos to the finished one; `demo`: the same on two people who do not exist.
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

Verb run_verb();
Verb demo_verb();

}  // namespace understudy
