// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/generic_mask.hpp"

#include "lib/base/hash.hpp"
#include "lib/tensor/safetensors.hpp"
#include "lib/xseg/built_in.hpp"
#include "lib/xseg/generic_mask_file.hpp"
#include "lib/xseg/net_masker.hpp"

namespace understudy {

bool has_generic_mask() { return !built_in::generic_mask().empty(); }

Result<std::unique_ptr<Masker>> open_generic_masker(const MaskerOptions& options) {
  if (!has_generic_mask()) return fail(Code::internal, "This understudy was built without the generic mask");
  TRY(auto weights, parse_safetensors(built_in::generic_mask(), "the generic mask"));
  for (auto& [name, tensor] : weights) tensor = tensor.to(torch::kFloat32);
  TRY(std::unique_ptr<Masker> masker, NetMasker::make(generic_mask_shape, weights, FaceType::whole, options));
  masker->set_content(xxh3(built_in::generic_mask()));
  return masker;
}

Result<> write_generic_mask(const fs::path& file, const std::map<std::string, Tensor>& weights) {
  std::vector<NamedTensor> small;
  for (const auto& [name, tensor] : weights) {
    // Numbers that are not weights of sums stay as they are: eps is below what 16 bits can tell from 0.
    small.push_back({name, tensor.dim() > 1 ? tensor.to(torch::kFloat16) : tensor});
  }
  TRY_VOID(make_folders(file.parent_path()));
  TRY(const auto written, write_safetensors(file, small));
  return (void)written, Result<>{};
}

}  // namespace understudy
