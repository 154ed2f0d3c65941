// SPDX-License-Identifier: Apache-2.0
// What is known to be wrong with the frames that are to be merged: from the last check where it measured them as they
// would be rendered now, else from what can be told beforehand.
#pragma once

#include "steps/6_merge/prepare.hpp"
#include "steps/6_merge/sample_choice.hpp"

namespace understudy {

// Fills work.facts and work.judged, and puts the fallbacks into work.plans. Without rules and without a check nothing
// is looked at, unless `always`. The report gets what was found of the frames that are wanted.
Result<> find_faults(const SettingValues& clip_wide, const MergePaths&, bool always, PreparedMerge& work, MergeReport&,
                     Run&);

// Worries for the sample: the reasons that were found, and which faces are the smallest, the least sharp, the farthest
// turned and those with the lowest score where they stand out.
Result<> add_worries(const PreparedMerge& work, const fs::path& aligned, int threads, Run&,
                     std::vector<SampleFace>& faces);

}  // namespace understudy
