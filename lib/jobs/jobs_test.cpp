// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lib/base/scratch_folder.hpp"
#include "lib/base/system.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/job_log.hpp"
#include "lib/jobs/run.hpp"

namespace understudy {
namespace {

TEST(Run, ProgressIsRateLimitedButTheEndAlwaysTold) {
  std::vector<ProgressEvent> told;
  understudy::Run run([&](const Event& e) {
    if (const auto* p = std::get_if<ProgressEvent>(&e)) told.push_back(*p);
  });
  for (int i = 1; i <= 1000; ++i) run.progress(i, 1000, "frames");
  ASSERT_GE(told.size(), 2u);
  EXPECT_LT(told.size(), 50u);
  EXPECT_EQ(told.back().done, 1000u);
}

TEST(Run, RateCountsFromWhereAResumeBegan) {
  ProgressEvent last;
  understudy::Run run([&](const Event& e) { last = std::get<ProgressEvent>(e); });
  run.progress(900, 1000, "frames");
  sleep_seconds(0.15);
  run.progress(910, 1000, "frames");
  EXPECT_LT(last.per_second, 100);
  EXPECT_GT(last.seconds_left, 0);
}

TEST(Run, StopCommandStops) {
  understudy::Run run;
  EXPECT_FALSE(run.stopping());
  run.post({"stop", "", ""});
  EXPECT_TRUE(run.stopping());
  EXPECT_EQ(run.take_commands().size(), 1u);
  EXPECT_EQ(understudy::Run::cancelled().value().code, Code::cancelled);
}

TEST(EachIndex, DoesAllOnceAndEndsWithTheFirstFailure) {
  understudy::Run run;
  std::array<std::atomic<int>, 100> times{};
  ASSERT_TRUE(for_each_index(100, 3, run, "faces", [&](std::size_t i, unsigned thread) -> Result<> {
    EXPECT_LT(thread, 3u);
    ++times[i];
    return {};
  }));
  for (const auto& n : times) EXPECT_EQ(n, 1);
  std::atomic<int> begun{0};
  // Items take their time, so that the other thread cannot do all of them while the failing one is kept from running.
  const auto failed = for_each_index(5000, 2, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
    ++begun;
    if (i == 10) return fail(Code::io, "disk full");
    sleep_seconds(0.001);
    return {};
  });
  EXPECT_EQ(failed.error().message, "disk full");
  EXPECT_LT(begun, 5000);
}

TEST(EachIndex, AStopLeavesTheRest) {
  understudy::Run run;
  const auto stopped = for_each_index(100, 2, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
    if (i == 10) run.request_stop();
    return {};
  });
  EXPECT_EQ(stopped.error().code, Code::cancelled);
}

TEST(JobLog, LinesAreNumberedJson) {
  const ScratchFolder scratch;
  const fs::path jobs = scratch.path / "jobs";
  {
    JobLog log(jobs, "frames extract", "understudy frames extract src", nullptr);
    log.add(NoteEvent{"one"});
    log.add(WarningEvent{"bad \xff byte"});
    log.add(DoneEvent{R"({"frames":3})"});
  }
  const auto folder = fs::directory_iterator(jobs)->path();
  std::istringstream lines(*read_text(folder / "events.jsonl"));
  std::string line;
  for (int id = 0; id < 4; ++id) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(nlohmann::json::parse(line)["id"], id);
  }
  EXPECT_EQ(nlohmann::json::parse(line)["report"]["frames"], 3);
}

}  // namespace
}  // namespace understudy
