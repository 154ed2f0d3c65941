// SPDX-License-Identifier: Apache-2.0
#include "tests/parity/tolerance.hpp"

#include <algorithm>
#include <regex>

#include "lib/base/text.hpp"

namespace understudy::parity {
namespace {

const std::string number = R"((\d+\.?\d*(?:[eE][-+]?\d+)?))";

std::string without_remarks(std::string_view text) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // "*(1+amount)" is part of a number.
    const bool factor = text[i] == '(' && i > 0 && text[i - 1] == '*';
    if (text[i] == '(' && (!factor || depth > 0)) ++depth;
    if (depth == 0) out += text[i];
    if (text[i] == ')' && depth > 0) --depth;
  }
  return out;
}

// The number that a match of `number` begins, with what may follow it: "/255", "-2", "*(1+amount)".
double value_at(const std::string& text, const std::smatch& match, std::size_t group, const nlohmann::json& params) {
  double value = std::stod(match[group].str());
  const std::string rest(match[group].second, text.cend());
  std::smatch follow;
  if (std::regex_search(rest, follow, std::regex("^/" + number))) return value / std::stod(follow[1].str());
  if (std::regex_search(rest, follow, std::regex("^-" + number))) return std::max(value, std::stod(follow[1].str()));
  if (std::regex_search(rest, follow, std::regex(R"(^\*\(1\+(\w+)\))")) && params.contains(follow[1].str())) {
    return value * (1 + params[follow[1].str()].get<double>());
  }
  return value;
}

bool glob_matches(const std::string& glob, const nlohmann::json& params) {
  const auto as_regex = std::regex_replace(glob, std::regex(R"(\*)"), ".*");
  for (const auto& [key, value] : params.items()) {
    if (value.is_string() && std::regex_match(value.get<std::string>(), std::regex(as_regex))) return true;
  }
  return false;
}

// Reads the limits of one part into `limits`; returns where the first one begins.
std::size_t read_limits(const std::string& text, const nlohmann::json& params, Limits& limits) {
  std::size_t first = text.size();
  std::smatch match;
  const auto find = [&](const std::string& pattern) {
    const bool found = std::regex_search(text, match, std::regex(pattern));
    if (found) first = std::min(first, static_cast<std::size_t>(match.position(0)));
    return found;
  };
  if (find(R"(pixels off by >\s*)" + number + R"(:\s*<=?\s*)" + number + "%")) {
    limits.off_by = std::stod(match[1].str());
    limits.off_percent = std::stod(match[2].str());
  } else if (find("<=?\\s*" + number + R"(%[a-z ]*pixels(?: beyond )?)" + number + "?")) {
    limits.off_percent = std::stod(match[1].str());
    limits.off_by = match[2].matched ? std::stod(match[2].str()) : 0;
  }
  if (find(R"(PSNR\s*>=\s*)" + number)) limits.psnr = std::stod(match[1].str());
  if (find(R"(mean abs\s*<?=?\s*)" + number)) limits.mean_abs = value_at(text, match, 1, params);
  if (find(R"(rel\s+)" + number)) limits.relative = value_at(text, match, 1, params);
  const std::string without_mean = std::regex_replace(text, std::regex("mean abs"), "mean ***");
  std::smatch most;
  if (std::regex_search(without_mean, most, std::regex(R"((?:max )?\babs\s*<?=?\s*)" + number))) {
    limits.max_abs = value_at(without_mean, most, 1, params);
    first = std::min(first, static_cast<std::size_t>(most.position(0)));
  }
  limits.either = std::regex_search(text, std::regex("rel\\s+" + number + "\\s*/\\s*abs"));
  if (find(R"(\bexact\b)") && text.find("not bit exact") == std::string::npos) limits.exact = true;
  return first;
}

void overlay(const Limits& from, Limits& to) {
  if (from.max_abs) to.max_abs = from.max_abs;
  if (from.mean_abs) to.mean_abs = from.mean_abs;
  if (from.relative) to.relative = from.relative;
  if (from.psnr) to.psnr = from.psnr;
  if (from.off_percent) to.off_percent = from.off_percent, to.off_by = from.off_by;
  to.exact = to.exact || from.exact;
  to.either = to.either || from.either;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : std::string(text) + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
      word += c;
    } else if (!word.empty()) {
      if (word.size() > 2 && word.back() == 's') word.pop_back();  // images -> image
      out.push_back(lower_case(word));
      word.clear();
    }
  }
  return out;
}

// Words before a limit that name no output.
bool names_nothing(const std::vector<std::string>& label) {
  static const std::vector<std::string> filler = {"u8",     "compare", "not", "bit",  "unles", "the", "same",
                                                  "median", "cut",     "i",   "used", "value", "else"};
  return std::ranges::all_of(label, [](const auto& word) { return std::ranges::find(filler, word) != filler.end(); });
}

}  // namespace

Limits limits_for(std::string_view text, std::string_view output, const nlohmann::json& params) {
  Limits named, general;
  const auto wanted = words(output);
  bool condition_met = false, any_named = false;
  for (const auto& clause : split(without_remarks(text), ';')) {
    std::vector<std::string> label;
    for (const auto& part : split(clause, ',')) {
      Limits limits;
      const std::size_t first = read_limits(part, params, limits);
      std::smatch match;
      const bool otherwise = part.find("otherwise") != std::string::npos;
      if (otherwise && limits.empty() && std::regex_search(part, match, std::regex(number))) {
        if (condition_met) continue;
        limits.max_abs = std::stod(match[1].str());
      } else if (std::regex_search(part, match, std::regex(R"(for (\S*\*\S*))"))) {
        condition_met = glob_matches(match[1].str(), params);
        if (auto here = words(part.substr(0, first)); !names_nothing(here)) label = here;
        if (!condition_met) continue;
      }
      if (limits.empty()) continue;
      if (auto here = words(part.substr(0, std::min(first, part.size()))); !otherwise && !names_nothing(here))
        label = here;
      any_named = any_named || !label.empty();
      if (label.empty()) {
        overlay(limits, general);
      } else if (std::ranges::any_of(wanted,
                                     [&label](const auto& w) { return std::ranges::find(label, w) != label.end(); })) {
        overlay(limits, named);
      }
    }
  }
  if (!named.empty()) return named;
  // Where only other outputs have limits, this one was not off at all; the last bit is left to rounding.
  if (general.empty() && any_named) general.max_abs = 1;
  return general;
}

}  // namespace understudy::parity
