// SPDX-License-Identifier: Apache-2.0
// A model's files: tensors and model.json.
#include <nlohmann/json.hpp>

#include "fuzz/target.hpp"
#include "lib/tensor/safetensors.hpp"
#include "lib/training/model_options.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  const fs::path path = as_file(nullptr, 0, "seed.safetensors");
  if (!write_safetensors(path, {{"encoder/weight", torch::ones({3, 4})}, {"iters", torch::tensor({7})}})) return {};
  const std::string json = to_json(ModelDescription{}).dump();
  return {*read_file(path), Bytes(json.begin(), json.end())};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  (void)read_safetensors(fuzz::as_file(data, size, "input.safetensors"));
  const auto json = nlohmann::json::parse(data, data + size, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) {
    if (const auto model = description_from_json(json, "model.json")) (void)spec_of(*model);
  }
  return 0;
}
