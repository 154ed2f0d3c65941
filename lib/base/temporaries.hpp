// SPDX-License-Identifier: Apache-2.0
// A part of files.hpp for where threads write beside each other.
#pragma once

#include "lib/base/files.hpp"

namespace understudy {

// remove_temporaries() takes what bears this process's own number for an earlier one's, as it is before anything was
// begun. This leaves it, since another thread may be writing it.
int remove_temporaries_of_others(const fs::path& folder);

}  // namespace understudy
