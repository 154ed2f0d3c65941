// SPDX-License-Identifier: Apache-2.0
// What an ONNX file says of itself (github.com/onnx/onnx, onnx.proto), read without its weights and without the library
// that runs it. The file may be hostile.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

struct OnnxTensor {
  std::string name;
  std::vector<std::int64_t> shape;  // an open side is -1
};

struct OnnxHeader {
  std::string producer;                        // the program that wrote it
  std::map<std::string, std::string> remarks;  // metadata_props
  std::vector<OnnxTensor> inputs, outputs;
};

// bad_file where it is no ONNX file, or one with more of anything than a network has.
Result<OnnxHeader> read_onnx_header(const fs::path&);

}  // namespace understudy
