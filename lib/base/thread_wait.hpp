// SPDX-License-Identifier: Apache-2.0
// How this process's threads share processors with other processes (Linux; elsewhere nothing is known and nothing
// done).
#pragma once

#include <optional>

namespace understudy {

long this_thread_id();
// Seconds that a thread stood ready while others had the processor, since it began; none where it has ended or the
// system does not tell.
std::optional<double> seconds_without_processor(long thread);
// From now on the calling thread takes turns of that length with others, with the same share of the time. For threads
// that wait for one another: whoever has lost the processor in the middle holds up all. Heeded from Linux 6.12 on.
void take_long_turns(double seconds);

}  // namespace understudy
