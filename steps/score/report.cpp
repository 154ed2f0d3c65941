// SPDX-License-Identifier: Apache-2.0
#include "steps/score/report.hpp"

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "lib/base/csv.hpp"
#include "lib/base/formats.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

using nlohmann::json;
using score::FrameMeasures, score::Nearness, score::TruthMeasures;

json number(double v) { return std::isfinite(v) ? json(v) : json(); }

json to_json(const Nearness& n) {
  return {{"psnr", number(n.psnr)}, {"ssim", number(n.ssim)}, {"flip", number(n.perceptual)}};
}
json to_json(const TruthMeasures& t) { return {{"plain", to_json(t.plain)}, {"colour_fitted", to_json(t.fitted)}}; }

json summary(const ScoreReport& report) {
  const auto& v = report.verdict;
  json j{{"total", number(v.total)},
         {"eyes", number(v.eyes)},
         {"jaw", number(v.jaw)},
         {"gaze", number(v.gaze)},
         {"identity", number(v.identity)},
         {"sharpness", number(v.sharpness)},
         {"seam", number(v.seam)},
         {"flicker", number(v.flicker)},
         {"mouth", number(v.mouth)},
         {"brows", number(v.brows)},
         {"turn", number(v.turn)},
         {"place", number(v.place)},
         {"skin", number(v.skin)},
         {"src_distance", number(v.src_distance)},
         {"plate_sharpness", number(v.plate_sharpness)},
         {"eyes_kept", number(v.eyes_kept)},
         {"eyes_shut_frames", v.shut_frames},
         {"mouth_kept", number(v.mouth_kept)},
         {"mouth_open_frames", v.open_frames},
         {"seen", number(v.seen)},
         {"frames", report.frames},
         {"scored", v.frames},
         {"every", report.every},
         {"without_face", report.without_face},
         {"without_result", report.without_result},
         {"seconds", number(report.seconds)}};
  if (v.truth) {
    j["truth"] = {
        {"frames", v.truth->frames}, {"result", to_json(v.truth->result)}, {"untouched", to_json(v.truth->untouched)}};
    if (v.truth->ceiling) j["truth"]["ceiling"] = to_json(*v.truth->ceiling);
  }
  return j;
}

struct Column {
  const char* name;
  std::function<double(const FrameMeasures&)> value;
};

double seen(const FrameMeasures& f, double v) { return f.seen ? v : score::unknown; }

double near(const std::optional<TruthMeasures>& t, Nearness TruthMeasures::*kind, double Nearness::*value) {
  return t ? (*t).*kind.*value : score::unknown;
}

std::vector<Column> columns() {
  using F = const FrameMeasures&;
  std::vector<Column> all{
      {"seen", [](F f) { return f.seen ? 1.0 : 0.0; }},
      {"identity", [](F f) { return f.identity; }},
      {"src_distance", [](F f) { return f.src_distance; }},
      {"dst_eyes", [](F f) { return seen(f, f.dst.eyes_open); }},
      {"result_eyes", [](F f) { return seen(f, f.result.eyes_open); }},
      {"dst_jaw", [](F f) { return seen(f, f.dst.jaw_open); }},
      {"result_jaw", [](F f) { return seen(f, f.result.jaw_open); }},
      {"dst_gaze_x", [](F f) { return seen(f, f.dst.gaze_x); }},
      {"result_gaze_x", [](F f) { return seen(f, f.result.gaze_x); }},
      {"dst_gaze_y", [](F f) { return seen(f, f.dst.gaze_y); }},
      {"result_gaze_y", [](F f) { return seen(f, f.result.gaze_y); }},
      {"dst_mouth_wide", [](F f) { return seen(f, f.dst.mouth_wide); }},
      {"result_mouth_wide", [](F f) { return seen(f, f.result.mouth_wide); }},
      {"dst_brows", [](F f) { return seen(f, f.dst.brows); }},
      {"result_brows", [](F f) { return seen(f, f.result.brows); }},
      {"nod", [](F f) { return seen(f, f.pose.turn[0]); }},
      {"shake", [](F f) { return seen(f, f.pose.turn[1]); }},
      {"tilt", [](F f) { return seen(f, f.pose.turn[2]); }},
      {"shift_x", [](F f) { return seen(f, f.pose.shift.x); }},
      {"shift_y", [](F f) { return seen(f, f.pose.shift.y); }},
      {"sharpness", [](F f) { return f.sharpness; }},
      {"plate_sharpness", [](F f) { return f.plate_sharpness; }},
      {"seam", [](F f) { return f.seam; }},
      {"change", [](F f) { return f.change; }},
      {"plate_change", [](F f) { return f.plate_change; }},
      {"skin", [](F f) { return f.skin; }},
  };
  all.push_back({"psnr", [](F f) { return near(f.truth, &TruthMeasures::plain, &Nearness::psnr); }});
  all.push_back({"ssim", [](F f) { return near(f.truth, &TruthMeasures::plain, &Nearness::ssim); }});
  all.push_back({"flip", [](F f) { return near(f.truth, &TruthMeasures::plain, &Nearness::perceptual); }});
  all.push_back({"psnr_fitted", [](F f) { return near(f.truth, &TruthMeasures::fitted, &Nearness::psnr); }});
  all.push_back({"ssim_fitted", [](F f) { return near(f.truth, &TruthMeasures::fitted, &Nearness::ssim); }});
  all.push_back({"flip_fitted", [](F f) { return near(f.truth, &TruthMeasures::fitted, &Nearness::perceptual); }});
  return all;
}

// What cannot be told is an empty field.
std::string table(std::span<const MeasuredFrame> frames) {
  const auto all = columns();
  std::string text = "frame,name";
  for (const auto& c : all) text += fmt::format(",{}", c.name);
  text += '\n';
  for (const auto& f : frames) {
    text += fmt::format("{},{}", f.measures.frame, csv_field(path_text(f.measures.name)));
    for (const auto& c : all) {
      const double v = c.value(f.measures);
      text += std::isfinite(v) ? fmt::format(",{:.5g}", v) : ",";
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string to_json_text(const ScoreReport& report) {
  json j = summary(report);
  j["json"] = report.json.string();
  j["csv"] = report.csv.string();
  j["page"] = report.page.string();
  return json_text(j);
}

Result<> write_score(const ScoreReport& report, std::span<const MeasuredFrame> frames, Run& run) {
  json j = summary(report);
  j["format"] = formats::score.name;
  j["version"] = formats::score.version;
  for (const auto& p : report.verdict.parts)
    j["parts"].push_back({{"name", p.name}, {"weight", p.weight}, {"value", number(p.value)}, {"says", p.says}});
  const auto tell = [&run](std::string text) { run.note(std::move(text)); };
  TRY_VOID(make_folders(report.json.parent_path()));
  TRY(const auto lock, lock_file(report.json));
  TRY_VOID(write_over_ours(report.csv, table(frames), tell));
  // The page shows generated faces, so it says so as every merged picture does.
  TRY(const Bytes page, encode_png(draw_score(report, frames), {6, composite_marking_xmp}));
  TRY_VOID(write_over_ours(report.page, page, tell));
  TRY_VOID(write_over_ours(report.json, json_text(j, 1) + "\n", tell));
  run.saved(report.json.string(), "score");
  run.saved(report.page.string(), "page");
  return {};
}

}  // namespace understudy
