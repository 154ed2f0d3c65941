// SPDX-License-Identifier: Apache-2.0
// Named tensors in a file: the safetensors layout (u64 little-endian header size, JSON header, raw little-endian data),
// which holds no code and is read by every other tool of the field.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

// Writes atomically; returns the XXH3-64 of the file's bytes. Tensors are written contiguous (NCHW order), on the CPU.
Result<std::uint64_t> write_safetensors(const fs::path&, const std::vector<NamedTensor>&);

// All tensors of a file's bytes; `name` is what errors call it.
Result<std::map<std::string, Tensor>> parse_safetensors(std::span<const std::uint8_t>, const fs::path& name);

// Reads all tensors (float32, bfloat16, float16, int64, int8). With a checksum the file must hash to it. Every offset
// and size is checked against the file; anything else is bad_file and names it.
Result<std::map<std::string, Tensor>> read_safetensors(const fs::path&, std::optional<std::uint64_t> checksum = {});

}  // namespace understudy
