// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/studio.hpp"

#include <nlohmann/json.hpp>

#include "apps/understudy/verbs.hpp"
#include "lib/jobs/schema.hpp"
#include "server/verb.hpp"

namespace understudy {

Verb studio_verb() {
  return studio_verb_over([] { return schema_of(all_verbs()); }, UNDERSTUDY_VERSION);
}

}  // namespace understudy
