// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/sheet.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"

namespace understudy {
namespace {

constexpr std::size_t rows_a_page = 8;
constexpr Bgr include_colour{80, 220, 90}, exclude_colour{70, 70, 240};

struct Shown {
  ImageF mask;
  const char* origin;
};
Shown mask_to_show(const Face& face) {
  const int width = face.image_bgr.width, height = face.image_bgr.height;
  auto stored = stored_mask(face.info, width, height);
  if (!stored) return {ImageF(width, height, 1), "its mask cannot be read"};
  if (*stored) return {**std::move(stored), "mask"};
  if (auto labels = label_mask(face.info, width, height)) return {*std::move(labels), "labels"};
  return {hull_mask(width, height, face.info.landmarks, face.info.eyebrows_expand_mod), "hull"};
}

ImageU8 overlay(const Face& face, const ImageF& mask) {
  ImageU8 picture = face.image_bgr;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const float light = 0.3F + 0.7F * mask.data[i];
    for (std::size_t c = 0; c < 3; ++c)
      picture.data[3 * i + c] = static_cast<std::uint8_t>(static_cast<float>(picture.data[3 * i + c]) * light);
  }
  const int thickness = std::max(1, picture.width / 200);
  for (const auto& polygon : face.info.polygons) {
    auto points = polygon.points;
    if (!points.empty()) points.push_back(points.front());
    draw_lines(picture, points, polygon.kind == Polygon::Kind::include ? include_colour : exclude_colour, thickness);
  }
  return picture;
}

bool is_wanted(const FaceInfo& info, SheetFaces which) {
  switch (which) {
    case SheetFaces::all:
      return true;
    case SheetFaces::labelled:
      return !info.polygons.empty();
    case SheetFaces::masked:
      return info.xseg_mask.has_value();
    case SheetFaces::unmasked:
      return !info.xseg_mask;
  }
  return false;
}

fs::path page_name(std::size_t number) { return fmt::format("page-{:03}.png", number); }

Result<> remove_later_pages(const MadeFiles& made, std::size_t first) {
  for (std::size_t number = first; made.ours(page_name(number)); ++number) {
    std::error_code error;
    fs::remove(made.folder() / page_name(number), error);
    if (error) return fail(Code::io, "Cannot remove {}", (made.folder() / page_name(number)).string());
  }
  return {};
}

}  // namespace

const std::vector<std::string> sheet_columns = {"face", "mask", "overlay"};

SheetRow sheet_row(const Face& face, const std::string& name, const std::string& remark) {
  const Shown shown = mask_to_show(face);
  std::string below = shown.origin;
  if (!face.info.polygons.empty()) below += fmt::format("\n{} polygons", face.info.polygons.size());
  if (!remark.empty()) below += "\n" + remark;
  return {fs::path(name).stem().string(),
          below,
          {face.image_bgr, normalise_channels(to_u8_rounded(shown.mask), 3), overlay(face, shown.mask)}};
}

Result<std::vector<std::string>> write_pages(const SheetPages& pages, const FaceSource& faces,
                                             const std::vector<std::size_t>& which, const RemarkOf& remark, int threads,
                                             Run& run) {
  TRY(const auto lock, lock_folder(pages.folder));
  remove_temporaries(pages.folder);
  TRY(auto made, MadeFiles::open(pages.folder));
  Aside aside(pages.folder, [&run](std::string text) { run.note(std::move(text)); });
  const std::size_t count = (which.size() + rows_a_page - 1) / rows_a_page;
  std::vector<std::string> bad;
  std::mutex mutex;
  const auto one_page = [&](std::size_t page, unsigned) -> Result<> {
    ContactSheet sheet{pages.title, fmt::format("page {} of {}", page + 1, count), sheet_columns, {}, pages.cell};
    for (std::size_t k = page * rows_a_page; k < std::min(which.size(), (page + 1) * rows_a_page); ++k) {
      const auto face = faces.face(which[k]);
      if (face) {
        sheet.rows.push_back(sheet_row(*face, faces.name(which[k]), remark ? remark(k) : ""));
      } else {
        const std::lock_guard guard(mutex);
        bad.push_back(faces.name(which[k]));
      }
    }
    TRY(const Bytes png, encode_png(draw(sheet), {.level = 4}));
    TRY_VOID(aside.make_way(made, page_name(page + 1)));
    return made.write(page_name(page + 1), png);
  };
  TRY_VOID(for_each_index(count, threads, run, "pages", one_page));
  TRY_VOID(remove_later_pages(made, count + 1));
  std::ranges::sort(bad);
  return bad;
}

Result<std::string> draw_mask_sheet(const fs::path& folder, const fs::path& target, const MaskSheetOptions& options,
                                    Run& run) {
  TRY_VOID(check_output(target, {folder}));
  TRY_VOID(look_at_faceset(folder));
  TRY(const auto faces, FaceSource::open(folder));
  run.stage("read");
  Tally tally(run);
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < faces.count(); ++i) {
    if (run.stopping()) return Run::cancelled();
    const auto info = faces.info(i);
    if (!info)
      tally.skip(faces.name(i), info.error());
    else if (is_wanted(*info, options.faces))
      which.push_back(i);
  }
  tally.count("found", static_cast<std::int64_t>(which.size()));
  if (options.limit > 0 && which.size() > static_cast<std::size_t>(options.limit)) {
    const auto all = std::exchange(which, {});
    for (std::size_t k = 0; k < static_cast<std::size_t>(options.limit); ++k)
      which.push_back(all[k * all.size() / static_cast<std::size_t>(options.limit)]);
  }
  run.stage("draw");
  const auto name = Names<SheetFaces>::all[static_cast<std::size_t>(options.faces)];
  const SheetPages pages{target, fmt::format("Masks of {}: {} faces", folder.filename().string(), name), options.cell};
  TRY(const auto bad, write_pages(pages, faces, which, {}, options.threads, run));
  for (const auto& face : bad) tally.skip(face, "it cannot be drawn");
  tally.count("drawn", static_cast<std::int64_t>(which.size() - bad.size()));
  tally.set("folder", path_text(target));
  return tally.report();
}

}  // namespace understudy
