// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/recipe.hpp"

#include <fmt/format.h>

#include <sstream>

namespace understudy {

Recipe Recipe::read(const std::string& text) {
  Recipe recipe;
  std::istringstream in(text);
  in >> recipe.common >> recipe.frame.bytes >> recipe.frame.hash >> recipe.frame.time >> recipe.without_fallback;
  return recipe;
}

std::string Recipe::text() const {
  std::string all = fmt::format("{} {} {} {}", common, frame.bytes, frame.hash, frame.time);
  return without_fallback.empty() ? all : all + ' ' + without_fallback;
}

bool same_recipe(const std::string& a, const std::string& b) { return Recipe::read(a).same_content(Recipe::read(b)); }

}  // namespace understudy
