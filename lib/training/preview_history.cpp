// SPDX-License-Identifier: Apache-2.0
#include "lib/training/preview_history.hpp"

#include <algorithm>

#include "lib/image/codec.hpp"

namespace understudy {

std::int64_t history_interval(const ModelSpec& spec) {
  return spec.quick() ? 10 : 10 * std::max(1, spec.shape.resolution / 64);
}

Result<> write_history(const fs::path& model_folder, std::int64_t iteration,
                       const std::vector<NamedPreview>& previews) {
  for (const auto& preview : previews) {
    const fs::path folder = model_folder / "history" / preview.name;
    TRY(const auto jpeg, encode_jpeg(preview.bgr, {.quality = 92, .xmp = composite_marking_xmp}));
    TRY_VOID(write_file(folder / fmt::format("{:07}.jpg", iteration), jpeg));
    TRY_VOID(write_file(folder / "_last.jpg", jpeg));
  }
  return {};
}

}  // namespace understudy
