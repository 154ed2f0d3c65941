// SPDX-License-Identifier: Apache-2.0
#include "lib/face/usual_type.hpp"

#include <algorithm>
#include <map>

namespace understudy {

FaceType usual_type(const Faceset& set) {
  std::map<FaceType, std::size_t> counts;
  for (const auto& entry : set.entries()) {
    if (is_aligned(entry.info.face_type)) ++counts[entry.info.face_type];
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  return most == counts.end() ? FaceType::whole : most->first;
}

}  // namespace understudy
