// SPDX-License-Identifier: Apache-2.0
#include "lib/media/sequence.hpp"

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"

namespace understudy::media {

nlohmann::json video_identity(const VideoInfo& info) {
  std::error_code ignored;
  return {{"name", path_text(info.path.filename())},
          {"bytes", fs::file_size(info.path, ignored)},
          {"frames", info.count()}};
}

Result<Sequence> read_sequence(const fs::path& path) {
  TRY(const std::string text, read_text(path));
  const auto json = parse_json(text);
  try {
    const auto version = version_in(json, formats::frames);
    if (!version) return fail(Code::bad_file, "{} is no frame manifest", path.string());
    if (*version > formats::frames.version)
      return fail(Code::newer_version, "{} was written by a newer version", path.string());
    Sequence sequence;
    sequence.source = json.at("source");
    sequence.options = json.at("options");
    sequence.time_base = {json.at("time_base").at(0), json.at("time_base").at(1)};
    for (const auto& [stem, tick] : json.at("ticks").items())
      sequence.ticks[path_of_text(stem).native()] = tick.get<std::int64_t>();
    sequence.complete = json.at("complete");
    for (auto* said : {&sequence.source, &sequence.options}) {
      if (said->is_null()) *said = nlohmann::json::object();
      if (!said->is_object())
        return fail(Code::bad_file, "{} is damaged: its source or its options are none", path.string());
    }
    if (sequence.time_base.num <= 0 || sequence.time_base.den <= 0)
      return fail(Code::bad_file, "{} has no valid time base", path.string());
    return sequence;
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::bad_file, "{} is damaged: {}", path.string(), error.what());
  }
}

Result<> write_sequence(const fs::path& path, const Sequence& s) {
  auto ticks = nlohmann::json::object();
  for (const auto& [stem, tick] : s.ticks) ticks[path_text(stem)] = tick;
  const nlohmann::json json{{"format", formats::frames.name},
                            {"version", formats::frames.version},
                            {"source", s.source},
                            {"options", s.options},
                            {"ticks", std::move(ticks)},
                            {"time_base", {s.time_base.num, s.time_base.den}},
                            {"complete", s.complete}};
  return write_text(path, json_text(json) + "\n");
}

}  // namespace understudy::media
