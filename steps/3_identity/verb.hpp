// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

Verb identify_verb();

}  // namespace understudy
