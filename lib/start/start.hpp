// SPDX-License-Identifier: Apache-2.0
// The pretrained start: weights that already know faces, learned from people who do not exist
// (docs/pretrained-start.md).
#pragma once

#include "lib/start/start_net.hpp"
#include "lib/training/origin.hpp"

namespace understudy {

struct Start {
  ModelDescription description;           // the SAEHD model that it becomes
  std::map<std::string, Tensor> weights;  // StartNet's, float32
};

// The one inside the program; read when first asked for.
Result<Start> built_in_start();
// A file as write_start makes it, or the full weights.
Result<Start> parse_start(std::span<const std::uint8_t> file, const std::string& name);
// Weights of two and more dimensions in 8 bits with a scale per output channel, the others in 16: a quarter of the
// size.
Result<> write_start(const fs::path&, const std::map<std::string, Tensor>& weights);

// Why a model cannot begin with it; empty when it can. Resolution and face type may differ: the start is grown.
std::string start_misfit(const Start&, const ModelDescription&);
std::string start_misfit(const ModelDescription&);  // of the built-in one, without reading it

// The start as a model of two people, told by their faces: (N,3,R,R) float32 BGR 0..1, crops of `type`, unwarped.
Result<Origin> start_for(const Start&, const Tensor& src_faces, const Tensor& dst_faces, ModelFaceType type);

}  // namespace understudy
