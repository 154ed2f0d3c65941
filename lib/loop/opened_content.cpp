// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/opened_content.hpp"

namespace understudy {

std::uint64_t weights_checksum(const fs::path& model, std::int64_t iteration) {
  std::uint64_t checksum = 0;
  // A generation may be used that the list does not name.
  for (const auto& note : read_notes(model))
    if (note.entry.iteration == iteration) checksum = note.entry.weights.checksum;
  const auto list = usable_list(model);
  for (const auto& entry : list ? list->entries : std::vector<GenerationEntry>{})
    if (entry.iteration == iteration) checksum = entry.weights.checksum;
  return checksum;
}

}  // namespace understudy
