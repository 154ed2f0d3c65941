// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/check_masks.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/face/labels/label_book.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "steps/4_mask/face_source.hpp"
#include "steps/4_mask/sheet.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr int side = 64;
constexpr int frames_away = 2;  // so that a face whose only next one is wrong is not doubted for it

Result<MaskSketch> sketch_of(const FaceInfo& info, ImageSize size) {
  MaskSketch sketch;
  sketch.frame = info.source_filename;
  if (const auto track = extra_whole(info, "understudy_track")) sketch.track = *track;
  if (!info.xseg_mask) return sketch;
  TRY(const auto mask, stored_mask(info, side, side));
  Landmarks68 landmarks = info.landmarks;
  const double scale = static_cast<double>(side) / size.width;
  for (Point& p : landmarks) p = p * scale;
  const auto comparison = compare_with_hull(*mask, hull_mask(side, side, landmarks, info.eyebrows_expand_mod));
  sketch.left_out = comparison.left_out;
  sketch.beyond = comparison.beyond;
  for (const float v : mask->data) sketch.inside.push_back(v >= 0.5F);
  if (const auto labels = label_mask(info, size.width, size.height)) {
    TRY(const auto whole, stored_mask(info, size.width, size.height));
    sketch.labels = 1 - mask_iou(*labels, *whole);
  }
  return sketch;
}

// `journal` knows what the network that made the mask said of it.
Result<MaskSketch> sketch_of(const FaceSource& faces, std::size_t index, const Result<LabelJournal>& journal) {
  TRY(const FaceInfo info, faces.info(index));
  TRY(const Bytes jpeg, faces.jpeg(index));
  TRY(const ImageSize size, image_size(jpeg));
  TRY(MaskSketch sketch, sketch_of(info, size));
  if (!journal || !info.xseg_mask) return sketch;
  TRY(const auto identity, face_identity(jpeg, info));
  sketch.uncertainty = journal->uncertainty(identity, *info.xseg_mask);
  return sketch;
}

double iou_of(const std::vector<bool>& a, const std::vector<bool>& b) {
  std::size_t both = 0, either = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += a[i] && b[i];
    either += a[i] || b[i];
  }
  return either == 0 ? 1 : static_cast<double>(both) / static_cast<double>(either);
}

double median_of(const std::vector<MaskSketch>& all, double MaskSketch::*which) {
  std::vector<double> values;
  for (const auto& sketch : all)
    if (!sketch.inside.empty()) values.push_back(sketch.*which);
  if (values.empty()) return 0;
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

// The best agreement with a face of the two frames before or after.
void compare_with_neighbours(const std::vector<MaskSketch>& all, std::vector<std::optional<MaskDoubt>>& doubts) {
  std::map<std::string, std::vector<std::size_t>> by_frame;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].inside.empty() && !all[i].frame.empty()) by_frame[all[i].frame].push_back(i);
  const auto compare = [&](std::size_t i, const std::vector<std::size_t>& others) {
    std::optional<double>& doubt = doubts[i]->neighbours;
    for (const auto other : others) {
      if (all[i].track && all[other].track && all[i].track != all[other].track) continue;
      const double apart = 1 - iou_of(all[i].inside, all[other].inside);
      doubt = doubt ? std::min(*doubt, apart) : apart;
    }
  };
  for (auto it = by_frame.begin(); it != by_frame.end(); ++it) {
    auto later = it;
    for (int step = 0; step < frames_away && ++later != by_frame.end(); ++step) {
      for (const auto i : it->second) compare(i, later->second);
      for (const auto i : later->second) compare(i, it->second);
    }
  }
}

json json_of(const std::string& name, const MaskDoubt& doubt) {
  json one{{"face", path_text(name)}, {"doubt", doubt.total()}, {"hull", doubt.hull}, {"beyond", doubt.beyond}};
  if (doubt.neighbours) one["neighbours"] = *doubt.neighbours;
  if (doubt.labels) one["labels"] = *doubt.labels;
  if (doubt.uncertainty) one["uncertainty"] = *doubt.uncertainty;
  return one;
}

std::string remark_of(const MaskDoubt& doubt) {
  std::string text = fmt::format("hull {:.2f} beyond {:.2f}", doubt.hull, doubt.beyond);
  if (doubt.neighbours) text += fmt::format("\nneighbours {:.2f}", *doubt.neighbours);
  if (doubt.labels) text += fmt::format("\nlabels {:.2f}", *doubt.labels);
  if (doubt.uncertainty) text += fmt::format("\nuncertainty {:.2f}", *doubt.uncertainty);
  return text;
}

Result<std::vector<MaskSketch>> read_sketches(const fs::path& folder, const FaceSource& faces,
                                              const MaskCheckOptions& options, Tally& tally, Run& run) {
  const auto journal = LabelJournal::open(folder);
  if (!journal) run.warn(to_sentence(journal.error()));
  std::vector<MaskSketch> sketches(faces.count());
  TRY_VOID(for_each_index(faces.count(), options.threads, run, "faces", [&](std::size_t i, unsigned) -> Result<> {
    auto sketch = sketch_of(faces, i, journal);
    if (sketch)
      sketches[i] = *std::move(sketch);
    else
      tally.skip(faces.name(i), sketch.error());
    return {};
  }));
  return sketches;
}

}  // namespace

double MaskDoubt::total() const {
  return std::max({hull, beyond, neighbours.value_or(0), labels.value_or(0), uncertainty.value_or(0)});
}

std::vector<std::optional<MaskDoubt>> doubts_of(const std::vector<MaskSketch>& all) {
  // Masks that reach over the forehead do so on every face: what counts is how far one departs from the others.
  const double usual_left_out = median_of(all, &MaskSketch::left_out),
               usual_beyond = median_of(all, &MaskSketch::beyond);
  const auto above = [](double value, double usual) { return std::max(value - usual, 0.0); };
  std::vector<std::optional<MaskDoubt>> doubts(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].inside.empty()) continue;
    doubts[i] = MaskDoubt{above(all[i].left_out, usual_left_out),
                          above(all[i].beyond, usual_beyond),
                          {},
                          all[i].labels,
                          all[i].uncertainty};
  }
  compare_with_neighbours(all, doubts);
  return doubts;
}

Result<std::string> check_masks(const std::filesystem::path& folder, const std::filesystem::path& target,
                                const MaskCheckOptions& options, Run& run) {
  TRY_VOID(check_output(target, {folder}));
  TRY_VOID(look_at_faceset(folder));
  TRY(const auto faces, FaceSource::open(folder));
  run.stage("check");
  Tally tally(run);
  TRY(const auto sketches, read_sketches(folder, faces, options, tally, run));
  const auto doubts = doubts_of(sketches);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < doubts.size(); ++i)
    if (doubts[i]) order.push_back(i);
  tally.count("masked", static_cast<std::int64_t>(order.size()));
  tally.count("without_mask",
              static_cast<std::int64_t>(faces.count() - order.size()) - static_cast<std::int64_t>(tally.skipped()));
  std::ranges::stable_sort(order, std::greater<>(), [&doubts](std::size_t i) { return doubts[i]->total(); });
  if (order.empty()) return tally.report();
  json list = json::array();
  for (const auto i : order) list.push_back(json_of(faces.name(i), *doubts[i]));
  json worst = json::array();
  for (std::size_t k = 0; k < std::min<std::size_t>(order.size(), 10); ++k) worst.push_back(list[k]);
  const json file{{"format", "understudy.mask-check"}, {"version", 1}, {"faces", std::move(list)}};
  const auto tell = [&run](std::string text) { run.note(std::move(text)); };
  TRY_VOID(make_folders(target));
  TRY_VOID(write_over_ours(target / "check.json", json_text(file, 1) + "\n", tell));
  run.saved((target / "check.json").string(), "check");
  order.resize(std::min(order.size(), static_cast<std::size_t>(options.worst)));
  run.stage("draw");
  const SheetPages pages{target, fmt::format("Most doubtful masks of {}", folder.filename().string())};
  const auto remark = [&](std::size_t k) { return remark_of(*doubts[order[k]]); };
  TRY(const auto bad, write_pages(pages, faces, order, remark, options.threads, run));
  for (const auto& face : bad) tally.skip(face, "it cannot be drawn");
  tally.set("worst", std::move(worst));
  tally.set("folder", path_text(target));
  return tally.report();
}

}  // namespace understudy
