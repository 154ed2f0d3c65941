// SPDX-License-Identifier: Apache-2.0
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/measures/sharpness.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {
namespace {

// One row a picture: CPBD and the variance of the Laplacian.
void sharpness(const Case& one, Check& check) {
  const auto theirs = one.output("values");
  const auto pictures = one.inputs_ending(".png");
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const ImageU8 image = one.image(pictures[i]);
    const double cpbd = cpbd_sharpness(to_grey(image)), laplacian = laplacian_variance(image);
    check.near("CPBD", {{cpbd}, {1}}, {{theirs.v.at(2 * i)}, {1}});
    check.near("Laplacian variance", {{laplacian}, {1}}, {{theirs.v.at(2 * i + 1)}, {1}});
  }
}

}  // namespace

std::vector<Row> sort_handlers() { return {{"1_geometry", "[0] CPBD sharpness", sharpness}}; }

}  // namespace understudy::parity
