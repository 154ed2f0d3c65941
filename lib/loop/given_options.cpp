// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/given_options.hpp"

namespace understudy {

Result<> take_given(std::span<Row> saved, std::span<const Row> wanted,
                    const std::function<bool(const Row&, const std::string& value)>& anyway, Run& run) {
  for (const auto& given : wanted) {
    if (!given.given) continue;
    for (auto& row : saved) {
      if (row.key != given.key || row.get() == given.get()) continue;
      if (row.when == When::creation && !(anyway && anyway(row, given.get()))) {
        run.note(fmt::format("'{}' is fixed for this model: it stays {}, not {}", row.key, row.get(), given.get()));
      } else {
        run.note(fmt::format("'{}' changes from {} to {}", row.key, row.get(), given.get()));
        TRY_VOID(row.set(given.get()));
      }
    }
  }
  return {};
}

}  // namespace understudy
