// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace understudy {

// Ends the process with what it has written written, the terminal put back, and no destructor of a library called:
// those of LibTorch alone, which take out its operators one by one, took a third of the time of a verb that does
// little.
[[noreturn]] void end_process(int status);

}  // namespace understudy
