// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

Verb new_verb();
Verb clear_verb();

}  // namespace understudy
