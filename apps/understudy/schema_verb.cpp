// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/schema_verb.hpp"

#include <nlohmann/json.hpp>

#include "apps/understudy/verbs.hpp"
#include "lib/jobs/schema.hpp"
#include "server/studio.hpp"

namespace understudy {

struct SchemaOptions {
  bool typescript = false;
  bool routes = false;
};
template <>
constexpr auto describe<SchemaOptions>() {
  return std::tuple{field("typescript", &SchemaOptions::typescript).says("TypeScript", "As TypeScript types."),
                    field("routes", &SchemaOptions::routes)
                        .says("Routes", "What can be asked of the studio over HTTP, as Markdown.")};
}
static_assert(all_described<SchemaOptions>);

Verb schema_verb() {
  using nlohmann::json;
  auto work = [](const SchemaOptions& options, const std::vector<Row>&, const Call&, Run&) -> Result<std::string> {
    const json schema = schema_of(all_verbs());
    if (options.routes) return json{{"markdown", studio::routes_markdown(studio::Studio({}, schema).routes())}}.dump();
    return options.typescript ? json{{"typescript", typescript_of(schema)}}.dump() : schema.dump();
  };
  auto verb = make_verb<SchemaOptions>(
      "schema", "Print verbs, options, events, commands and error codes as JSON, or as TypeScript types",
      "  understudy schema\n  understudy schema --typescript > understudy.ts", {}, work);
  verb.keeps_log = false;
  verb.show = [](const std::string& report) {
    const json schema = json::parse(report);
    if (schema.contains("markdown")) return schema["markdown"].get<std::string>();
    return schema.contains("typescript") ? schema["typescript"].get<std::string>() : schema_text(schema);
  };
  return verb;
}

}  // namespace understudy
