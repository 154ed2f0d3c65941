// SPDX-License-Identifier: Apache-2.0
#include "steps/demo/sheet.hpp"

#include <cmath>

#include "lib/base/made_files.hpp"
#include "lib/image/codec.hpp"
#include "lib/media/frame_source.hpp"

namespace understudy::demo {

namespace {

// Column c of n stands in the middle of the n-th part of the clip.
std::int64_t frame_at(int column, int columns, std::int64_t count) { return (2 * column + 1) * count / (2 * columns); }

std::string time_text(double seconds) {
  return fmt::format("{}:{:04.1f}", static_cast<int>(seconds) / 60, std::fmod(seconds, 60.0));
}

Result<std::vector<ImageU8>> pictures(media::FrameSource& source, int columns) {
  std::vector<ImageU8> out;
  for (int c = 0; c < columns; ++c) {
    TRY(auto frame, source.at(frame_at(c, columns, source.count())));
    out.push_back(std::move(frame.bgr));
  }
  return out;
}

}  // namespace

Result<> write_contact_sheet(const fs::path& png, const SwapSheet& wanted) {
  TRY(auto src, media::FrameSource::open(wanted.src));
  TRY(auto dst, media::FrameSource::open(wanted.dst));
  TRY(auto merged, media::FrameSource::open(wanted.merged));
  if (merged.count() != dst.count())
    return fail(Code::bad_file, "{} holds {} frames and {} holds {}", wanted.merged.string(), merged.count(),
                wanted.dst.string(), dst.count());
  ContactSheet sheet;
  sheet.title = wanted.title;
  sheet.subtitle = wanted.subtitle;
  sheet.cell = wanted.cell;
  const int columns = std::max(1, wanted.columns);
  const double rate = dst.video() != nullptr ? dst.video()->frame_rate.value() : 0;
  SheetRow truth{"truth", wanted.truth_remark, {}};
  for (int c = 0; c < columns; ++c) {
    const std::int64_t frame = frame_at(c, columns, dst.count());
    sheet.columns.push_back(rate > 0 ? time_text(static_cast<double>(frame) / rate)
                                     : fmt::format("frame {}", frame + 1));
    if (wanted.truth) truth.pictures.push_back(wanted.truth(static_cast<int>(frame)));
  }
  TRY(auto src_pictures, pictures(src, columns));
  TRY(auto dst_pictures, pictures(dst, columns));
  TRY(auto merged_pictures, pictures(merged, columns));
  sheet.rows.push_back({"src", wanted.src_remark, std::move(src_pictures)});
  sheet.rows.push_back({"dst", wanted.dst_remark, std::move(dst_pictures)});
  sheet.rows.push_back({"merged", wanted.merged_remark, std::move(merged_pictures)});
  if (wanted.truth) sheet.rows.push_back(std::move(truth));
  // The page shows generated faces, so it says so as every merged picture does.
  TRY(const Bytes file, encode_png(draw(sheet), {6, composite_marking_xmp}));
  return write_over_ours(png, file, wanted.tell);
}

}  // namespace understudy::demo
