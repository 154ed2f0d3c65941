// SPDX-License-Identifier: Apache-2.0
// What DeepFaceLab's model files are called and hold (spec networks-and-training.md 2), for reading and writing alike.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/pickle.hpp"
#include "lib/tensor/tensor.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {

struct DflTensor {
  std::string name;                 // here: "encoder/down1/downs_0/conv1/weight"
  std::vector<std::int64_t> shape;  // in LibTorch's layout
};

// A network's file: P_<file>.npy holds the tensors whose names here begin with <scope>/.
struct DflPart {
  std::string file;   // "encoder", "code_discriminator", "GAN"
  std::string scope;  // "encoder", "dis", "D_src"
  std::vector<DflTensor> tensors;
  bool discriminator = false;
  bool trained = true;   // has slots in the optimiser's file
  bool required = true;  // the options switch it on
};

// An optimiser's file: P_<file>.npy; its tensors' names here begin with <prefix>.
struct DflOptimizer {
  std::string file;    // "src_dst_opt", "D_code_opt", "GAN_opt"
  std::string prefix;  // "", "D_code_opt:", "GAN_opt:"
  std::vector<const DflPart*> parts;
};

struct DflLayout {
  std::string class_name;  // "SAEHD", "AMP", "Quick96"
  std::vector<DflPart> parts;
  std::vector<std::string> slots;                // "ms", "vs" (AdaBelief) or "acc" (RMSprop)
  std::vector<DflOptimizer> optimizers() const;  // point into parts
};
// Of the model's networks and discriminators, also of those that its options leave off.
Result<DflLayout> dfl_layout(const ModelSpec&);

// What stands behind NAME_CLASS_ in the names of a model's files, whatever its options. Other files that begin with a
// model's name (its .dfm, its previews) are none of it.
constexpr std::array<std::string_view, 16> dfl_file_names{
    "encoder.npy",   "inter.npy",       "inter_AB.npy",    "inter_B.npy",     "inter_src.npy",
    "inter_dst.npy", "decoder.npy",     "decoder_src.npy", "decoder_dst.npy", "code_discriminator.npy",
    "GAN.npy",       "src_dst_opt.npy", "D_code_opt.npy",  "GAN_opt.npy",     "summary.txt",
    "data.dat"};

// Convolution HWIO -> OIHW (transposed convolution HW,out,in -> in,out,HW), dense (in,out) -> (out,in) (spec 0.2), and
// back; both without changing a bit.
Tensor to_torch_layout(const Tensor&);
NdArray to_dfl_layout(const Tensor&);

// A pickled dictionary of arrays by name, without ":0". float16 and float64 become float32, whole numbers int64.
Result<std::map<std::string, Tensor>> read_dfl_tensors(const fs::path&);

}  // namespace understudy
