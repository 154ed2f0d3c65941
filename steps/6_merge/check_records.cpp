// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/check_records.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"
#include "steps/6_merge/recipe.hpp"

namespace understudy {
namespace {

using nlohmann::json;

struct NumberField {
  const char* name;
  double FrameFacts::*value;
};
constexpr std::array fields{
    NumberField{"left_out", &FrameFacts::left_out}, NumberField{"outside", &FrameFacts::outside},
    NumberField{"detail", &FrameFacts::detail},     NumberField{"plate_detail", &FrameFacts::plate_detail},
    NumberField{"change", &FrameFacts::change},     NumberField{"plate_change", &FrameFacts::plate_change},
    NumberField{"seam", &FrameFacts::seam},         NumberField{"src_distance", &FrameFacts::src_distance},
};

void put(const char* key, const std::array<double, 3>& colour, json& into) {
  if (std::isfinite(colour[0] + colour[1] + colour[2])) into[key] = colour;
}

void get(const json& from, const char* key, std::array<double, 3>& colour) {
  const auto found = from.find(key);
  if (found == from.end() || !found->is_array() || found->size() != 3) return;
  for (std::size_t c = 0; c < 3; ++c)
    if (!(*found)[c].is_number()) return;
  colour = found->get<std::array<double, 3>>();
}

std::string text_at(const json& from, const char* key) {
  const auto found = from.find(key);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json to_json(const std::string& frame, const MeasuredPicture& record) {
  json line{{"frame", path_text(frame)}, {"of", record.of}};
  if (!record.before.empty()) line["before"] = record.before;
  for (const auto& field : fields)
    if (const double value = record.facts.*field.value; std::isfinite(value)) line[field.name] = value;
  put("plate_colour", record.facts.plate_colour, line);
  put("offset", record.facts.offset, line);
  return line;
}

MeasuredPicture record_from(const json& line) {
  MeasuredPicture record{text_at(line, "of"), text_at(line, "before"), {}};
  record.facts.measured = true;
  for (const auto& field : fields) {
    const auto found = line.find(field.name);
    if (found != line.end() && found->is_number()) record.facts.*field.value = found->get<double>();
  }
  get(line, "plate_colour", record.facts.plate_colour);
  get(line, "offset", record.facts.offset);
  return record;
}

}  // namespace

CheckRecords read_records(const fs::path& file) {
  constexpr std::uint64_t most = std::uint64_t{1} << 30;
  CheckRecords records;
  const auto text = read_text(file, most);
  if (!text) return records;
  std::istringstream in(*text);
  std::string line;
  if (!std::getline(in, line)) return records;
  const json head = parse_json(line);
  if (version_in(head, formats::merge_measures) != formats::merge_measures.version) return records;
  if (const auto src = head.find("src"); src != head.end() && src->is_number_unsigned())
    records.src = src->get<std::uint64_t>();
  records.in_sdr = head.contains("sdr");
  while (std::getline(in, line)) {
    const json one = parse_json(line);
    if (!one.is_object()) continue;
    const auto name = text_at(one, "frame");
    if (!name.empty()) records.frames[path_of_text(name).string()] = record_from(one);
  }
  return records;
}

Result<> write_records(const fs::path& file, const CheckRecords& records) {
  std::string text = json_text(json{{"format", formats::merge_measures.name},
                                    {"version", formats::merge_measures.version},
                                    {"src", records.src},
                                    {"sdr", true}}) +
                     "\n";
  for (const auto& [frame, record] : records.frames) text += json_text(to_json(frame, record)) + "\n";
  TRY_VOID(make_folders(file.parent_path()));
  return write_text(file, text);
}

bool take_over(const MeasuredPicture& record, const std::string& recipe, const std::string& recipe_before,
               FrameFacts& into) {
  if (record.of.empty() || !same_recipe(record.of, recipe)) return false;
  into.measured = true;
  for (const auto& field : fields) into.*field.value = record.facts.*field.value;
  into.plate_colour = record.facts.plate_colour;
  into.offset = record.facts.offset;
  if (record.before.empty() || !same_recipe(record.before, recipe_before))
    into.change = into.plate_change = FrameFacts::unknown;
  return true;
}

}  // namespace understudy
