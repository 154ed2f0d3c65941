// SPDX-License-Identifier: Apache-2.0
#include "lib/selection/said.hpp"

#include <charconv>
#include <cmath>

#include "lib/selection/face_key.hpp"

namespace understudy {
namespace {

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<int> person_of(const CatalogueEntry& entry) {
  const double person = entry.numbers.person;
  return std::isfinite(person) && std::abs(person) < 1e9 ? std::optional(static_cast<int>(person)) : std::nullopt;
}

std::map<int, std::string> take_said(std::vector<CatalogueEntry>& entries, const SaidFacts& facts) {
  const auto of = [&](const char* column) -> const std::map<std::string, std::string>* {
    const auto found = facts.find(column);
    return found == facts.end() || found->second.empty() ? nullptr : &found->second;
  };
  const auto *persons = of("person"), *marks = of("mark"), *names = of("name");
  std::map<int, std::string> named;
  if (names)
    for (const auto& [key, name] : *names)
      if (const auto number = number_of(key.substr(key.find(':') + 1))) named[*number] = name;
  if (!persons && !marks && named.empty()) return named;
  for (auto& entry : entries) {
    const auto key = face_key(entry);
    if (persons)
      if (const auto said = persons->find(key); said != persons->end())
        if (const auto number = number_of(said->second)) entry.numbers.person = *number;
    entry.marked = marks && marks->contains(key);
    if (const auto person = person_of(entry))
      if (const auto name = named.find(*person); name != named.end()) entry.person_name = name->second;
  }
  return named;
}

}  // namespace understudy
