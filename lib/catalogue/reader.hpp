// SPDX-License-Identifier: Apache-2.0
// What the catalogue knows of a folder's faces, for whoever only looks: nothing is measured or written, and a run that
// measures meanwhile keeps nobody waiting.
#pragma once

#include <memory>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

class CatalogueReader {
 public:
  // not_found where there is no catalogue yet; bad_file when it is damaged or another version's: a run that measures
  // builds it anew.
  static Result<CatalogueReader> open(const fs::path& database, const fs::path& root);
  ~CatalogueReader();
  CatalogueReader(CatalogueReader&&) noexcept;
  CatalogueReader& operator=(CatalogueReader&&) noexcept;

  // Another number when anything was written since.
  Result<std::int64_t> version();
  // Whether the database that was opened still lies there; one that was deleted or built anew is to be opened again.
  bool still_there() const;
  // What is known of the folder's files, whether they are still there or not, by name; and of those that lie in no
  // folder now. Without `path`.
  Result<std::vector<CatalogueEntry>> of_folder(const fs::path& folder);
  Result<std::vector<CatalogueEntry>> aside();
  // Nothing when the catalogue has none.
  Result<std::optional<Blocks>> blocks(std::int64_t id);

 private:
  struct Parts;
  explicit CatalogueReader(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

// The images that lie in the folder now with what was known of them, sorted by name; of a file that is new or was
// changed since it was measured id is 0 and no number is known. Entries of `known` are taken over.
Result<std::vector<CatalogueEntry>> faces_now(const fs::path& folder, std::vector<CatalogueEntry> known,
                                              std::vector<CatalogueEntry> aside);

}  // namespace understudy
