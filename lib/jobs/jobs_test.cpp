// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "lib/base/scratch_folder.hpp"
#include "lib/base/stopwatch.hpp"
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

TEST(Run, TheLastCountIsToldBeforeTheStageEnds) {
  std::vector<Event> told;
  understudy::Run run([&](const Event& e) { told.push_back(e); });
  for (int i = 1; i <= 50; ++i) run.progress(i, 0, "iterations");  // more than are passed on
  run.stage("save");
  ASSERT_GE(told.size(), 3u);
  EXPECT_EQ(std::get<ProgressEvent>(told[told.size() - 2]).done, 50u);
  EXPECT_EQ(std::get<StageEvent>(told.back()).name, "save");
}

TEST(Run, PreviewsCountInTheirSlots) {
  std::vector<PreviewEvent> told;
  understudy::Run run([&](const Event& e) { told.push_back(std::get<PreviewEvent>(e)); });
  run.preview("a", "a.png");
  run.preview("b", "b.png");
  run.preview("a", "a.png");
  EXPECT_EQ(told[1].version, 1u);
  EXPECT_EQ(told[2].version, 2u);
}

// A run with the answers that it gave: "7 accepted", "7 refused: …".
struct Asked {
  std::vector<std::string> answers;
  understudy::Run run{[this](const Event& e) {
    if (const auto* a = std::get_if<AcceptedEvent>(&e)) answers.push_back(a->request + " accepted");
    if (const auto* r = std::get_if<RefusedEvent>(&e)) answers.push_back(r->request + " refused: " + r->reason);
  }};
  void ask(const std::string& line) {
    Command command;
    if (const auto read = read_command(line, command); !read)
      run.refuse(command, to_sentence(read.error()));
    else
      run.post(std::move(command));
  }
};

TEST(Run, StopCommandStops) {
  Asked asked;
  EXPECT_FALSE(asked.run.stopping());
  asked.ask(R"({"id": 1, "command": "stop"})");
  EXPECT_TRUE(asked.run.stopping());
  EXPECT_EQ(asked.answers, std::vector<std::string>{"1 accepted"});
  EXPECT_EQ(understudy::Run::cancelled().value().code, Code::cancelled);
}

TEST(Run, EveryRequestIsAnswered) {
  Asked asked;
  asked.ask(R"({"id": 1, "command": "save"})");
  {
    const understudy::Run::Taking taking(asked.run, {"save", "set"});
    asked.ask(R"({"id": "two", "command": "save"})");
    asked.ask(R"({"id": 3, "command": "pause"})");
    const auto commands = asked.run.take_commands();
    ASSERT_EQ(commands.size(), 1u);
    asked.run.accept(commands[0]);
    asked.ask(R"({"id": 4, "command": "save"})");  // and is left
  }
  asked.ask(R"({"id": 5, "command": "sav"})");
  asked.ask(R"({"id": [6], "command": "save"})");
  asked.ask("save!");
  EXPECT_EQ(asked.answers, (std::vector<std::string>{"1 refused: This job takes no 'save' now.",
                                                     "3 refused: This job takes no 'pause' now.", "\"two\" accepted",
                                                     "4 refused: The job ended before it.",
                                                     "5 refused: There is no command 'sav'. Did you mean 'save'?",
                                                     "null refused: A request's id is a text or a whole number.",
                                                     "null refused: A request is one JSON object on one line."}));
  asked.run.post({"save", "", "", ""});  // a key that nobody waits for
  EXPECT_EQ(asked.answers.size(), 7u);
}

struct LampOptions {
  int brightness = 5;
  int height = 2;
};

}  // namespace
template <>
constexpr auto describe<LampOptions>() {
  return std::tuple{
      field("brightness", &LampOptions::brightness).says("Brightness", "").range(0, 9).may_change(When::live),
      field("height", &LampOptions::height).says("Height", ""),
  };
}
namespace {

TEST(Run, SetsOnlyLiveRowsAndRemembersThem) {
  Asked asked;
  LampOptions lamp, next;
  auto rows = rows_of(lamp), next_rows = rows_of(next);
  EXPECT_TRUE(asked.run.set(rows, {"set", "brightness", "7", "1"}));
  EXPECT_FALSE(asked.run.set(rows, {"set", "brightness", "70", "2"}));
  EXPECT_FALSE(asked.run.set(rows, {"set", "height", "3", "3"}));
  EXPECT_FALSE(asked.run.set(rows, {"set", "hight", "3", "4"}));
  EXPECT_EQ(lamp.brightness, 7);
  EXPECT_EQ(lamp.height, 2);
  ASSERT_TRUE(asked.run.set_again(next_rows));
  EXPECT_EQ(next.brightness, 7);
  ASSERT_EQ(asked.answers.size(), 4u);
  EXPECT_EQ(asked.answers[0], "1 accepted");
  EXPECT_NE(asked.answers[1].find("0 to 9"), std::string::npos);
  EXPECT_NE(asked.answers[2].find("cannot change while the job runs"), std::string::npos);
  EXPECT_NE(asked.answers[3].find("'height'"), std::string::npos);
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

TEST(EachIndex, WhatAnItemThrowsIsAFailure) {
  understudy::Run run;
  for (const int threads : {1, 3}) {
    std::atomic<int> begun{0};
    const auto failed = for_each_index(5000, threads, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
      ++begun;
      if (i == 10) throw std::runtime_error("odd");
      sleep_seconds(0.001);
      return {};
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Code::internal);
    EXPECT_EQ(failed.error().message, "A mistake in understudy: odd");
    EXPECT_LT(begun, 5000);
  }
}

std::vector<nlohmann::json> lines_of(const fs::path& file) {
  std::istringstream text(*read_text(file));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

StartedEvent start_of(const std::string& verb) {
  StartedEvent started;
  started.verb = verb;
  started.command = "understudy caf\xe9";
  return started;
}

TEST(JobLog, LinesAreNumberedJson) {
  const ScratchFolder scratch;
  const fs::path jobs = scratch.path / "jobs";
  std::string job;
  {
    JobLog log(jobs, start_of("frames extract"), nullptr);
    job = log.job();
    log.add(NoteEvent{"one"});
    log.add(WarningEvent{"bad \xff byte"});
    log.add(DoneEvent{R"({"frames":3})"});
  }
  EXPECT_TRUE(job.ends_with("-frames-extract"));
  const auto lines = lines_of(jobs / job / "events.jsonl");
  ASSERT_EQ(lines.size(), 4u);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i]["id"], i);
  EXPECT_EQ(lines[0]["event"], "started");
  EXPECT_EQ(lines[0]["job"], job);
  EXPECT_EQ(lines[3]["report"]["frames"], 3);
}

TEST(JobLog, ProgressIsThinnedAndItsNewestKept) {
  const ScratchFolder scratch;
  std::string job;
  const Stopwatch since;
  {
    JobLog log(scratch.path, start_of("train saehd"), nullptr);
    job = log.job();
    for (std::uint64_t i = 1; i <= 2000; ++i) {
      log.add(ProgressEvent{"iterations", i, 0, 1, -1});
      log.add(MetricEvent{i, {{"src_loss", 1.0 / static_cast<double>(i)}}});
      log.add(PreviewEvent{"preview", i, "preview.png"});
    }
    EXPECT_EQ(lines_of(scratch.path / job / "progress.json").at(0)["event"], "progress");
    log.add(WarningEvent{"w"});
    log.add(DoneEvent{"{}"});
  }
  const auto lines = lines_of(scratch.path / job / "events.jsonl");
  // A line of each of the three kinds a second, however long a busy machine takes; the first and newest of each; the
  // start, the warning and the end; and a few more where one kind's second ends between two others'.
  EXPECT_LE(static_cast<double>(lines.size()), 4 * since.seconds() + 12);
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_LT(lines[i - 1]["id"], lines[i]["id"]);
  const auto newest = lines.at(lines.size() - 5);
  EXPECT_EQ(newest["event"], "progress");
  EXPECT_EQ(newest["done"], 2000);
}

TEST(JobLog, OldLogsGoButNeverOneOfARunningJobNorForeignFiles) {
  const ScratchFolder scratch;
  std::optional<JobLog> running(std::in_place, scratch.path, start_of("train saehd"), nullptr);
  std::vector<fs::path> old;
  for (int i = 0; i < 250; ++i) {
    old.push_back(scratch.path / fmt::format("{}.000-merge", 1000000000 + i));
    ASSERT_TRUE(write_text(old.back() / "events.jsonl", "{}\n"));
  }
  ASSERT_TRUE(write_text(old[0] / "mine.txt", "keep"));
  ASSERT_TRUE(write_text(scratch.path / "notes" / "mine.txt", "keep"));
  // Older than all, as if it had been started long ago.
  const fs::path first = scratch.path / "0999999999.000-train-saehd";
  fs::rename(scratch.path / running->job(), first);
  const JobLog another(scratch.path, start_of("merge"), nullptr);
  EXPECT_TRUE(fs::exists(first / "events.jsonl"));
  EXPECT_TRUE(fs::exists(old[0] / "mine.txt"));
  EXPECT_FALSE(fs::exists(old[0] / "events.jsonl"));
  EXPECT_TRUE(fs::exists(scratch.path / "notes" / "mine.txt"));
  EXPECT_FALSE(fs::exists(old[40]));
  EXPECT_TRUE(fs::exists(old[249] / "events.jsonl"));
  running.reset();
  const JobLog third(scratch.path, start_of("merge"), nullptr);
  EXPECT_FALSE(fs::exists(first));
}

TEST(JobLog, WhatAKilledJobWasJustWritingGoesWithTheNext) {
  const ScratchFolder scratch;
  const JobLog running(scratch.path, start_of("train saehd"), nullptr);
  const fs::path killed = scratch.path / "1000000000.000-merge";
  const fs::path half = killed / ".understudy-tmp-999999999-progress.json";
  ASSERT_TRUE(write_text(killed / "events.jsonl", "{}\n"));
  ASSERT_TRUE(write_text(half, "{"));
  const JobLog next(scratch.path, start_of("merge"), nullptr);
  EXPECT_FALSE(fs::exists(half));
  EXPECT_TRUE(fs::exists(killed / "events.jsonl"));
}

TEST(JobLog, TwoJobsNeverShareAFolder) {
  const ScratchFolder scratch;
  std::set<std::string> names;
  for (int i = 0; i < 20; ++i) names.insert(JobLog(scratch.path, start_of("merge"), nullptr).job());
  EXPECT_EQ(names.size(), 20u);
}

TEST(JobLog, TellsThatNobodyReadsItsStream) {
  std::FILE* full = std::fopen("/dev/full", "w");
  if (full == nullptr) GTEST_SKIP() << "there is no /dev/full here";
  const JobLog log({}, start_of("merge"), full);
  EXPECT_TRUE(log.stream_closed());
  std::fclose(full);
}

}  // namespace
}  // namespace understudy
