// SPDX-License-Identifier: Apache-2.0
// How long threads of this process stood ready while others had the processor (Linux; elsewhere nothing is known).
#pragma once

#include <optional>

namespace understudy {

long this_thread_id();
// Seconds since the thread began; none where it has ended or the system does not tell.
std::optional<double> seconds_without_processor(long thread);

}  // namespace understudy
