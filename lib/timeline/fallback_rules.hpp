// SPDX-License-Identifier: Apache-2.0
// Why a merged frame may be worth a look, and what is to be done of itself where such a reason holds: "turn=original".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

enum class Reason { no_face, low_score, turn, mask, blur, colour, flicker, edge, identity };
template <>
struct Names<Reason> {
  static constexpr std::array all{"no-face", "low-score", "turn", "mask",    "blur",
                                  "colour",  "flicker",   "edge", "identity"};
};
inline constexpr std::size_t reason_count = Names<Reason>::all.size();
inline std::string_view name_of(Reason reason) { return Names<Reason>::all[static_cast<std::size_t>(reason)]; }
// Whether it can be told only of a frame that has been merged.
constexpr bool needs_rendering(Reason reason) { return reason >= Reason::mask; }

enum class Fallback { original, previous_settings, hold };
template <>
struct Names<Fallback> {
  static constexpr std::array all{"original", "previous-settings", "hold"};
};

struct FallbackRule {
  Reason reason = Reason::no_face;
  Fallback what = Fallback::original;
  bool operator==(const FallbackRule&) const = default;
};

inline constexpr std::string_view no_fallback = "none";
// "turn=original+edge=hold", or with commas; "none" and the empty text are no rule. The first rule whose reason holds
// counts; of two for one reason the later one replaces the earlier. bad_option in one sentence.
Result<std::vector<FallbackRule>> parse_fallbacks(std::string_view text);
// With plus signs, so that it can stand among settings with commas between them; "none" for no rule.
std::string fallbacks_text(std::span<const FallbackRule>);

}  // namespace understudy
