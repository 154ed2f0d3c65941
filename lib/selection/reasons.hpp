// SPDX-License-Identifier: Apache-2.0
// What may be wrong with a face, each as a condition of the filter's language: a badge is a filter one can ask for.
#pragma once

#include <span>
#include <string_view>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

struct QualityReason {
  std::string_view name, condition, help;
};
std::span<const QualityReason> quality_reasons();

// A bit for each reason that holds, the first reason's lowest.
std::uint32_t reasons_of(const CatalogueEntry&);

}  // namespace understudy
