// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/sample.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/contact_sheet.hpp"
#include "lib/image/convert.hpp"
#include "steps/6_merge/colour_windows.hpp"
#include "steps/6_merge/face_view.hpp"

namespace understudy {
namespace {

PixelBox around_faces(const PlannedFrame& plan, const ImageU8& frame) {
  std::vector<Landmarks68> faces;
  for (const auto& face : plan.faces) faces.push_back(face.face.landmarks);
  return box_around(faces, frame.width, frame.height);
}

ImageU8 cut(const ImageU8& picture, const PixelBox& box) {
  return crop(picture, box.x0, box.y0, box.width(), box.height());
}

Result<SheetRow> row_of(const media::Frame& frame, const PreparedMerge& work, ColourWindows& windows) {
  const PlannedFrame& plan = work.plans[static_cast<std::size_t>(frame.index)];
  TRY(const auto colours, windows.of_frame(frame.index));
  TRY(const auto merged, work.models.merge(frame.bgr, plan, colours));
  const ImageU8 mask = normalise_channels(merged.mask, 3);
  if (plan.raw) return SheetRow{valid_text(frame.name), {}, {frame.bgr, merged.image_bgr, mask, {}}};
  const PixelBox box = around_faces(plan, frame.bgr);
  return SheetRow{
      valid_text(frame.name), {}, {cut(frame.bgr, box), cut(merged.image_bgr, box), cut(mask, box), merged.image_bgr}};
}

std::string degrees(double radians) { return fmt::format("{:+.0f}", radians * 180 / std::numbers::pi); }

std::string remark_of(const SampleFace& face) {
  std::string text = fmt::format("shot {}: {}, {}", face.shot + 1, degrees(face.yaw), degrees(face.pitch));
  for (const auto& worry : face.worries) text.append("\n").append(worry.what);
  return text;
}

}  // namespace

Result<> write_sample(const fs::path& png, PreparedMerge& work, std::span<const SampleFace> faces,
                      std::span<const std::int64_t> frames, Run& run) {
  auto& source = work.source;
  ColourWindows windows(work, false);
  ContactSheet sheet;
  sheet.title = fmt::format("{} of {} frames", frames.size(), source.count());
  sheet.subtitle = "below the names: shot, yaw and pitch in degrees, what speaks for looking at it";
  sheet.columns = {"dst", "merged", "mask", "frame"};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (run.stopping()) return Run::cancelled();
    TRY(const auto frame, source.at(frames[i]));
    TRY(auto row, row_of(frame, work, windows));
    if (const auto face = std::ranges::find(faces, frames[i], &SampleFace::frame); face != faces.end())
      row.remark = remark_of(*face);
    sheet.rows.push_back(std::move(row));
    run.progress(i + 1, frames.size(), "frames");
  }
  TRY(const auto lock, lock_file(png));
  TRY(const Bytes page, encode_png(draw(sheet), {.xmp = composite_marking_xmp}));
  TRY_VOID(write_over_ours(png, page, [&run](std::string text) { run.note(std::move(text)); }));
  run.saved(png.string(), "sample");
  return {};
}

}  // namespace understudy
