// SPDX-License-Identifier: Apache-2.0
// From what is known of the faces to the order in which they should lie: every sort, without touching a file.
#pragma once

#include <string>
#include <vector>

#include "lib/catalogue/catalogue.hpp"
#include "steps/3_curate/options.hpp"

namespace understudy {

struct Placed {
  std::size_t entry = 0;   // index of the catalogue's entries
  double value = unknown;  // what it was sorted by; NaN where the order is no order of one number
  std::string group = {};  // of faces that belong together, or empty
};

struct Order {
  std::vector<Placed> kept;        // first to last
  std::vector<std::size_t> trash;  // in the order in which they were thrown out
  std::vector<std::size_t> alone;  // unreadable: neither sorted nor thrown out
  bool as_it_was = false;          // the method found nothing to do: nothing is to be renamed
};

struct Curation {
  Catalogue& catalogue;
  const std::vector<CatalogueEntry>& entries;
  const SortOptions& options;
  Run& run;
  Catalogue::Embedder embed = {};  // for sorting by identity (embed_by_threads of lib/identity)
};

// Errors: bad_option when the method cannot work on these faces.
Result<Order> order_faces(const Curation&);

// Indices of the entries that are no unreadable files; with `faces_only` no mere pictures either.
std::vector<std::size_t> readable(const std::vector<CatalogueEntry>&, bool faces_only);
// An order with all others in their place: unreadable files alone, with `faces_only` mere pictures in the trash.
Order leave_out(const std::vector<CatalogueEntry>&, bool faces_only);

}  // namespace understudy
