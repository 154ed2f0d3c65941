// SPDX-License-Identifier: Apache-2.0
// Writing faceset.pak (spec pipeline.md 3.6, formats.md 3).
#pragma once

#include <functional>
#include <span>
#include <string>

#include "lib/face/faceset.hpp"

namespace understudy {

struct PackInput {
  std::string file_name;  // without folder
  std::string person;     // or empty
  Bytes jpeg;             // the face file; when empty it is read from `path` twice, so that no set need fit into memory
  fs::path path = {};
};
// Told the number of faces written so far; false stops with Run's cancelled() left to the caller (Code::cancelled).
using PackProgress = std::function<bool(std::size_t done)>;

// Writes a faceset.pak that DeepFaceLab loads, all or nothing.
Result<> write_pak(const fs::path&, std::span<const PackInput>, const PackProgress& = {});
// Reads the pack and its inputs: every face is there, in this order, byte for byte, and its entry in the table says
// what its own metadata says. bad_file names the first that differs.
Result<> verify_pak(const fs::path& pak, std::span<const PackInput>, const PackProgress& = {});

}  // namespace understudy
