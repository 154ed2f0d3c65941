// SPDX-License-Identifier: Apache-2.0
// Faces that are nearly one picture.
#pragma once

#include <functional>
#include <vector>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

using BlocksOf = std::function<Result<Blocks>(const CatalogueEntry&)>;

// Groups of the entries with these indices, each in their order; most are of one picture. A picture belongs to a group
// where it differs from one of its pictures by at most `most`, of 255 (mean of all colour blocks).
Result<std::vector<std::vector<std::size_t>>> alike(const std::vector<CatalogueEntry>&,
                                                    const std::vector<std::size_t>& pictures, double most,
                                                    const BlocksOf&, Run&);

}  // namespace understudy
