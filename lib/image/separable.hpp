// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "lib/image/image.hpp"

namespace understudy {

// Correlation with a kernel that is the product of a row and a column, both of odd length; the edge is repeated.
ImageF filter_separable(const ImageF& image, std::span<const float> row, std::span<const float> column);

}  // namespace understudy
