// SPDX-License-Identifier: Apache-2.0
// For tests: model folders as DeepFaceLab writes them, with random numbers.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "lib/base/scratch_folder.hpp"
#include "lib/training/dfl_files.hpp"
#include "lib/training/dfl_import.hpp"
#include "lib/training/dfl_options.hpp"

namespace understudy {

using pickle::Value;

// Every kind of float that a bit could be lost of, among random ones.
inline NdArray random_array(std::vector<std::int64_t> shape, std::mt19937& chance) {
  std::size_t size = 1;
  for (const auto n : shape) size *= static_cast<std::size_t>(n);
  std::vector<float> numbers(size);
  std::normal_distribution<float> normal;
  for (auto& n : numbers) n = normal(chance);
  const float odd[] = {-0.0f, std::numeric_limits<float>::denorm_min(), 1e-42f, std::numeric_limits<float>::max(),
                       1e-38f};
  for (std::size_t i = 0; i < std::size(odd) && i < size; ++i) numbers[i * size / std::size(odd)] = odd[i];
  return NdArray::of<float>(numbers, std::move(shape));
}

// The original's shape of a tensor: HWIO, HW,out,in or (in,out) (spec 0.2).
inline std::vector<std::int64_t> dfl_shape(const std::vector<std::int64_t>& s) {
  if (s.size() == 4) return {s[2], s[3], s[1], s[0]};
  if (s.size() == 2) return {s[1], s[0]};
  return s;
}

using Files = std::map<std::string, Value>;  // by name, without the model's prefix

// A model folder as DeepFaceLab writes it, with random numbers.
class FakeModel {
 public:
  FakeModel(ModelDescription description, bool discriminators, std::uint32_t seed = 7)
      : description_(std::move(description)), chance_(seed) {
    layout_ = *dfl_layout(*spec_of(description_));
    for (const auto& part : layout_.parts) {
      if (part.discriminator && !discriminators) continue;
      Value dict = Value::dict();
      for (const auto& t : part.tensors)
        dict.set(t.name.substr(part.scope.size() + 1) + ":0", random_array(dfl_shape(t.shape), chance_));
      files[part.file + ".npy"] = dict;
    }
    for (const auto& optimizer : layout_.optimizers()) {
      if (optimizer.prefix.empty() || discriminators) add_optimizer(optimizer);
    }
    options = dfl_options(description_, "{}");
    losses = Value::list({Value::list({4.013611793518066, 4.152010917663574}), Value::list({3.5, 3.25})});
  }

  void write(const fs::path& folder, const std::string& name) {
    Value data = Value::dict({{"iter", 1234}, {"options", options}, {"loss_history", losses}});
    data.set("sample_for_preview", Value());
    data.set("choosed_gpu_indexes", Value());
    files["data.dat"] = data;
    for (const auto& [rest, value] : files) {
      // Python 3.6, which the original ships with, writes the state in protocol 3.
      const auto protocol = rest == "data.dat" ? pickle::Protocol::three : pickle::Protocol::four;
      const auto file = fmt::format("{}_{}_{}", name, layout_.class_name, rest);
      ASSERT_TRUE(write_file(folder / file, pickle::write(value, protocol)));
    }
  }
  const DflLayout& layout() const { return layout_; }

  Files files;
  Value options, losses;

 private:
  void add_optimizer(const DflOptimizer& optimizer) {
    const std::int64_t iters = 4321;
    Value dict = Value::dict({{"iters:0", NdArray::of<std::int64_t>({&iters, 1}, {})}});
    for (const auto& slot : layout_.slots) {
      for (const auto* part : optimizer.parts) {
        for (const auto& t : part->tensors)
          dict.set(fmt::format("{}_{}_0:0", slot, t.name), random_array(dfl_shape(t.shape), chance_));
      }
    }
    files[optimizer.file + ".npy"] = dict;
  }

  ModelDescription description_;
  DflLayout layout_;
  std::mt19937 chance_;
};

inline ModelDescription small(ModelClass model_class, const std::string& archi = "df-ud") {
  ModelDescription d;
  d.model_class = model_class;
  d.saehd.resolution = d.amp.resolution = 64;
  d.saehd.archi = archi;
  d.saehd.face_type = ModelFaceType::wf;
  d.shared.ae_dims = d.amp.inter_dims = 16;
  d.shared.e_dims = d.shared.d_dims = d.shared.d_mask_dims = 4;
  d.shared.gan_dims = 4;
  return d;
}

}  // namespace understudy
