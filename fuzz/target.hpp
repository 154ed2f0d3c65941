// SPDX-License-Identifier: Apache-2.0
// A fuzz target is one file: seeds() gives whole inputs as the program itself writes them, LLVMFuzzerTestOneInput reads
// one input of any kind and must come back. With Clang the targets link libFuzzer; else fuzz/driver.cpp, which changes
// the seeds at random by a fixed seed and is part of the tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds();

// For readers that take a file: the input under a name of this process's own.
fs::path as_file(const std::uint8_t* data, std::size_t size, const char* name);

}  // namespace understudy::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
