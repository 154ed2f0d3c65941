// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/verbs.hpp"

#include "apps/understudy/doctor.hpp"
#include "apps/understudy/pipeline.hpp"
#include "apps/understudy/schema_verb.hpp"
#include "apps/understudy/studio.hpp"
#include "apps/understudy/workspace_verbs.hpp"
#include "steps/1_frames/verb.hpp"
#include "steps/2_extract/verb.hpp"
#include "steps/3_curate/verb.hpp"
#include "steps/3_faceset/verb.hpp"
#include "steps/3_identity/verb.hpp"
#include "steps/4_mask/verb.hpp"
#include "steps/4_xseg/verb.hpp"
#include "steps/5_train/verb.hpp"
#include "steps/6_merge/check_verb.hpp"
#include "steps/6_merge/timeline_verbs.hpp"
#include "steps/6_merge/verb.hpp"
#include "steps/7_video/verb.hpp"
#include "steps/score/verb.hpp"

namespace understudy {

std::vector<Verb> all_verbs() {
  std::vector<Verb> verbs{new_verb(),    clear_verb(), doctor_verb(), schema_verb(),
                          studio_verb(), demo_verb(),  run_verb()};
  for (auto& verb : frames_verbs()) verbs.push_back(std::move(verb));
  verbs.push_back(extract_verb());
  for (auto& verb : curate_verbs()) verbs.push_back(std::move(verb));
  for (auto& verb : faceset_tool_verbs()) verbs.push_back(std::move(verb));
  verbs.push_back(identify_verb());
  for (auto& verb : mask_verbs()) verbs.push_back(std::move(verb));
  for (auto& verb : mask_network_verbs()) verbs.push_back(std::move(verb));
  for (auto& verb : train_verbs()) verbs.push_back(std::move(verb));
  verbs.push_back(merge_verb());
  verbs.push_back(deliver_verb());
  verbs.push_back(merge_check_verb());
  for (auto& verb : timeline_verbs()) verbs.push_back(std::move(verb));
  verbs.push_back(video_encode_verb());
  verbs.push_back(score_verb());
  for (auto& verb : model_verbs()) verbs.push_back(std::move(verb));
  return verbs;
}

std::filesystem::path program_for(const Verb&) { return {}; }

}  // namespace understudy
