// SPDX-License-Identifier: Apache-2.0
#include "lib/selection/reasons.hpp"

#include <array>

#include "lib/selection/filter.hpp"

namespace understudy {
namespace {

// The limits are those that docs/curate.md throws out by.
constexpr std::array reasons{
    QualityReason{"unreadable", "state == 'unreadable'", "the file cannot be read"},
    QualityReason{"no-face", "state == 'picture'", "a picture without face metadata"},
    QualityReason{"blurred", "blur < 0.1", "hardly any sharp edge in the face"},
    QualityReason{"small", "enlarged > 3", "the face was a third of its crop's size in the frame, or smaller"},
    QualityReason{"hidden", "visible < 0.8", "a fifth of the face or more is outside of the frame or masked away"},
    QualityReason{"unsure", "confidence < 0.5", "the detector or the landmarks were not sure of it"},
    QualityReason{"dark", "brightness < 30", "hardly any light in the picture"},
    QualityReason{"turned", "abs(turn) > 75", "turned so far that hardly one eye is seen"},
};

const std::vector<Filter>& reason_conditions() {
  static const auto parsed = [] {
    std::vector<Filter> filters;
    for (const auto& reason : reasons) {
      auto filter = Filter::parse(reason.condition);
      check(filter.has_value(), reason.condition);
      filters.push_back(*std::move(filter));
    }
    return filters;
  }();
  return parsed;
}

}  // namespace

std::span<const QualityReason> quality_reasons() { return reasons; }

std::uint32_t reasons_of(const CatalogueEntry& entry) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < reason_conditions().size(); ++i)
    if (reason_conditions()[i].holds(entry)) bits |= std::uint32_t{1} << i;
  return bits;
}

}  // namespace understudy
