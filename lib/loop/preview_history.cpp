// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/preview_history.hpp"

#include "lib/image/codec.hpp"

namespace understudy {

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
