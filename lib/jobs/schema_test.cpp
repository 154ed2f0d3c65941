// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/schema.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/formats.hpp"

namespace understudy {

enum class Bread { white, brown };
template <>
struct Names<Bread> {
  static constexpr std::array all{"white", "brown"};
};
struct ToastOptions {
  Bread bread = Bread::brown;
  int seconds = 90;
  bool butter = true;
  std::filesystem::path plate;
};
template <>
constexpr auto describe<ToastOptions>() {
  using O = ToastOptions;
  return std::tuple{
      field("bread", &O::bread).says("Bread", "Which one."),
      field("seconds", &O::seconds).says("Seconds", "How long */ it takes.").range(1, 300).may_change(When::live),
      field("butter", &O::butter).says("Butter", "With it."),
      field("plate", &O::plate).says("Plate", "Where to."),
  };
}
static_assert(all_described<ToastOptions>);

namespace {

using nlohmann::json;

Verb toast_verb() {
  auto verb = make_verb<ToastOptions>(
      "kitchen toast", "Toast bread", "  understudy kitchen toast north",
      {{"side", "Which.", {"north", "south"}, true}},
      [](const ToastOptions& options, const std::vector<Row>&, const Call&, Run&) -> Result<std::string> {
        return json{{"seconds", options.seconds}, {"butter", options.butter}}.dump();
      });
  verb.commands = {"set"};
  return verb;
}

TEST(Verb, EachCallHasOptionsOfItsOwn) {
  const Verb verb = toast_verb();
  Task one = verb.prepare(), two = verb.prepare();
  ASSERT_TRUE(one.rows[1].set("10"));
  ASSERT_TRUE(two.rows[2].set("no"));
  understudy::Run run;
  EXPECT_EQ(*one.perform({}, run), R"({"butter":true,"seconds":10})");
  EXPECT_EQ(*two.perform({}, run), R"({"butter":false,"seconds":90})");
  EXPECT_EQ(verb.prepare().rows[1].get(), "90");
}

TEST(Schema, HasWhatAFormNeeds) {
  const std::vector verbs{toast_verb()};
  const json schema = schema_of(verbs);
  const json& verb = schema["verbs"][0];
  EXPECT_EQ(verb["positionals"][0]["choices"], (json{"north", "south"}));
  EXPECT_EQ(verb["commands"], (json{"stop", "set"}));
  EXPECT_EQ(verb["options"][1]["when"], "live");
  EXPECT_EQ(verb["options"][1]["max"], 300);
  EXPECT_EQ(verb["examples"][0], "understudy kitchen toast north");
  EXPECT_EQ(schema["errors"][0],
            (json{{"code", "bad_option"}, {"exit_status", 2}, {"help", "It was called wrongly."}}));
  EXPECT_EQ(schema["errors"].back()["code"], "internal");
  EXPECT_EQ(schema["files"][0], (json{{"format", "understudy.model"}, {"version", formats::model.version}}));
  EXPECT_EQ(schema["files"].back()["format"], schema["format"]);
  EXPECT_EQ(json::parse(schema_text(schema)), schema);
}

TEST(Schema, AsTypeScript) {
  const std::vector verbs{toast_verb()};
  const auto text = typescript_of(schema_of(verbs));
  for (const char* piece :
       {"export interface KitchenToastOptions {", R"(  "bread"?: "white" | "brown";)", R"(  "seconds"?: number;)",
        "How long * / it takes. Range: 1 to 300. Default: 90. Changes at: live.",
        R"(    positionals: { "side": "north" | "south"; };)", R"(    commands: "stop" | "set";)",
        "export interface NextPreviewCommand {", R"(  event: "progress";)", "  seconds_left?: number;"})
    EXPECT_NE(text.find(piece), std::string::npos) << piece;
}

// The table of kinds says of every event just what its line has.
TEST(Events, HaveTheFieldsThatTheirKindNames) {
  const std::vector<Event> all{
      StartedEvent{"j", "v", "1", "w", "c", R"({"side":"src"})", R"({"n":3})"},
      StageEvent{"s"},
      ProgressEvent{"faces", 1, 2, 3, 4},
      MetricEvent{1, {{"loss", 0.5}}},
      PreviewEvent{"preview", 1, "p"},
      WarningEvent{"w"},
      NoteEvent{"n"},
      SavedEvent{"p", "w"},
      AcceptedEvent{"7"},
      RefusedEvent{"\"a\"", "r"},
      DoneEvent{"{}"},
      ErrorEvent{"io", "m", "h"},
  };
  ASSERT_EQ(all.size(), event_kinds().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i].index(), i);
    const json line = to_json(all[i], 5, 1.5);
    const auto& kind = event_kinds()[i];
    EXPECT_EQ(line["event"], kind.name);
    EXPECT_EQ(line.size(), 3 + kind.fields.size()) << line;
    for (const auto& field : kind.fields) {
      ASSERT_TRUE(line.contains(field.name)) << kind.name << " " << field.name;
      const auto& value = line[std::string(field.name)];
      EXPECT_TRUE(field.type != "string" || value.is_string()) << line;
      EXPECT_TRUE(field.type != "number" || value.is_number()) << line;
      EXPECT_TRUE(!field.type.starts_with("Record") || value.is_object()) << line;
    }
  }
  EXPECT_FALSE(to_json(ProgressEvent{"faces", 1, 2, 3, -1}, 1, 1).contains("seconds_left"));
}

}  // namespace
}  // namespace understudy
