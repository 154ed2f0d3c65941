// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/fallback_rules.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "lib/base/text.hpp"

namespace understudy {
namespace {

template <class E>
std::optional<E> named(std::string_view text) {
  const auto& names = Names<E>::all;
  const auto found = std::ranges::find(names, text);
  return found == names.end() ? std::nullopt : std::optional(static_cast<E>(found - names.begin()));
}

Result<FallbackRule> rule_in(const std::string& part) {
  const auto equals = part.find('=');
  const auto reason = named<Reason>(part.substr(0, equals));
  const auto what = equals == std::string::npos ? std::nullopt : named<Fallback>(part.substr(equals + 1));
  if (reason && what) return FallbackRule{*reason, *what};
  return fail_with_hint(Code::bad_option, fmt::format("'{}' is no fallback", part),
                        fmt::format("For example: turn=original. Reasons: {}; fallbacks: {}.",
                                    fmt::join(Names<Reason>::all, ", "), fmt::join(Names<Fallback>::all, ", ")));
}

}  // namespace

Result<std::vector<FallbackRule>> parse_fallbacks(std::string_view text) {
  std::vector<FallbackRule> rules;
  if (text.empty() || text == no_fallback) return rules;
  std::string list(text);
  std::ranges::replace(list, ',', '+');
  for (const auto& part : split(list, '+')) {
    TRY(const FallbackRule rule, rule_in(part));
    std::erase_if(rules, [&](const FallbackRule& earlier) { return earlier.reason == rule.reason; });
    rules.push_back(rule);
  }
  return rules;
}

std::string fallbacks_text(std::span<const FallbackRule> rules) {
  std::string text;
  for (const auto& rule : rules)
    text += fmt::format("{}{}={}", text.empty() ? "" : "+", name_of(rule.reason),
                        Names<Fallback>::all[static_cast<std::size_t>(rule.what)]);
  return text.empty() ? std::string(no_fallback) : text;
}

}  // namespace understudy
