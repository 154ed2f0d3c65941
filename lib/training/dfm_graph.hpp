// SPDX-License-Identifier: Apache-2.0
// What a face model does to a dst face, as an ONNX graph (spec networks-and-training.md 1 and 6); internal to the room.
#pragma once

#include <map>

#include "lib/tensor/onnx_graph.hpp"
#include "lib/training/model_spec.hpp"

namespace understudy {

// "in_face:0" (N,R,R,3) BGR 0..1, and for AMP "morph_value:0" (1) 0..1, to "out_face_mask:0" (N,R,R,1), the dst face's
// mask; "out_celeb_face:0" (N,R,R,3), the swapped face; "out_celeb_face_mask:0" (N,R,R,1), its mask. Opset 12.
// Every weight of the spec's networks must be there under its name here with its shape. With `half` all weights are
// float16, and so is what lies between convolutions; dense layers, pixel norm, sigmoids, inputs and outputs are
// float32.
onnx::Graph dfm_graph(const ModelSpec&, const std::map<std::string, Tensor>& weights, bool half);

}  // namespace understudy
