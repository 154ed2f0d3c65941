// SPDX-License-Identifier: Apache-2.0
// An XSeg network as DeepFaceLab exports it: XSeg_model.onnx, opset 13, "in_face:0" (N,256,256,3) BGR 0..1 to
// "out_mask:0" (N,256,256,1), a sigmoid (spec networks-and-training.md 6).
#pragma once

#include <map>
#include <string>

#include "lib/base/files.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {

// The file's bytes. Tensors by their names here ("xseg/conv01/conv/weight"); one that is missing is bad_file.
Result<Bytes> xseg_onnx(const std::map<std::string, Tensor>& weights);
// Writes FOLDER/XSeg_model.onnx and returns its path. Takes the folder meanwhile. One that is there is Code::bad_option
// unless `replace`; then one that was not made here is put aside, and `tell` gets a sentence that says so.
Result<fs::path> write_xseg_onnx(const std::map<std::string, Tensor>& weights, const fs::path& folder, bool replace,
                                 const std::function<void(std::string)>& tell = {});

}  // namespace understudy
