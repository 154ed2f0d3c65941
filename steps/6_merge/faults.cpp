// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/faults.hpp"

#include <algorithm>
#include <cmath>

#include "lib/jobs/each.hpp"
#include "lib/measures/sharpness.hpp"
#include "lib/score/verdict.hpp"
#include "steps/6_merge/check_records.hpp"
#include "steps/6_merge/earlier_frames.hpp"
#include "steps/6_merge/fallback.hpp"

namespace understudy {
namespace {

using Rules = std::vector<FallbackRule>;

// By frame.
Result<std::vector<Rules>> rules_of(const PreparedMerge& work, const SettingValues& clip_wide) {
  std::vector<Rules> rules;
  std::map<std::string, Rules> known;
  for (std::size_t i = 0; i < work.plans.size(); ++i) {
    const auto text = settings_at(work.timeline, static_cast<std::int64_t>(i), {}, clip_wide).fallback;
    auto found = known.find(text);
    if (found == known.end()) {
      TRY(auto parsed, parse_fallbacks(text));
      found = known.emplace(text, std::move(parsed)).first;
    }
    rules.push_back(found->second);
  }
  return rules;
}

template <class Is>
bool any_rule(const std::vector<Rules>& rules, Is&& is) {
  return std::ranges::any_of(rules, [&](const Rules& own) { return std::ranges::any_of(own, is); });
}

Result<SrcPoses> src_poses(const fs::path& folder) {
  std::error_code error;
  if (folder.empty() || !fs::exists(folder, error)) return SrcPoses();
  auto set = Faceset::open(folder);
  if (set) return SrcPoses(*set);
  if (set.error().code == Code::no_faces) return SrcPoses();
  return Failure(std::move(set).error());
}

// What the last check measured of the pictures as they would be rendered now, at 8 bits or at 16. With --frames the
// networks of other frames may not have been opened: these count as not measured.
Result<> take_measured(const MergePaths& paths, const CheckRecords& records, PreparedMerge& work) {
  if (records.frames.empty()) return {};
  const std::array<std::uint64_t, 2> looks{0, look_of_deep + work.plate.has_value()};
  const auto record_of = [&](std::int64_t i) {
    return i < work.source.count() ? records.frames.find(work.source.name(i)) : records.frames.end();
  };
  // What the last check says of that frame's image, or of it as the one before the next.
  const auto before = [&](std::int64_t i) {
    if (const auto own = record_of(i); own != records.frames.end()) return own->second.of;
    const auto next = record_of(i + 1);
    return next != records.frames.end() ? next->second.before : std::string();
  };
  std::vector<std::array<std::string, 2>> recipes(work.plans.size());
  for (std::size_t l = 0; l < looks.size(); ++l) {
    if (looks[l] != 0 && work.plate && !records.in_sdr) continue;
    TRY(const auto ingredients, Ingredients::of(paths, work, looks[l], before));
    const auto recipe = [&](std::size_t i) {
      if (!recipes[i][l].empty()) return;
      if (auto made = ingredients.of_frame(static_cast<std::int64_t>(i))) recipes[i][l] = *std::move(made);
    };
    for (std::size_t i = 0; i < work.plans.size(); ++i) {
      const auto record = records.frames.find(work.source.name(static_cast<std::int64_t>(i)));
      if (record == records.frames.end()) continue;
      recipe(i);
      if (i > 0) recipe(i - 1);
      if (!work.facts[i].measured)
        take_over(record->second, recipes[i][l], i > 0 ? recipes[i - 1][l] : std::string(), work.facts[i]);
    }
  }
  return {};
}

// Where frames have rules that nobody can tell whether they apply.
void say_what_is_unknown(const PreparedMerge& work, const std::vector<Rules>& rules, bool src_known, Run& run) {
  std::int64_t unmeasured = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    unmeasured += work.wanted[i] && !work.facts[i].measured && !work.plans[i].faces.empty() &&
                  std::ranges::any_of(rules[i], [](const FallbackRule& r) { return needs_rendering(r.reason); });
  }
  if (unmeasured > 0)
    run.note(
        fmt::format("{} frames have not been checked as they are merged now, so only reasons that are known "
                    "beforehand act there: understudy merge check, then merge again",
                    unmeasured));
  if (!src_known && any_rule(rules, [](const FallbackRule& r) { return r.reason == Reason::turn; }))
    run.note("There are no src faces, so it cannot be told who is turned further than they are");
}

// The fallbacks, each from the plans as they were before any of them.
void put_fallbacks(const SettingValues& clip_wide, const std::vector<Rules>& rules, PreparedMerge& work,
                   MergeReport& report) {
  const Fallbacks fallbacks(work.timeline, clip_wide, work.plans, work.facts, work.judged);
  std::vector<std::optional<PlannedFrame>> others(work.plans.size());
  for (std::size_t i = 0; i < work.plans.size(); ++i)
    if (!rules[i].empty()) others[i] = fallbacks.of(i, rules[i]);
  for (std::size_t i = 0; i < work.plans.size(); ++i) {
    if (!others[i]) continue;
    work.plans[i] = *std::move(others[i]);
    report.fallbacks += work.wanted[i];
  }
}

}  // namespace

Result<> find_faults(const SettingValues& clip_wide, const MergePaths& paths, bool always, PreparedMerge& work,
                     MergeReport& report, Run& run) {
  TRY(const auto rules, rules_of(work, clip_wide));
  const CheckRecords records = read_records(paths.records);
  const bool any = any_rule(rules, [](const FallbackRule&) { return true; });
  if (!any && !always && records.frames.empty()) return {};
  TRY(const SrcPoses src, src_poses(paths.src_aligned));
  work.facts = facts_of(work.timeline, work.plans, src);
  TRY_VOID(take_measured(paths, records, work));
  work.judged = judge_frames(work.facts);
  say_what_is_unknown(work, rules, !src.empty(), run);
  for (std::size_t i = 0; i < work.plans.size(); ++i) {
    if (!work.wanted[i]) continue;
    report.checked += work.facts[i].measured;
    report.with_reasons += !work.judged[i].found.empty();
  }
  put_fallbacks(clip_wide, rules, work, report);
  return {};
}

namespace {

// How sharp the aligned faces are, of at most some hundred of them, evenly spread; NaN for the others.
Result<std::vector<double>> sharpness_of(const PreparedMerge& work, const std::vector<SampleFace>& faces,
                                         const fs::path& aligned, int threads, Run& run) {
  constexpr std::size_t most = 400;
  std::vector<double> sharp(faces.size(), FrameFacts::unknown);
  TRY(const auto set, Faceset::open(aligned));
  const std::size_t count = std::min(most, faces.size());
  TRY_VOID(for_each_index(count, threads, run, "faces", [&](std::size_t k, unsigned) -> Result<> {
    const std::size_t i = (2 * k + 1) * faces.size() / (2 * count);
    const auto* face = largest_face(work.plans[static_cast<std::size_t>(faces[i].frame)]);
    if (!face || face->face.entry >= set.entries().size()) return {};
    if (const auto picture = set.image(face->face.entry)) sharp[i] = laplacian_variance(*picture);
    return {};
  }));
  return sharp;
}

// The face with the lowest value, if that lies so far below the usual that it stands out.
void worry_about_lowest(std::vector<SampleFace>& faces, const std::vector<double>& values, double share,
                        const char* what) {
  constexpr double weight = 0.4;  // below that of any reason that was found
  const double usual = score::percentile(values, 0.5);
  std::size_t lowest = values.size();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isnan(values[i]) && (lowest == values.size() || values[i] < values[lowest])) lowest = i;
  if (lowest < values.size() && values[lowest] < share * usual) faces[lowest].worries.push_back({what, weight});
}

}  // namespace

Result<> add_worries(const PreparedMerge& work, const fs::path& aligned, int threads, Run& run,
                     std::vector<SampleFace>& faces) {
  std::vector<double> scores, sizes, nearness;
  for (auto& face : faces) {
    const auto i = static_cast<std::size_t>(face.frame);
    for (const auto& reason : work.judged[i].found)
      face.worries.push_back({std::string(name_of(reason.reason)), 0.5 + reason.severity / 2});
    scores.push_back(work.facts[i].score);
    sizes.push_back(face.size);
    nearness.push_back(-work.facts[i].beyond);
  }
  worry_about_lowest(faces, scores, 0.9, "lowest score");
  worry_about_lowest(faces, sizes, 0.8, "smallest");
  worry_about_lowest(faces, nearness, 2, "farthest turned");
  TRY(const auto sharp, sharpness_of(work, faces, aligned, threads, run));
  worry_about_lowest(faces, sharp, 0.7, "least sharp");
  return {};
}

}  // namespace understudy
