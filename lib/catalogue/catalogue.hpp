// SPDX-License-Identifier: Apache-2.0
// What was measured of every face, kept in WORKSPACE/.understudy/catalogue.db (SQLite) so that it is measured once. The
// files are the truth: each is known by name, size and time of its last change; one that was renamed or moved is known
// again by its content; the rest is measured again. A database that is lost or damaged is built anew.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "lib/measures/measure_face.hpp"

namespace understudy {

enum class FaceState {
  face,       // an aligned face with its metadata
  picture,    // a picture without metadata
  unreadable  // neither can be had: `problem` says why
};

struct CatalogueEntry {
  std::int64_t id = 0;
  fs::path path;
  std::string name;  // of the file, without folder
  std::uint64_t bytes = 0;
  std::int64_t time = 0;   // of the last change, the system's finest unit
  std::uint64_t hash = 0;  // of the size and the first 32 KB, where the metadata lies: equal for equal files
  FaceState state = FaceState::unreadable;
  std::string problem;
  std::string face_type, source;  // "whole_face", "00042.png"; empty for a picture
  FaceNumbers numbers;
  // What the user said of it (take_said() of lib/selection); the catalogue knows nothing of that.
  std::string person_name;
  bool marked = false;  // to be cut out again
};

struct SyncReport {
  std::size_t files = 0;     // in the folder now
  std::size_t measured = 0;  // in this run
  std::size_t followed = 0;  // renamed or moved since
  std::size_t vanished = 0;
  std::size_t unreadable = 0;
  bool rebuilt = false;  // the database was damaged
};

class Catalogue {
 public:
  // `root` is the workspace, so that it may be moved as a whole. Where the database cannot be written it is kept in
  // memory, with a warning; an empty path says so from the start.
  static Result<Catalogue> open(const fs::path& database, const fs::path& root, Run&);
  ~Catalogue();
  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;

  // Brings the catalogue up to the images that lie in the folder now (not in its sub-folders), measuring by that many
  // threads (0: one per processor), and returns them sorted by name. What was measured before a stop or kill stays.
  Result<std::vector<CatalogueEntry>> sync(const fs::path& folder, int threads, Run&);
  const SyncReport& report() const { return report_; }

  // Of an entry that sync() returned and that is not unreadable; from the file again where the database has lost it.
  Result<Histograms> histograms(const CatalogueEntry&);
  Result<Blocks> blocks(const CatalogueEntry&);

  // A face as numbers that lie near each other for one person; `maker` names what they were made with. Missing ones are
  // made by `embed` (called from several threads) and kept. In the order of the entries; empty where it failed or the
  // entry is no face.
  using Embedding = std::vector<float>;
  using Embedder = std::function<Result<Embedding>(const Face&, unsigned thread)>;
  Result<std::vector<Embedding>> embeddings(const std::vector<CatalogueEntry>&, const std::string& maker,
                                            const Embedder& embed, int threads, Run&);

  // Keeps the entries' numbers.person.
  Result<> keep_persons(const std::vector<CatalogueEntry>&);

 private:
  struct Parts;
  explicit Catalogue(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
  SyncReport report_;
};

// The bytes that are kept for a face and known again, for those who write files themselves.
std::uint64_t content_hash(std::uint64_t size, std::span<const std::uint8_t> beginning);

}  // namespace understudy
