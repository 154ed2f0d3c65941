// SPDX-License-Identifier: Apache-2.0
// The table of verbs: this table is the program.
#pragma once

#include <filesystem>
#include <vector>

#include "lib/jobs/verb.hpp"

namespace understudy {

std::vector<Verb> all_verbs();

// The program that has all of them; it lies beside the launcher, which has those that need no LibTorch.
constexpr const char* whole_program = "understudy-whole";
// The program that does a verb's work; empty: this one.
std::filesystem::path program_for(const Verb&);

}  // namespace understudy
