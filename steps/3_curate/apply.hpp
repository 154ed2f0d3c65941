// SPDX-License-Identifier: Apache-2.0
// Files after an order: renamed, thrown out, and back again.
#pragma once

#include "lib/project/recorded_moves.hpp"
#include "steps/3_curate/order.hpp"

namespace understudy {

// The moves that an order means (spec pipeline.md 5.6): kept files are named NNNNN<suffix> from 00000 on, those in the
// trash go to ALIGNED_trash. A number is left out where a file that is neither kept nor thrown out has that name.
std::vector<Move> changes_of(const fs::path& folder, const std::vector<CatalogueEntry>&, const Order&);

// Does them, all or none, and keeps a record in FOLDER/.understudy/sorts so that they can be taken back. The folder
// must have been taken (take_faceset).
Result<> apply_changes(const fs::path& folder, const std::string& what, std::span<const Move>);

// Takes the last change back that is not taken back yet; not_found when there is none.
Result<TakenBack> undo_last_change(const fs::path& folder);

}  // namespace understudy
