// SPDX-License-Identifier: Apache-2.0
// The sorts that DeepFaceLab does not have: faces put together by what they show.
#pragma once

#include "steps/3_curate/order.hpp"

namespace understudy {

// Nearly equal pictures together, the largest group first, in each the best first; with options.drop only the best
// stays. Faces without a double follow as they were.
Result<Order> by_duplicates(const Curation&);

// By what stands out most, compared with the whole set: eyes shut, mouth open, mouth wide, mouth narrow, brows raised,
// brows lowered; in each the strongest first. Faces where nothing stands out follow, the calmest last.
Result<Order> by_expression(const Curation&);

// The best face of every cell of a grid of turn, nod and expression, then the second best, until there are
// options.target; the rest to the trash.
Result<Order> by_coverage(const Curation&);

// By person, the one seen most first; in each the most typical first. Needs curation.embed.
Result<Order> by_identity(const Curation&);

}  // namespace understudy
