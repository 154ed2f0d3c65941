// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "lib/image/draw.hpp"
#include "steps/6_merge/check.hpp"

namespace understudy {
namespace {

constexpr int margin = 28, page_width = 1280, label_width = 330, title_height = 64, band_height = 66, band_gap = 12,
              severity_height = 90;
constexpr Bgr paper{30, 26, 24}, panel{44, 39, 36}, bright{240, 238, 236}, dim{168, 160, 152}, faint{84, 76, 70};
constexpr Bgr value_colour{64, 160, 255}, bad{80, 80, 230}, fair{70, 180, 235};

// A band over the clip's time.
struct Band {
  int x = margin + label_width, y = 0, width = page_width - 2 * margin - label_width, height = band_height;
  std::size_t frames = 1;
  int at(std::size_t frame) const {
    const double last = static_cast<double>(std::max<std::size_t>(frames, 2) - 1);
    return x + 3 + static_cast<int>((width - 7) * static_cast<double>(frame) / last);
  }
};

void draw_ground(ImageU8& page, const Band& band, const CheckedClip& clip) {
  fill_rectangle(page, band.x, band.y, band.width, band.height, panel);
  for (std::size_t s = 1; s < clip.timeline.shots.size(); ++s) {
    const auto first = static_cast<std::size_t>(clip.timeline.shots[s].first);
    if (first < band.frames) fill_rectangle(page, band.at(first), band.y, 1, band.height, faint);
  }
}

void draw_severity(ImageU8& page, const Band& band, const CheckedClip& clip) {
  draw_ground(page, band, clip);
  draw_text(page, "severity", margin, band.y + 14, 11, bright);
  draw_text(page, "how far beyond its limit the", margin, band.y + 34, 8, dim);
  draw_text(page, "worst reason of a frame is", margin, band.y + 50, 8, dim);
  for (std::size_t i = 0; i < clip.judged.size(); ++i) {
    const double severity = clip.judged[i].severity();
    const int high = static_cast<int>(std::lround((band.height - 6) * severity));
    if (high > 0)
      fill_rectangle(page, band.at(i), band.y + band.height - 3 - high, 2, high, severity < 0.5 ? fair : bad);
  }
}

void draw_reason(ImageU8& page, const Band& band, const CheckedClip& clip, Reason reason) {
  draw_ground(page, band, clip);
  const auto r = static_cast<std::size_t>(reason);
  const double limit = limit_of(reason).limit;
  double low = limit, high = limit;
  std::size_t count = 0, known = 0;
  for (const auto& judged : clip.judged) {
    if (!std::isfinite(judged.values[r])) continue;
    low = std::min(low, judged.values[r]), high = std::max(high, judged.values[r]);
    ++known;
    count += judged.has(reason) != nullptr;
  }
  draw_text(page, std::string(name_of(reason)), margin, band.y + 14, 11, count > 0 ? bright : dim);
  const char* side = limit_of(reason).worst < limit ? "below" : "above";
  const auto found = reason == Reason::no_face ? fmt::format("frames: {}", count)
                     : known == 0              ? std::string("cannot be told here")
                                               : fmt::format("frames {} {:g}: {}", side, limit, count);
  draw_text(page, found, margin, band.y + 34, 9, dim);
  draw_text(page, limit_of(reason).says, margin, band.y + 52, 7, dim);
  if (known == 0) return;
  const double range = std::max(high - low, 1e-9);
  const auto height_of = [&](double v) { return band.y + 6 + (band.height - 12) * (high - v) / range; };
  fill_rectangle(page, band.x, static_cast<int>(height_of(limit)), band.width, 1, dim);
  std::vector<Point> line;
  const auto flush = [&] {
    if (line.size() == 1) line.push_back(line.front() + Point{1, 0});
    draw_lines(page, line, value_colour, 1);
    line.clear();
  };
  for (std::size_t i = 0; i < clip.judged.size(); ++i) {
    const double value = clip.judged[i].values[r];
    if (!std::isfinite(value)) {
      flush();
      continue;
    }
    line.push_back({static_cast<double>(band.at(i)), height_of(value)});
  }
  flush();
  for (std::size_t i = 0; i < clip.judged.size(); ++i)
    if (clip.judged[i].has(reason))
      fill_rectangle(page, band.at(i) - 1, static_cast<int>(height_of(clip.judged[i].values[r])) - 1, 4, 4, bad);
}

}  // namespace

ImageU8 draw_check(const CheckReport& report, const CheckedClip& clip) {
  const int top = margin + title_height;
  ImageU8 page(page_width,
               top + severity_height + band_gap + static_cast<int>(reason_count) * (band_height + band_gap) + margin,
               3);
  fill_rectangle(page, 0, 0, page.width, page.height, paper);
  draw_text(page, fmt::format("{} of {} frames to look at", report.with_reasons, report.frames), margin, margin + 22,
            20, bright);
  draw_text(page, fmt::format("{} measured; lines across: the limits, lines down: where shots begin", report.measured),
            margin, margin + 46, 10, dim);
  Band band;
  band.y = top;
  band.height = severity_height;
  band.frames = clip.judged.size();
  draw_severity(page, band, clip);
  band.y += severity_height + band_gap;
  band.height = band_height;
  for (std::size_t r = 0; r < reason_count; ++r) {
    draw_reason(page, band, clip, static_cast<Reason>(r));
    band.y += band_height + band_gap;
  }
  return page;
}

}  // namespace understudy
