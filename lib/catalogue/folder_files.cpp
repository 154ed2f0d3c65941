// SPDX-License-Identifier: Apache-2.0
#include "lib/catalogue/folder_files.hpp"

#include "lib/base/path_text.hpp"

namespace understudy::catalogue {

std::string key_of(const fs::path& folder, const fs::path& root) {
  const auto inside = folder.lexically_normal().lexically_relative(root.lexically_normal());
  const bool outside = inside.empty() || *inside.begin() == "..";
  return path_text(outside ? folder.lexically_normal() : inside);
}

Result<std::vector<CatalogueEntry>> files_of(const fs::path& folder) {
  TRY(const auto paths, image_files(folder));
  std::vector<CatalogueEntry> files;
  files.reserve(paths.size());
  for (const auto& path : paths) {
    CatalogueEntry e;
    e.path = path;
    e.name = path.filename().string();
    std::error_code error;
    const auto status = fs::directory_entry(path, error);
    if (error || !status.is_regular_file(error)) continue;
    e.bytes = status.file_size(error);
    e.time = status.last_write_time(error).time_since_epoch().count();
    if (error) continue;  // removed meanwhile
    files.push_back(std::move(e));
  }
  return files;
}

bool same_file(const CatalogueEntry& a, const CatalogueEntry& b) { return a.bytes == b.bytes && a.time == b.time; }

void take_over(CatalogueEntry& file, CatalogueEntry&& from) {
  from.path = std::move(file.path);
  from.name = std::move(file.name);
  file = std::move(from);
}

}  // namespace understudy::catalogue
