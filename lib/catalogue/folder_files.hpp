// SPDX-License-Identifier: Apache-2.0
// Inner part of the catalogue: a folder's files as they are now, and which rows are theirs.
#pragma once

#include "lib/catalogue/catalogue.hpp"

namespace understudy::catalogue {

// The folder's name in the tables: as seen from the workspace when it lies in it.
std::string key_of(const fs::path& folder, const fs::path& root);
// The images of the folder as they are now, not measured yet.
Result<std::vector<CatalogueEntry>> files_of(const fs::path& folder);
bool same_file(const CatalogueEntry&, const CatalogueEntry&);
// Puts what is known of `from` into the file's entry.
void take_over(CatalogueEntry& file, CatalogueEntry&& from);

}  // namespace understudy::catalogue
