// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/status.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/4_mask/face_source.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr std::size_t worst_named = 10;

struct Seen {
  bool is_face = false, labelled = false, masked = false, broken_mask = false, odd_labels = false;
  std::size_t includes = 0, excludes = 0, points = 0;
  std::string mask_size;
  std::optional<double> agreement;  // IoU of labels and mask
};

bool is_odd(const Polygon& polygon) {
  return polygon.points.size() < 3 ||
         std::ranges::any_of(polygon.points, [](Point p) { return !std::isfinite(p.x) || !std::isfinite(p.y); });
}

Seen look_at(const FaceInfo& info, const FaceSource& faces, std::size_t index) {
  Seen seen{.is_face = true, .labelled = !info.polygons.empty(), .masked = info.xseg_mask.has_value()};
  for (const auto& polygon : info.polygons) {
    (polygon.kind == Polygon::Kind::include ? seen.includes : seen.excludes) += 1;
    seen.points += polygon.points.size();
    seen.odd_labels = seen.odd_labels || is_odd(polygon);
  }
  seen.odd_labels = seen.odd_labels || (seen.labelled && seen.includes == 0);
  if (!seen.masked) return seen;
  const auto mask = decode_mask(*info.xseg_mask);
  seen.broken_mask = !mask;
  if (!mask) return seen;
  seen.mask_size = fmt::format("{}x{}", mask->width, mask->height);
  if (!seen.labelled) return seen;
  const auto size = faces.size(index);
  const auto labels = size ? label_mask(info, size->width, size->height) : std::nullopt;
  if (labels) seen.agreement = mask_iou(*labels, *mask);
  return seen;
}

json agreement_of(const FaceSource& faces, const std::vector<Seen>& all) {
  std::vector<std::pair<double, std::size_t>> values;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].agreement) values.emplace_back(*all[i].agreement, i);
  if (values.empty()) return nullptr;
  std::ranges::sort(values);
  double sum = 0;
  for (const auto& [iou, i] : values) sum += iou;
  json worst = json::array();
  for (std::size_t k = 0; k < std::min(values.size(), worst_named); ++k)
    worst.push_back({{"face", path_text(faces.name(values[k].second))}, {"iou", values[k].first}});
  return {{"faces", values.size()},
          {"mean", sum / static_cast<double>(values.size())},
          {"median", values[values.size() / 2].first},
          {"worst", std::move(worst)}};
}

json names_of(const FaceSource& faces, const std::vector<Seen>& all, bool Seen::*which) {
  json names = json::array();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].*which) names.push_back(path_text(faces.name(i)));
  return names;
}

}  // namespace

Result<std::string> mask_status(const std::filesystem::path& folder, const MaskStatusOptions& options, Run& run) {
  TRY_VOID(look_at_faceset(folder));
  TRY(const auto faces, FaceSource::open(folder));
  run.stage("read");
  Tally tally(run);
  std::vector<Seen> all(faces.count());
  TRY_VOID(for_each_index(faces.count(), options.threads, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
    const auto info = faces.info(i);
    if (info)
      all[i] = look_at(*info, faces, i);
    else
      tally.skip(faces.name(i), info.error());
    return {};
  }));
  std::map<std::string, std::size_t> sizes;
  for (const char* count : {"faces", "labelled", "masked", "both", "neither", "includes", "excludes", "points"})
    tally.count(count, 0);
  for (const auto& seen : all) {
    tally.count("faces", seen.is_face);
    tally.count("labelled", seen.labelled);
    tally.count("masked", seen.masked);
    tally.count("both", seen.labelled && seen.masked);
    tally.count("neither", seen.is_face && !seen.labelled && !seen.masked);
    tally.count("includes", static_cast<std::int64_t>(seen.includes));
    tally.count("excludes", static_cast<std::int64_t>(seen.excludes));
    tally.count("points", static_cast<std::int64_t>(seen.points));
    if (!seen.mask_size.empty()) ++sizes[seen.mask_size];
  }
  tally.set("mask_sizes", sizes);
  tally.set("labelled_faces", names_of(faces, all, &Seen::labelled));
  tally.set("odd_labels", names_of(faces, all, &Seen::odd_labels));
  tally.set("broken_masks", names_of(faces, all, &Seen::broken_mask));
  tally.set("agreement", agreement_of(faces, all));
  return tally.report();
}

}  // namespace understudy
