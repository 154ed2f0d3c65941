// SPDX-License-Identifier: Apache-2.0
#include "lib/selection/face_key.hpp"

#include <cmath>

#include "lib/base/path_text.hpp"
#include "lib/face/face_file.hpp"

namespace understudy {

std::string face_key(const CatalogueEntry& entry) {
  if (entry.source.empty() || std::isnan(entry.numbers.rect_size)) return fmt::format("/{}", path_text(entry.name));
  return fmt::format("{}/{:.6g}", path_text(entry.source), entry.numbers.rect_size);
}

FaceOrigin face_origin(const fs::path& file) {
  const auto info = read_face_info(file);
  if (!info) return {};
  FaceOrigin origin{.source = info->source_filename};
  if (info->source_rect) origin.rect_size = info->source_rect->width() * info->source_rect->height();
  return origin;
}

}  // namespace understudy
