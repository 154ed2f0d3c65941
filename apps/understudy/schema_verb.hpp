// SPDX-License-Identifier: Apache-2.0
// `schema`: verbs, options, events, commands and error codes as data.
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

Verb schema_verb();

}  // namespace understudy
