// SPDX-License-Identifier: Apache-2.0
#include "lib/base/formats.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace understudy {
namespace {

using nlohmann::json;

TEST(Formats, AreNamedOnce) {
  std::set<std::string_view> names;
  for (const auto& format : formats::all) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_TRUE(format.name.starts_with("understudy."));
    EXPECT_GE(format.version, 1);
  }
}

TEST(Formats, AVersionIsReadFromAnyJson) {
  const FileFormat format{"understudy.toast", 2};
  EXPECT_EQ(version_in({{"format", "understudy.toast"}, {"version", 1}}, format), 1);
  EXPECT_EQ(version_in({{"format", "understudy.toast"}, {"version", 99}}, format), 99);
  EXPECT_EQ(version_in({{"format", "understudy.toast"}}, format), 0);
  for (const json& other : {json(), json(3), json("understudy.toast"), json::array({1}), json::object(),
                            json{{"format", 3}, {"version", 1}}, json{{"format", "understudy.jam"}, {"version", 1}},
                            json{{"format", "understudy.toast"}, {"version", "1"}},
                            json{{"format", "understudy.toast"}, {"version", {{"a", 1}}}}})
    EXPECT_FALSE(version_in(other, format)) << other;
}

}  // namespace
}  // namespace understudy
