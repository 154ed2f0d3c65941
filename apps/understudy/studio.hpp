// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

// The studio over this program's own table of verbs.
Verb studio_verb();

}  // namespace understudy
