// SPDX-License-Identifier: Apache-2.0
// The shape of a SAEHD network, without LibTorch (spec networks-and-training.md 1.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace understudy {

struct Archi {
  bool liae = false;        // else df
  bool pixel_norm = false;  // u
  bool doubled = false;     // d: the decoder works at half resolution and doubles at the end
  bool deep = false;        // t
  bool cosine = false;      // c: x cos(x) in place of leaky ReLU
  bool operator==(const Archi&) const = default;
};

// "df", "liae-ud", "df-udt" …
Result<Archi> parse_archi(std::string_view);
std::string to_string(const Archi&);

struct SaehdShape {
  Archi archi;
  int resolution = 128;  // side of the square face, pixels
  int ae_dims = 256;
  int e_dims = 64;
  int d_dims = 64;
  int d_mask_dims = 22;
  bool operator==(const SaehdShape&) const = default;
};

// The resolution must be a multiple of this, or the decoder's output has another size than the input.
int resolution_step(const Archi&);
Result<> check_shape(const SaehdShape&);
// Quick96 is SAEHD df-ud with fixed numbers (spec 1.3).
SaehdShape quick96_shape();

// Strides of the patch discriminator whose receptive field is nearest to `patch` pixels: {2,2,2} for 16.
std::vector<int> patch_strides(int patch);
// The resolution must be divisible by the product of the strides, or the up path does not meet the down path.
Result<> check_patch(int resolution, int patch);

}  // namespace understudy
