// SPDX-License-Identifier: Apache-2.0
#include "lib/options/options.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace understudy {

enum class Fruit { apple, pear };
template <>
struct Names<Fruit> {
  static constexpr std::array all{"apple", "pear"};
};
struct Basket {
  Fruit fruit = Fruit::pear;
  int count = 3;
  double ripeness = 0.5;
  bool washed = true;
  std::string label;
};
template <>
constexpr auto describe<Basket>() {
  return std::tuple{
      field("fruit", &Basket::fruit).says("Fruit", "Which one."),
      field("count", &Basket::count).says("Count", "How many.").range(1, 10),
      field("ripeness", &Basket::ripeness).says("Ripeness", "How ripe.").range(0, 1),
      field("washed", &Basket::washed).says("Washed", "Clean or not."),
      field("label", &Basket::label).says("Label", "Free text."),
  };
}
static_assert(all_described<Basket>);

namespace {

TEST(Options, JsonRoundTrip) {
  Basket a{Fruit::apple, 7, 0.25, false, "a b"}, b;
  auto rows_a = rows_of(a), rows_b = rows_of(b);
  ASSERT_TRUE(options_from_json(rows_b, options_to_json(rows_a)));
  EXPECT_EQ(b.fruit, Fruit::apple);
  EXPECT_EQ(b.count, 7);
  EXPECT_EQ(b.ripeness, 0.25);
  EXPECT_FALSE(b.washed);
  EXPECT_EQ(b.label, "a b");
}

TEST(Options, RowsCanBeMadeOfTheirSchema) {
  Basket basket;
  auto rows = rows_of(basket);
  rows[2].advanced = true, rows[3].when = When::live, rows[4].group = "Odd", rows[1].step = 2;
  auto again = rows_of_schema(nlohmann::json::parse(options_schema(rows).dump()));
  EXPECT_EQ(options_schema(again), options_schema(rows));
  EXPECT_EQ(options_markdown(again), options_markdown(rows));
  EXPECT_EQ(again[2].get(), "0.5");
  EXPECT_TRUE(again[1].set("eleven"));  // whoever does the work checks it
}

TEST(Options, RefusesWithTheReason) {
  Basket basket;
  auto rows = rows_of(basket);
  EXPECT_NE(set_option(rows, "cuont", "3").error().hint.find("'count'"), std::string::npos);
  EXPECT_NE(set_option(rows, "count", "11").error().message.find("1 to 10"), std::string::npos);
  EXPECT_FALSE(set_option(rows, "count", "3x"));
  EXPECT_NE(set_option(rows, "fruit", "fig").error().message.find("apple, pear"), std::string::npos);
  EXPECT_FALSE(set_option(rows, "ripeness", "nan"));
  EXPECT_EQ(basket.count, 3);
}

struct CommandLine {
  Basket basket;
  std::vector<Row> rows = rows_of(basket);
  Result<> error;
  explicit CommandLine(const std::string& text) {
    CLI::App app;
    add_to_cli(app, rows, error);
    app.parse(text);
  }
};

TEST(Options, CommandLineAndDiffAgree) {
  const CommandLine given("--no-washed --count 5 --label 'two words'");
  ASSERT_TRUE(given.error);
  EXPECT_FALSE(given.basket.washed);
  EXPECT_EQ(diff_from_default(given.rows), "--count 5 --no-washed --label 'two words'");
  EXPECT_TRUE(given.rows[1].given);
  EXPECT_FALSE(given.rows[0].given);
}

TEST(Options, CommandLineKeepsTheRefusal) { EXPECT_FALSE(CommandLine("--count 99").error); }

TEST(Options, SchemaHasEveryRow) {
  Basket basket;
  auto rows = rows_of(basket);
  const auto schema = options_schema(rows);
  ASSERT_EQ(schema.size(), 5u);
  EXPECT_EQ(schema[1]["max"], 10);
  EXPECT_EQ(schema[0]["choices"][0], "apple");
  EXPECT_EQ(schema[0]["default"], "pear");
}

}  // namespace
}  // namespace understudy
