// SPDX-License-Identifier: Apache-2.0
// Inner part of the catalogue: its tables and the commands on them.
#pragma once

#include <vector>

#include "lib/catalogue/catalogue.hpp"
#include "lib/catalogue/database.hpp"

namespace understudy::catalogue {

class Tables {
 public:
  // Makes the tables where there are none. Code::bad_file when they are another version's or damaged.
  static Result<Tables> open(const fs::path& database);
  // For looking alone: waits for nobody who writes, and changes nothing.
  static Result<Tables> open_to_read(const fs::path& database);
  // Another number when another connection has written since.
  Result<std::int64_t> version();

  Result<> in_one_transaction(const std::function<Result<>()>& work) { return database_.in_one_transaction(work); }

  // Entries without `path`. A folder is named by text; the empty name is for those whose file is nowhere.
  Result<std::vector<CatalogueEntry>> of_folder(const std::string& folder);
  Result<> place(std::int64_t id, const std::string& folder, const std::string& name);
  // Takes it from its folder: name and place are free for another, its numbers wait for its file to turn up again.
  Result<> set_aside(std::int64_t id);
  // Forgets all but that many of those set aside, the oldest first.
  Result<> keep_aside(std::size_t count);
  // Adds the entry with all that was measured; gives it its id. Another command may have added that file meanwhile.
  Result<> add(const std::string& folder, CatalogueEntry&, const FaceMeasures&);

  // The entry's numbers.person.
  Result<> set_person(const CatalogueEntry&);

  enum class Blob { histograms, blocks, embedding };
  // Calls use() with the bytes; false when there are none or they are damaged.
  Result<bool> read(Blob, std::int64_t id, const std::function<void(std::span<const std::uint8_t>)>& use);
  Result<> write(Blob, std::int64_t id, std::span<const std::uint8_t>);
  // The maker of all embeddings; another maker's are dropped.
  Result<> set_embedder(const std::string& maker);

 private:
  Result<> check_version();
  Database database_;
  std::optional<Statement> version_, of_folder_, place_, person_, add_face_, add_blobs_;
  std::array<std::optional<Statement>, 3> read_, write_;
  Result<Statement*> ready(std::optional<Statement>&, const std::string& command);
};

}  // namespace understudy::catalogue
