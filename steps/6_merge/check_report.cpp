// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lib/base/csv.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/contact_sheet.hpp"
#include "lib/image/convert.hpp"
#include "lib/media/picture.hpp"
#include "steps/6_merge/check.hpp"
#include "steps/6_merge/face_view.hpp"

namespace understudy {
namespace {

using nlohmann::json;

json number(double v) { return std::isfinite(v) ? json(v) : json(); }

json frame_json(const CheckedClip& clip, std::int64_t frame) {
  const auto i = static_cast<std::size_t>(frame);
  const JudgedFrame& judged = clip.judged[i];
  json one{{"frame", frame + 1},
           {"name", path_text(clip.source.name(frame))},
           {"severity", judged.severity()},
           {"fallback", clip.pictures[i].fallback},
           {"reasons", json::array()}};
  for (const auto& r : judged.found) {
    one["reasons"].push_back(
        {{"reason", name_of(r.reason)}, {"value", r.value}, {"limit", r.limit}, {"severity", r.severity}});
  }
  return one;
}

json shots_json(const CheckedClip& clip, std::size_t most) {
  json list = json::array();
  const auto shots = worst_by_shot(clip);
  for (std::size_t s = 0; s < shots.size(); ++s) {
    const auto& shot = clip.timeline.shots[s];
    const auto last = s + 1 < shots.size() ? clip.timeline.shots[s + 1].first : clip.source.count();
    json one{{"shot", s + 1},
             {"name", shot.name},
             {"first", shot.first + 1},
             {"last", last},
             {"with_reasons", shots[s].size()},
             {"worst", json::array()}};
    for (std::size_t k = 0; k < std::min(most, shots[s].size()); ++k)
      one["worst"].push_back(frame_json(clip, shots[s][k]));
    list.push_back(std::move(one));
  }
  return list;
}

json summary(const CheckReport& report, const CheckedClip& clip) {
  json reasons = json::object();
  for (const auto name : Names<Reason>::all) reasons[name] = 0;
  for (const auto& judged : clip.judged)
    for (const auto& r : judged.found)
      reasons[std::string(name_of(r.reason))] = reasons[std::string(name_of(r.reason))].get<int>() + 1;
  return {{"frames", report.frames},
          {"measured", report.measured},
          {"measured_now", report.measured_now},
          {"without_picture", report.without_picture},
          {"fallbacks", report.fallbacks},
          {"with_reasons", report.with_reasons},
          {"reasons", std::move(reasons)},
          {"seconds", report.seconds}};
}

// What cannot be told is an empty field.
std::string table(const CheckedClip& clip) {
  std::string text = "frame,name,shot,severity,fallback";
  for (const auto name : Names<Reason>::all) text += fmt::format(",{}", name);
  for (const auto name : Names<Reason>::all) text += fmt::format(",{}_severity", name);
  text += '\n';
  for (std::size_t i = 0; i < clip.judged.size(); ++i) {
    const JudgedFrame& judged = clip.judged[i];
    text +=
        fmt::format("{},{},{},{:.4g},{:d}", i + 1, csv_field(path_text(clip.source.name(static_cast<std::int64_t>(i)))),
                    clip.facts[i].shot + 1, judged.severity(), clip.pictures[i].fallback);
    for (const double value : judged.values) text += std::isfinite(value) ? fmt::format(",{:.5g}", value) : ",";
    for (std::size_t r = 0; r < reason_count; ++r) {
      const auto* found = judged.has(static_cast<Reason>(r));
      text += std::isfinite(judged.values[r]) ? fmt::format(",{:.4g}", found ? found->severity : 0) : ",";
    }
    text += '\n';
  }
  return text;
}

json document(const CheckReport& report, const CheckedClip& clip) {
  json j = summary(report, clip);
  j["format"] = "understudy.merge-check";
  j["version"] = 1;
  for (std::size_t r = 0; r < reason_count; ++r) {
    const auto reason = static_cast<Reason>(r);
    const auto& limit = limit_of(reason);
    j["limits"][std::string(name_of(reason))] = {{"limit", limit.limit}, {"worst", limit.worst}, {"says", limit.says}};
  }
  j["shots"] = shots_json(clip, clip.judged.size());
  for (std::size_t i = 0; i < clip.judged.size(); ++i) {
    json values = json::object();
    for (std::size_t r = 0; r < reason_count; ++r)
      values[std::string(name_of(static_cast<Reason>(r)))] = number(clip.judged[i].values[r]);
    j["values"].push_back(std::move(values));
  }
  return j;
}

std::vector<std::int64_t> worst_apart(const CheckedClip& clip, int count) {
  std::vector<std::int64_t> order, chosen;
  for (std::size_t i = 0; i < clip.judged.size(); ++i)
    if (!clip.judged[i].found.empty()) order.push_back(static_cast<std::int64_t>(i));
  const auto severity = [&](std::int64_t i) { return clip.judged[static_cast<std::size_t>(i)].severity(); };
  std::ranges::stable_sort(order, std::greater<>(), severity);
  const auto apart = std::max<std::int64_t>(1, clip.source.count() / 100);
  for (const auto frame : order) {
    if (std::ranges::any_of(chosen, [&](auto c) { return std::abs(c - frame) < apart; })) continue;
    chosen.push_back(frame);
    if (std::ssize(chosen) == count) break;
  }
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace

std::string report_text(const CheckReport& report, const CheckedClip& clip) {
  constexpr std::size_t most = 10;
  json j = summary(report, clip);
  j["shots"] = shots_json(clip, most);
  j["json"] = path_text(report.json);
  j["csv"] = path_text(report.csv);
  j["page"] = path_text(report.page);
  j["sheet"] = path_text(report.sheet);
  return json_text(j);
}

Result<> write_check(const CheckReport& report, const CheckedClip& clip, Run& run) {
  const auto tell = [&run](std::string text) { run.note(std::move(text)); };
  TRY_VOID(make_folders(report.json.parent_path()));
  TRY(const auto lock, lock_file(report.json));
  TRY_VOID(write_over_ours(report.csv, table(clip), tell));
  TRY(const Bytes page, encode_png(draw_check(report, clip), {}));
  TRY_VOID(write_over_ours(report.page, page, tell));
  TRY_VOID(write_over_ours(report.json, json_text(document(report, clip), 1) + "\n", tell));
  run.saved(report.json.string(), "check");
  run.saved(report.page.string(), "page");
  return {};
}

Result<> write_check_sheet(const fs::path& png, CheckedClip& clip, const CheckPaths& paths, int count, Run& run) {
  run.stage("draw");
  ContactSheet sheet;
  sheet.title = fmt::format("The worst of {} frames", clip.source.count());
  sheet.columns = {"dst", "merged", "mask", "frame"};
  for (const auto frame : worst_apart(clip, count)) {
    if (run.stopping()) return Run::cancelled();
    const auto plate = clip.source.at(frame);
    if (!plate) continue;  // told before
    const auto& name = clip.source.name(frame);
    SheetRow row{valid_text(name), "", {}};
    for (const auto& reason : clip.judged[static_cast<std::size_t>(frame)].found) {
      if (!row.remark.empty()) row.remark += '\n';
      row.remark += fmt::format("{} {:.3g}", name_of(reason.reason), reason.value);
    }
    std::vector<Landmarks68> faces;
    for (const auto& face : clip.plans[static_cast<std::size_t>(frame)].faces) faces.push_back(face.face.landmarks);
    const PixelBox box = box_around(faces, plate->bgr.width, plate->bgr.height);
    row.pictures.push_back(crop(plate->bgr, box.x0, box.y0, box.width(), box.height()));
    const fs::path file = fs::path(name).stem().string() + ".png";
    ImageU8 whole;
    for (const auto& folder : {paths.merged, paths.merged_mask}) {
      const auto picture = media::read_picture<std::uint8_t>(folder / file);  // in SDR, as the plate is
      row.pictures.emplace_back();
      if (!picture || picture->width != plate->bgr.width || picture->height != plate->bgr.height) continue;
      row.pictures.back() = crop(*picture, box.x0, box.y0, box.width(), box.height());
      if (whole.empty()) whole = *picture;
    }
    row.pictures.push_back(std::move(whole));
    sheet.rows.push_back(std::move(row));
  }
  TRY_VOID(make_folders(png.parent_path()));
  TRY(const auto lock, lock_file(png));
  TRY(const Bytes page, encode_png(draw(sheet), {.xmp = composite_marking_xmp}));
  TRY_VOID(write_over_ours(png, page, [&run](std::string text) { run.note(std::move(text)); }));
  run.saved(png.string(), "sheet");
  return {};
}

}  // namespace understudy
