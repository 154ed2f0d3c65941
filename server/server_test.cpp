// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "lib/base/path_text.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/job_log.hpp"
#include "server/guard.hpp"
#include "server/job_entry.hpp"
#include "server/job_facts.hpp"
#include "server/pictures.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

Request asked(std::string path, std::map<std::string, std::string> headers) {
  Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return request;
}

TEST(Guard, AsksForTheToken) {
  const Guard guard("0123456789abcdef", 7411);
  const std::map<std::string, std::string> host{{"host", "127.0.0.1:7411"}};
  EXPECT_EQ(guard.refusal(asked("/api/jobs", host))->status, 401);
  auto with = host;
  with["authorization"] = "Bearer 0123456789abcdef";
  EXPECT_FALSE(guard.refusal(asked("/api/jobs", with)));
  with["authorization"] = "Bearer 0123456789abcdeF";
  EXPECT_EQ(guard.refusal(asked("/api/jobs", with))->status, 401);
  with.erase("authorization");
  with["cookie"] = "other=1; understudy-7411=0123456789abcdef";
  EXPECT_FALSE(guard.refusal(asked("/api/jobs", with)));
  with["cookie"] = "understudy-7412=0123456789abcdef";
  EXPECT_EQ(guard.refusal(asked("/api/jobs", with))->status, 401);
}

TEST(Guard, ASecretIsComparedWhole) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  for (const char* other : {"", "ab", "abd", "abcd", "abcabc"}) EXPECT_FALSE(same_secret("abc", other)) << other;
}

TEST(Routes, PartsStandForThemselvesAndOtherMethodsAreTold) {
  std::vector<Route> routes(2);
  routes[0].method = "GET", routes[0].path = "/api/jobs/{job}/events";
  routes[1].method = "POST", routes[1].path = "/api/jobs";
  int status = 0;
  auto request = asked("/api/jobs/a b/events", {});
  EXPECT_EQ(route_for(routes, request, status), &routes[0]);
  EXPECT_THAT(request.parts, ElementsAre("a b"));
  request = asked("/api/jobs", {});
  EXPECT_EQ(route_for(routes, request, status), nullptr);
  EXPECT_EQ(status, 405);
  request = asked("/api/jobs/a/b/events", {});
  EXPECT_EQ(route_for(routes, request, status), nullptr);
  EXPECT_EQ(status, 404);
}

json verb() {
  return {{"name", "cut"},
          {"positionals", {{{"name", "side"}, {"help", "Which"}, {"choices", {"src", "dst"}}, {"required", true}}}},
          {"options",
           {{{"key", "size"}, {"kind", "integer"}, {"min", 1}, {"max", 64}},
            {{"key", "loud"}, {"kind", "boolean"}},
            {{"key", "to"}, {"kind", "text"}},
            {{"key", "input"}, {"kind", "path"}}}}};
}

JobEntry job(json options) {
  JobEntry entry;
  entry.job = "1732859104.123-cut";
  entry.verb = "cut";
  entry.positionals = {{"side", "src"}};
  entry.options = std::move(options);
  return entry;
}

TEST(JobEntry, IsCheckedByTheSchemaAndBecomesACommandLine) {
  const auto good = job({{"size", 8}, {"loud", false}, {"to", "it's"}});
  ASSERT_TRUE(check_request(verb(), good));
  EXPECT_THAT(arguments_of(verb(), good), ElementsAre("cut", "--no-loud", "--size=8", "--to=it's", "src"));
  EXPECT_EQ(pasteable({"a b", "it's", "plain-1", ""}), "'a b' 'it'\\''s' plain-1 ''");
  for (const auto& [options, word] :
       std::vector<std::pair<json, const char*>>{{{{"size", 65}}, "at most"},
                                                 {{{"size", 0}}, "at least"},
                                                 {{{"size", 1.5}}, "whole number"},
                                                 {{{"loud", 1}}, "true or false"},
                                                 {{{"to", json::array()}}, "single value"},
                                                 {{{"sise", 1}}, "sise"}}) {
    const auto checked = check_request(verb(), job(options));
    ASSERT_FALSE(checked) << options;
    EXPECT_THAT(checked.error().message, HasSubstr(word));
  }
}

TEST(JobEntry, NamesFilesByTheirBytes) {
  const auto named = job({{"input", R"(/caf\xe9 it's \x5cx41)"}, {"to", R"(\x41)"}});
  ASSERT_TRUE(check_request(verb(), named));
  const auto words = arguments_of(verb(), named);
  EXPECT_THAT(words, ElementsAre("cut", "--input=/caf\xe9 it's \\x41", R"(--to=\x41)", "src"));
  EXPECT_EQ(pasteable({words[1]}), R"($'--input=/caf\xe9 it\x27s \x5cx41')");
  EXPECT_FALSE(check_request(verb(), job({{"input", R"(a\x00b)"}})));
}

TEST(JobEntry, ADashAnywhereIsNoOption) {
  auto two = verb();
  two["positionals"].push_back({{"name", "expression"}, {"help", "Which"}, {"required", true}});
  auto entry = job({{"size", 8}});
  entry.positionals["expression"] = "-turn > 0.3";
  ASSERT_TRUE(check_request(two, entry));
  EXPECT_THAT(arguments_of(two, entry), ElementsAre("cut", "--size=8", "--", "src", "-turn > 0.3"));
}

TEST(JobEntry, APathIsWholeOrBeginsInAFolderThatIsKnown) {
  EXPECT_THAT(check_request(verb(), job({{"input", "clip.mp4"}})).error().message, HasSubstr("a whole path"));
  EXPECT_TRUE(check_request(verb(), job({{"input", ""}})));
  // The system knows whether x leads elsewhere, and what lies above it then.
  const json typed{{"input", R"(x/../caf\xe9.mp4)"}, {"to", "clip.mp4"}, {"size", 8}, {"gone", "a"}};
  EXPECT_EQ(whole_paths(verb(), typed, "/film"),
            json({{"input", R"(/film/x/../caf\xe9.mp4)"}, {"to", "clip.mp4"}, {"size", 8}, {"gone", "a"}}));
  for (const json& stays : {json{{"input", "/a/b"}}, json{{"input", ""}}, json{{"input", 7}}})
    EXPECT_EQ(whole_paths(verb(), stays, "/film"), stays);
}

TEST(JobEntry, ComesBackFromItsFileAndOtherFilesAreRefused) {
  auto entry = job({{"size", 8}});
  entry.standing = Standing::begun;
  entry.process = {4711, 99};
  entry.problem = "no";
  entry.origin = {"1", "2", "3"};
  const auto again = job_entry_of(to_json(entry));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(entry));
  auto other = to_json(entry);
  other["version"] = 99;
  EXPECT_EQ(job_entry_of(other).error().code, Code::newer_version);
  other = to_json(entry);
  other["job"] = "../1732859104.123-cut";
  EXPECT_FALSE(job_entry_of(other));
  const json whole = to_json(entry);
  for (const auto& [key, value] : whole.items()) {
    auto broken = whole;
    broken[key] = json::array({1});
    static_cast<void>(job_entry_of(broken));  // refused or not, nothing is thrown
    broken.erase(key);
    EXPECT_TRUE(key == "version" || !job_entry_of(broken)) << key;  // the first version may be left out
  }
  auto first = whole;
  first.update({{"version", 1}, {"pipe", "/tmp/p"}, {"errors", "/home/u/thesis"}, {"paused", false}});
  const auto old = job_entry_of(first);
  ASSERT_TRUE(old);
  EXPECT_EQ(old->origin, Origin());  // it did not say, whatever else stands there
  EXPECT_EQ(old->process, entry.process);
}

TEST(JobReader, FollowsALogAndPassesOverWhatIsDamaged) {
  const ScratchFolder scratch;
  const auto log = scratch.path / "events.jsonl";
  JobReader reader(scratch.path);
  reader.update();
  EXPECT_FALSE(reader.facts().begun);
  std::string text = R"({"event":"started","id":0,"time":1,"verb":"sort","options":[1],"positionals":{"side":"src"}})";
  text += "\nno json\n{\"event\":7,\"id\":1,\"time\":2}\n{\"event\":\"progress\",\"id\":\"x\",\"time\":3}\n";
  text += "{\"event\":\"preview\",\"id\":2,\"path\":\"p\",\"slot\":\"s\",\"time\":3,\"version\":4}\n{\"event\":\"war";
  ASSERT_TRUE(write_text(log, text));
  reader.update();
  EXPECT_TRUE(reader.facts().begun);
  EXPECT_EQ(reader.facts().positionals, json({{"side", "src"}}));
  EXPECT_EQ(reader.facts().options, json::object());
  EXPECT_EQ(reader.facts().previews.at("s").at("version"), 4);
  EXPECT_EQ(reader.facts().warnings, 0u);
  ASSERT_TRUE(write_text(
      log, text + "ning\",\"id\":3,\"text\":\"w\",\"time\":4}\n{\"event\":\"done\",\"id\":4,\"report\":{\"a\":1},"
                  "\"time\":5}\n"));
  reader.update();
  EXPECT_EQ(reader.facts().last_warning, "w");
  EXPECT_EQ(reader.facts().report, json({{"a", 1}}));
  EXPECT_TRUE(reader.facts().ended());
  const auto part = read_log(scratch.path, 0, 2, 1 << 20);
  EXPECT_EQ(std::ranges::count(part.lines, '\n'), 2);
  EXPECT_EQ(line_id(part.lines), 3);
}

std::string long_report(std::size_t names) {
  json report{{"kept", names}, {"names", json::array()}};
  for (std::size_t i = 0; i < names; ++i) report["names"].push_back(fmt::format("{:05}_0.jpg", i));
  return json{{"event", "done"}, {"id", 9}, {"report", std::move(report)}, {"time", 5}}.dump() + "\n";
}

TEST(JobReader, TakesTheEndOfAJobHoweverLongItsReportIs) {
  const std::string begin = R"({"event":"started","id":0,"time":1,"verb":"faceset filter"})"
                            "\n";
  const std::string note = R"({"event":"note","id":1,"text":")" + std::string(1000, 'n') + "\",\"time\":2}\n";
  std::string many;
  for (int i = 0; i < 5000; ++i) many += note;
  // As it is followed from the beginning, and a log of megabytes of which the end alone is read.
  for (const auto& before : {begin, begin + many}) {
    const ScratchFolder scratch;
    ASSERT_TRUE(write_text(scratch.path / "events.jsonl", before + long_report(200000)));
    JobReader reader(scratch.path);
    reader.update();
    EXPECT_EQ(reader.facts().verb, "faceset filter");
    ASSERT_TRUE(reader.facts().ended());
    EXPECT_EQ(reader.facts().report["kept"], 200000);
    EXPECT_EQ(reader.facts().report["names"].size(), 1000u);  // what is shown; the log has them all
    EXPECT_EQ(reader.facts().report["cut_short"], true);
    LogPart part;
    for (std::string last; part.position < fs::file_size(scratch.path / "events.jsonl"); last = part.lines) {
      part = read_log(scratch.path, part.position, -1, 1 << 18);
      ASSERT_FALSE(part.lines.empty());
    }
    EXPECT_TRUE(part.lines.ends_with(long_report(200000)));
  }
}

TEST(JobReader, OfALineThatIsTooLongItTakesTheBeginning) {
  const ScratchFolder scratch;
  auto text =
      std::string(R"({"event":"done","id":9,"report":{"names":")") + std::string(65 << 20, 'x') + "\"},\"time\":5}\n";
  ASSERT_TRUE(write_text(scratch.path / "events.jsonl", R"({"event":"started","id":0,"time":1})"
                                                        "\n" +
                                                            text));
  JobReader reader(scratch.path);
  reader.update();
  EXPECT_TRUE(reader.facts().ended());
  EXPECT_EQ(read_log(scratch.path, 0, -1, 1 << 20).position, fs::file_size(scratch.path / "events.jsonl"));
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(JobEntry, ThatIsNestedDeeplyIsNone) {
  const auto text = R"({"format":"understudy.studio-job","version":2,"options":)" + nested(1'000'000) + "}";
  EXPECT_FALSE(job_entry_of(parse_json(text)));
}

TEST(JobReader, PassesOverWhatIsNestedDeeply) {
  const ScratchFolder scratch;
  const auto line = [](const char* begin) { return begin + nested(400'000) + "},\"time\":2}\n"; };
  const auto log = line(R"({"event":"done","id":1,"report":{"a":)") +
                   R"({"event":"progress","id":2,"done":1,"total":9,"time":2,"x":)" + nested(30'000) + "}\n";
  ASSERT_TRUE(write_text(scratch.path / job_events_file, log));
  ASSERT_TRUE(
      write_text(scratch.path / job_progress_file, R"({"id":9,"done":1,"total":2,"x":)" + nested(30'000) + "}"));
  JobReader reader(scratch.path);
  reader.update();
  EXPECT_TRUE(reader.facts().report.is_null());
  EXPECT_TRUE(reader.facts().progress.is_null());
}

JobFacts facts_of(const std::string& log) {
  const ScratchFolder scratch;
  EXPECT_TRUE(write_text(scratch.path / "events.jsonl", log));
  JobReader reader(scratch.path);
  reader.update();
  return reader.facts();
}

TEST(JobReader, KeepsLittleOfLongLines) {
  const std::string shown(100'000, 'x'), long_text(2 << 20, 'x');
  const auto line = [&](json event) {
    event.update({{"id", 7}, {"time", 3}});
    return event.dump() + "\n";
  };
  auto facts = facts_of(line({{"event", "progress"}, {"done", 1}, {"total", 2}, {"what", "faces"}}) +
                        line({{"event", "progress"}, {"done", 2}, {"total", 2}, {"what", shown}}) +
                        line({{"event", "stage"}, {"name", shown}}) + line({{"event", "warning"}, {"text", "a"}}) +
                        line({{"event", "warning"}, {"text", shown}}) +
                        line({{"event", "metric"}, {"at", 4}, {"values", {{shown, 1}}}}));
  EXPECT_EQ(facts.warnings, 2u) << "it is counted";
  EXPECT_EQ(facts.last_id, 7);
  EXPECT_FALSE(facts.ended());
  EXPECT_LT(json({facts.progress, facts.metric, facts.stage, facts.last_warning}).dump().size(), 1000u);
  // The hint stands before the id in a line.
  std::string umlauts = "x";
  for (int i = 0; i < 100'000; ++i) umlauts += "ü";
  facts = facts_of(line({{"event", "error"}, {"code", "io"}, {"hint", long_text}, {"message", umlauts}}));
  EXPECT_EQ(facts.error["code"], "io");
  EXPECT_EQ(facts.error["hint"].get<std::string>().size(), 4096u);
  EXPECT_EQ(facts.error["message"].get<std::string>().size(), 4095u) << "cut between two letters";
  json report{{"kept", 5}, {"text", long_text}, {long_text, 1}}, many = json::object();
  for (int i = 0; i < 100'000; ++i) many[fmt::format("{:06}.jpg", i)] = i;
  report["by_name"] = many;
  report["lists"] = json::array();
  for (int i = 0; i < 900; ++i) report["lists"].push_back(std::vector<int>(900, i));
  facts = facts_of(line({{"event", "done"}, {"report", report}}));
  EXPECT_EQ(facts.report["cut_short"], true);
  EXPECT_EQ(facts.report["by_name"].size(), 1000u);
  EXPECT_EQ(facts.report["kept"], 5);
  EXPECT_LT(facts.report.dump().size(), 1u << 20);
}

TEST(JobReader, TheRestOfALineThatIsTooLongIsNoLine) {
  const ScratchFolder scratch;
  const std::string begin = R"({"event":"note","id":5,"text":")";
  const std::string looks = R"({"event":"error","id":99,"message":"m","time":9})"
                            "\n";
  const std::string last = R"({"event":"stage","id":100,"name":"n","time":10})"
                           "\n";
  ASSERT_TRUE(
      write_text(scratch.path / "events.jsonl", begin + std::string((64 << 20) - begin.size(), 'x') + looks + last));
  std::string told;
  for (LogPart part; part.position < fs::file_size(scratch.path / "events.jsonl");) {
    part = read_log(scratch.path, part.position, -1, 1 << 20);
    told += part.lines;
  }
  EXPECT_EQ(told, last);
  JobReader reader(scratch.path);
  reader.update();
  EXPECT_FALSE(reader.facts().ended());
  EXPECT_EQ(reader.facts().stage, "n");
}

TEST(JobReader, AnIdIsThatOfTheLineItself) {
  EXPECT_EQ(line_id(R"({"command":"understudy \"id\":4","event":"started","id":0,"job":"j"})"), 0);
  EXPECT_EQ(line_id(R"({"at":3,"event":"metric","id":12})"
                    "\n"),
            12);
  EXPECT_EQ(line_id(R"({"code":"io","event":"error","hint":")" + std::string(5000, 'h') + R"(","id":7})"), 7);
  for (const char* none : {"", "{", "{}", "[1]", R"(x "id":3)", R"({"a":{"id":3}})", R"({"id":"3"})", R"({"id":3.5})",
                           R"({"id":99999999999999999999})", R"({"text":"\"id\":3"})", R"({"te)", R"({"text")"})
    EXPECT_EQ(line_id(none), -1) << none;
}

TEST(JobReader, CountsHowOftenATrainingWentBack) {
  const ScratchFolder scratch;
  std::string text;
  for (const char* warning :
       {"a face is gone", "The loss of iteration 9 is nan: back to iteration 5, going on with 0.5"})
    text += json{{"event", "warning"}, {"id", 1}, {"time", 2}, {"text", warning}}.dump() + "\n";
  ASSERT_TRUE(write_text(scratch.path / "events.jsonl", text));
  JobReader reader(scratch.path);
  reader.update();
  EXPECT_EQ(reader.facts().warnings, 2u);
  EXPECT_EQ(reader.facts().rollbacks, 1u);
}

TEST(Pictures, SmallCopiesThatNobodyLooksAtGoFirst) {
  const ScratchFolder scratch;
  const Workspace workspace{scratch.path / "film"};
  const auto kept = workspace.state() / "studio/thumbnails";
  const auto name = [](int i) { return fmt::format("{0:02x}/{0:02x}00000000000000-256.jpg", i); };
  const auto now = fs::file_time_type::clock::now();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(write_text(kept / name(i), std::string(1000, 'x')));
    fs::last_write_time(kept / name(i), now - std::chrono::hours(i == 3 ? 1 : 100 - i));
  }
  ASSERT_TRUE(write_text(scratch.path / "elsewhere/a.jpg", "a"));
  fs::create_directory_symlink(scratch.path / "elsewhere", kept / "0a");
  fs::create_symlink(scratch.path / "elsewhere/a.jpg", kept / "00/0000000000000001-256.jpg");
  for (const char* mine : {"00/mine.jpg", "00/0000000000000000-256.png", "mine.jpg", "01/0000000000000000-256.jpg"}) {
    ASSERT_TRUE(write_text(kept / mine, std::string(5000, 'm')));
    fs::last_write_time(kept / mine, now - std::chrono::hours(1000));
  }
  Pictures(workspace).forget_old(3000);
  std::set<int> left;
  for (int i = 0; i < 10; ++i)
    if (fs::exists(kept / name(i))) left.insert(i);
  EXPECT_THAT(left, ElementsAre(3, 8, 9));
  for (const char* mine : {"00/mine.jpg", "00/0000000000000000-256.png", "mine.jpg", "01/0000000000000000-256.jpg"})
    EXPECT_TRUE(fs::exists(kept / mine)) << mine;
  EXPECT_TRUE(fs::exists(scratch.path / "elsewhere/a.jpg"));
}

TEST(Pictures, ASmallCopyIsYoungWhenItIsLookedAt) {
  const ScratchFolder scratch;
  const Workspace workspace{scratch.path / "film"};
  ASSERT_TRUE(write_image(workspace.merged() / "1.png", ImageU8(64, 32, 3, 200)));
  Pictures pictures(workspace);
  Request request;
  request.query = {{"path", "data_dst/merged/1.png"}, {"size", "16"}};
  ASSERT_TRUE(pictures.give(request));
  fs::path copy;
  for (const auto& one : fs::recursive_directory_iterator(workspace.state() / "studio/thumbnails"))
    if (one.is_regular_file()) copy = one.path();
  fs::last_write_time(copy, fs::file_time_type::clock::now() - std::chrono::hours(1000));
  ASSERT_TRUE(pictures.give(request));
  pictures.forget_old(1);
  EXPECT_FALSE(fs::exists(copy));  // it counts, as what this program made
  ASSERT_TRUE(pictures.give(request));
  fs::last_write_time(copy, fs::file_time_type::clock::now() - std::chrono::hours(1000));
  ASSERT_TRUE(pictures.give(request));
  EXPECT_GT(fs::last_write_time(copy), fs::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST(Pictures, OnlyFilesOfTheWorkspaceAreNamed) {
  const ScratchFolder scratch;
  const Workspace workspace{scratch.path / "film"};
  ASSERT_TRUE(write_text(workspace.root / "data_src/a.png", "a"));
  ASSERT_TRUE(write_text(scratch.path / "secret.png", "s"));
  ASSERT_TRUE(write_text(scratch.path / "elsewhere/b.jpg", "b"));
  fs::create_symlink(scratch.path / "secret.png", workspace.root / "data_src/link.png");
  fs::create_directory_symlink(scratch.path / "elsewhere", workspace.aligned(Side::src));
  EXPECT_TRUE(file_of(workspace, "data_src/a.png"));
  EXPECT_TRUE(file_of(workspace, "data_src/aligned/b.jpg"));
  const std::string absolute = (workspace.root / "data_src/a.png").string();
  for (const std::string& name : {std::string("../secret.png"), std::string("data_src/link.png"), std::string(),
                                  std::string("data_src"), absolute, std::string("data_src/a.png\0", 15)})
    EXPECT_FALSE(file_of(workspace, name)) << name;
}

}  // namespace
}  // namespace understudy::studio
