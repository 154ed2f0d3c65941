// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/tally.hpp"

#include <algorithm>

#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

constexpr std::size_t most_warnings = 20;

}  // namespace

void Tally::count(const char* what, std::int64_t number) {
  std::lock_guard lock(mutex_);
  fields_[what] = fields_.value(what, std::int64_t{0}) + number;
}

void Tally::skip(const std::string& name, const std::string& why) {
  std::lock_guard lock(mutex_);
  skipped_.push_back(name);
  if (skipped_.size() <= most_warnings) run_.warn(fmt::format("{}: {}", name, why));
  if (skipped_.size() == most_warnings + 1) run_.warn("More files could not be used; the report names them all");
}

std::string Tally::report() const {
  auto json = fields_;
  auto names = skipped_;
  std::sort(names.begin(), names.end());
  json["skipped"] = std::move(names);
  return json_text(json);
}

}  // namespace understudy
