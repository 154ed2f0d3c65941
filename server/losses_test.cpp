// SPDX-License-Identifier: Apache-2.0
#include "server/losses.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/scratch_folder.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;
using testing::ElementsAre;

Numbers rising(std::int64_t rows) {
  Numbers numbers;
  for (std::int64_t i = 1; i <= rows; ++i) numbers.add(i, {{"src_loss", static_cast<float>(i)}});
  return numbers;
}

TEST(Thinned, FewRowsStayAsTheyAre) {
  const auto told = thinned(rising(5), 0, -1, 10);
  EXPECT_EQ(told["at"], json({1, 2, 3, 4, 5}));
  EXPECT_EQ(told["mean"][0], json({1, 2, 3, 4, 5}));
  EXPECT_EQ(told["total"], 5);
}

TEST(Thinned, EachPlaceTellsMeanAndExtremesOfWhatItStandsFor) {
  auto numbers = rising(100);
  numbers.values[0][57] = 1000;  // one iteration of many is not lost
  const auto told = thinned(numbers, 0, -1, 10);
  ASSERT_EQ(told["at"].size(), 10u);
  EXPECT_EQ(told["at"][9], 100);
  EXPECT_EQ(told["mean"][0][0], 5.5);
  EXPECT_EQ(told["low"][0][0], 1);
  EXPECT_EQ(told["high"][0][0], 10);
  EXPECT_EQ(told["high"][0][5], 1000);
  EXPECT_EQ(told["low"][0][5], 51);
}

TEST(Thinned, ARangeIsOfIterations) {
  const auto told = thinned(rising(100), 20, 29, 100);
  EXPECT_EQ(told["at"].front(), 20);
  EXPECT_EQ(told["at"].back(), 29);
  EXPECT_EQ(told["first"], 1);
  EXPECT_EQ(told["last"], 100);
  EXPECT_EQ(thinned(Numbers(), 0, -1, 100)["at"].size(), 0u);
  EXPECT_EQ(thinned(rising(10), 50, 60, 100)["total"], 0);
}

TEST(Numbers, GoingBackReplacesWhatCameAfter) {
  auto numbers = rising(10);
  numbers.add(6, {{"src_loss", 60.0F}, {"dst_loss", 1.0F}});
  EXPECT_THAT(numbers.at, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(numbers.values[0].back(), 60);
  ASSERT_THAT(numbers.names, ElementsAre("src_loss", "dst_loss"));
  EXPECT_TRUE(std::isnan(numbers.values[1][0]));
}

TEST(Numbers, AMillionRowsAndMoreStayWithinBounds) {
  const auto numbers = rising(1'200'000);
  EXPECT_LE(numbers.at.size(), 1'000'000u);
  EXPECT_EQ(numbers.at.back(), 1'200'000);
  EXPECT_EQ(numbers.values[0].size(), numbers.at.size());
}

TEST(NumberTable, GrowsWithItsFileAndBeginsAnewWithAnother) {
  const ScratchFolder scratch;
  const auto file = scratch.path / "loss.csv";
  NumberTable table(file);
  EXPECT_TRUE(table.read().at.empty());
  std::string text = "iteration,src_loss,dst_loss\n1,2.5,0.5\n2,nan,0.25\n3,1.";
  ASSERT_TRUE(write_text(file, text));
  EXPECT_THAT(table.read().at, ElementsAre(1, 2));  // the last one is torn
  EXPECT_TRUE(std::isnan(table.read().values[0][1]));
  ASSERT_TRUE(write_text(file, text + "5,0.125\nrubbish\n4,1,1\n"));
  EXPECT_THAT(table.read().at, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(table.read().values[0][2], 1.5F);
  ASSERT_TRUE(write_text(file, "iteration,src_loss,dst_loss\n1,9,9\n"));
  EXPECT_THAT(table.read().at, ElementsAre(1));
  EXPECT_EQ(table.read().values[0][0], 9);
}

TEST(TrainingLog, TellsLossesValidationAndMarks) {
  const ScratchFolder scratch;
  const auto file = scratch.path / "events.jsonl";
  std::string text;
  const auto add = [&](const char* kind, json more) {
    more["event"] = kind;
    more["id"] = 1;
    more["time"] = 100;
    text += more.dump() + "\n";
  };
  const auto metric = [&](int at, const json& values) { add("metric", {{"at", at}, {"values", values}}); };
  metric(1, {{"dst_loss", 2}, {"src_loss", 4.5}});
  add("note", {{"text", "-- training: large (2 of 3)"}});
  metric(2, {{"dst_loss", 1.5e-2}, {"src_loss", nullptr}});
  metric(2, {{"validation/src_ssim", 0.5}});
  add("note", {{"text", "'save-every' is 7 now"}});
  add("warning", {{"text", "The loss of iteration 3 is 1e9: back to iteration 1, going on"}});
  add("warning", {{"text", "a face is gone"}});
  add("saved", {{"path", "/w/model/clooney"}, {"what", "model at iteration 2"}});
  text += "{\"event\":\"metric\",\"at\":\"x\"}\nno json\n";
  // By the slow way: a name with an escape.
  text += "{\"at\":2,\"event\":\"metric\",\"id\":9,\"time\":1,\"values\":{\"na\\u006de_loss\":1}}\n";
  add("done", json::object());
  ASSERT_TRUE(write_text(file, text));
  TrainingLog log(file);
  log.read();
  EXPECT_THAT(log.losses.at, ElementsAre(1, 2));
  EXPECT_THAT(log.losses.names, ElementsAre("dst_loss", "src_loss", "name_loss"));
  EXPECT_EQ(log.validation.values[0][0], 0.5F);
  EXPECT_EQ(log.model, "clooney");
  ASSERT_EQ(log.marks.size(), 3u);
  EXPECT_EQ(log.marks[0]["kind"], "stage");
  EXPECT_EQ(log.marks[0]["text"], "large (2 of 3)");
  EXPECT_EQ(log.marks[0]["at"], 1);
  EXPECT_EQ(log.marks[1]["kind"], "set");
  EXPECT_EQ(log.marks[1]["text"], "'save-every' is 7");
  EXPECT_EQ(log.marks[2]["kind"], "rollback");
  EXPECT_EQ(log.marks[2]["at"], 2);
}

}  // namespace
}  // namespace understudy::studio
