// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/archi.hpp"

#include <cstdlib>
#include <functional>
#include <map>
#include <numeric>

#include "lib/base/text.hpp"

namespace understudy {

Result<Archi> parse_archi(std::string_view text) {
  const auto parts = split(lower_case(text), '-');
  auto refused = [&] {
    return fail_with_hint(Code::bad_option, fmt::format("'{}' is no architecture", text),
                          "Use df or liae, with any of the flags u, d, t, c behind a dash: df-ud, liae-ud, liae-udt.");
  };
  if (parts.size() > 2 || (parts[0] != "df" && parts[0] != "liae") || (parts.size() == 2 && parts[1].empty()))
    return refused();
  Archi archi;
  archi.liae = parts[0] == "liae";
  if (parts.size() == 2) {
    for (char flag : parts[1]) {
      bool* member = flag == 'u'   ? &archi.pixel_norm
                     : flag == 'd' ? &archi.doubled
                     : flag == 't' ? &archi.deep
                     : flag == 'c' ? &archi.cosine
                                   : nullptr;
      if (member == nullptr || *member) return refused();
      *member = true;
    }
  }
  return archi;
}

std::string to_string(const Archi& archi) {
  std::string flags;
  if (archi.pixel_norm) flags += 'u';
  if (archi.doubled) flags += 'd';
  if (archi.deep) flags += 't';
  if (archi.cosine) flags += 'c';
  const std::string type = archi.liae ? "liae" : "df";
  return flags.empty() ? type : type + "-" + flags;
}

int resolution_step(const Archi& archi) {
  // `t` has five halving stages whose sizes are rounded up, while the dense layer is sized by floor division
  // (spec 1.1).
  return archi.doubled || archi.deep ? 32 : 16;
}

Result<> check_shape(const SaehdShape& shape) {
  const int step = resolution_step(shape.archi);
  if (shape.resolution < step || shape.resolution > 640 || shape.resolution % step != 0) {
    return fail_with_hint(
        Code::bad_option,
        fmt::format("Resolution {} does not fit the architecture {}", shape.resolution, to_string(shape.archi)),
        fmt::format("Use a multiple of {} up to 640.", step));
  }
  for (int dims : {shape.ae_dims, shape.e_dims, shape.d_dims, shape.d_mask_dims}) {
    if (dims < 1 || dims > 4096) return fail(Code::bad_option, "Dims of {} are outside 1 to 4096", dims);
  }
  return {};
}

SaehdShape quick96_shape() {
  return {.archi = {.liae = false, .pixel_norm = true, .doubled = true},
          .resolution = 96,
          .ae_dims = 128,
          .e_dims = 64,
          .d_dims = 64,
          .d_mask_dims = 16};
}

std::vector<int> patch_strides(int patch) {
  // For every receptive field the candidate with fewest layers, then the largest sum of strides, then the first found,
  // where the stride patterns of a depth are walked from the largest binary number downwards (spec 1.5).
  static const auto table = [] {
    std::map<int, std::vector<int>> best;
    for (int layers = 1; layers <= 9; ++layers) {
      for (int pattern = (1 << (layers - 1)) - 1; pattern >= 0; --pattern) {
        std::vector<int> strides{2};
        for (int i = 0; i + 1 < layers; ++i) strides.push_back((pattern >> i) & 1 ? 2 : 1);
        int field = 3, product = 1;
        for (int i = 0; i + 1 < layers; ++i) field += 2 * (product *= strides[i]);
        auto& held = best[field];
        const auto sum = [](const std::vector<int>& s) { return std::accumulate(s.begin(), s.end(), 0); };
        if (held.empty() || (held.size() == strides.size() && sum(strides) > sum(held))) held = strides;
      }
    }
    return best;
  }();
  const std::vector<int>* nearest = nullptr;
  int distance = 0;
  for (const auto& [field, strides] : table) {  // ascending: on a tie the smaller one stays
    if (nearest == nullptr || std::abs(field - patch) < distance) {
      nearest = &strides;
      distance = std::abs(field - patch);
    }
  }
  return *nearest;
}

Result<> check_patch(int resolution, int patch) {
  const auto strides = patch_strides(patch);
  const int step = std::accumulate(strides.begin(), strides.end(), 1, std::multiplies<>());
  if (resolution % step == 0) return {};
  return fail_with_hint(
      Code::bad_option,
      fmt::format("A GAN patch of {} needs a resolution that is a multiple of {}; {} is not", patch, step, resolution),
      "Choose another --gan-patch-size.");
}

}  // namespace understudy
