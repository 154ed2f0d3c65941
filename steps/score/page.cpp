// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>

#include "lib/image/draw.hpp"
#include "steps/score/report.hpp"

namespace understudy {
namespace {

using score::FrameMeasures;

constexpr int margin = 28, width = 1280, left_width = 460, chart_height = 92, chart_gap = 34, title_height = 76;
constexpr int bar_pitch = 34, bar_width = 190, worst_count = 8;
constexpr Bgr paper{30, 26, 24}, panel{44, 39, 36}, bright{240, 238, 236}, dim{168, 160, 152};
constexpr Bgr dst_colour{200, 190, 180}, result_colour{64, 160, 255}, good{120, 190, 90}, fair{70, 180, 235},
    bad{80, 80, 230};

Bgr colour_of(double value) { return value >= 0.7 ? good : value >= 0.4 ? fair : bad; }

struct Curve {
  const char* title;
  double score::Verdict::*correlation;
  std::function<double(const score::Play&)> value;
};

// Between the clip's extremes of both, each less its own median: who it is does not count.
void draw_chart(ImageU8& page, int x, int y, int w, std::span<const MeasuredFrame> frames, const Curve& curve,
                double correlation) {
  draw_text(page, curve.title, x, y - 8, 11, bright);
  const std::string says =
      std::isnan(correlation) ? "too little of it to tell" : fmt::format("correlation {:.2f}", correlation);
  draw_text(page, says, x + w - text_width(says, 10), y - 8, 10, dim);
  fill_rectangle(page, x, y, w, chart_height, panel);
  std::array<std::vector<double>, 2> values;
  for (const auto& f : frames) {
    const auto& m = f.measures;
    values[0].push_back(m.seen ? curve.value(m.dst) : score::unknown);
    values[1].push_back(m.seen ? curve.value(m.result) : score::unknown);
  }
  double low = 1e9, high = -1e9;
  for (auto& v : values) {
    const double middle = score::percentile(v, 0.5);
    for (double& d : v) {
      d -= middle;
      if (!std::isnan(d)) low = std::min(low, d), high = std::max(high, d);
    }
  }
  if (high <= low) return;
  const auto last = static_cast<double>(std::max<std::size_t>(frames.size(), 2) - 1);
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<Point> line;
    const auto flush = [&] {
      draw_lines(page, line, k == 0 ? dst_colour : result_colour, k == 0 ? 1 : 2);
      line.clear();
    };
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (std::isnan(values[k][i])) {
        flush();
        continue;
      }
      line.push_back({x + 3 + (w - 6) * static_cast<double>(i) / last,
                      y + 5 + (chart_height - 10) * (high - values[k][i]) / (high - low)});
    }
    flush();
  }
}

void draw_parts(ImageU8& page, int x, int y, const score::Verdict& v) {
  for (const auto& part : v.parts) {
    const bool known = !std::isnan(part.value);
    draw_text(page, part.name, x, y + 13, 11, bright);
    fill_rectangle(page, x + 96, y, bar_width, 16, panel);
    if (known)
      fill_rectangle(page, x + 96, y, std::max(2, static_cast<int>(bar_width * part.value)), 16, colour_of(part.value));
    draw_text(page, known ? part.says : "cannot be told here", x + 106 + bar_width, y + 13, 9, dim);
    y += bar_pitch;
  }
}

std::array<std::string, 2> truth_lines(const score::TruthSummary& t) {
  const auto of = [](const score::TruthMeasures& m) {
    return fmt::format("{:.1f} dB, SSIM {:.3f}, FLIP {:.3f}", m.fitted.psnr, m.fitted.ssim, m.fitted.perceptual);
  };
  std::string beside = "untouched frames " + of(t.untouched);
  if (t.ceiling) beside += "; the truth itself pasted " + of(*t.ceiling);
  return {"against the truth inside the face, colours fitted: " + of(t.result), beside};
}

// How wrong a frame looks beside the others of the clip: each measure by its own spread.
std::vector<double> wrongness(std::span<const MeasuredFrame> frames) {
  const std::vector<std::function<double(const FrameMeasures&)>> measures{
      [](auto& f) { return f.seen ? -f.identity : score::unknown; },
      [](auto& f) { return f.seen ? std::abs(f.dst.jaw_open - f.result.jaw_open) * 4 : score::unknown; },
      [](auto& f) { return f.seen ? std::abs(f.dst.eyes_open - f.result.eyes_open) * 4 : score::unknown; },
      [](auto& f) { return f.seen ? std::abs(f.dst.gaze_x - f.result.gaze_x) * 4 : score::unknown; },
      [](auto& f) { return f.seam / 2; },
      [](auto& f) { return f.change / std::max(f.plate_change, 1e-9) / 2; },
  };
  std::vector<double> wrong(frames.size());
  for (const auto& measure : measures) {
    std::vector<double> values;
    for (const auto& f : frames) values.push_back(measure(f.measures));
    const double middle = score::percentile(values, 0.5);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isnan(values[i])) wrong[i] += std::clamp(values[i] - middle, 0.0, 1.0);
  }
  for (std::size_t i = 0; i < frames.size(); ++i) wrong[i] += frames[i].measures.seen ? 0 : 10;
  return wrong;
}

// The worst, not all from one moment.
std::vector<std::size_t> worst_frames(std::span<const MeasuredFrame> frames) {
  const auto wrong = wrongness(frames);
  std::vector<std::size_t> order(frames.size()), chosen;
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return wrong[a] > wrong[b]; });
  const std::size_t apart = std::max<std::size_t>(1, frames.size() / 25);
  for (const std::size_t i : order) {
    const bool near = std::ranges::any_of(chosen, [&](std::size_t c) { return (i > c ? i - c : c - i) < apart; });
    if (!near) chosen.push_back(i);
    if (chosen.size() == worst_count) break;
  }
  std::ranges::sort(chosen);
  return chosen;
}

void draw_worst(ImageU8& page, int y, std::span<const MeasuredFrame> frames) {
  draw_text(page, "the worst frames: dst above, result below", margin, y, 11, bright);
  int x = margin;
  for (const std::size_t i : worst_frames(frames)) {
    draw_text(page, fmt::format("frame {}", frames[i].measures.frame + 1), x, y + 24, 9, dim);
    paste(page, frames[i].plate_face, x, y + 32);
    paste(page, frames[i].result_face, x, y + 36 + thumbnail);
    x += thumbnail + 32;
  }
}

}  // namespace

ImageU8 draw_score(const ScoreReport& report, std::span<const MeasuredFrame> frames) {
  const auto& v = report.verdict;
  const std::vector<Curve> curves{
      {"eyes open", &score::Verdict::eyes, [](auto& p) { return p.eyes_open; }},
      {"jaw open", &score::Verdict::jaw, [](auto& p) { return p.jaw_open; }},
      {"gaze to the side", &score::Verdict::gaze, [](auto& p) { return p.gaze_x; }},
  };
  const int top = margin + title_height + (v.truth ? 40 : 0);
  const int rows = std::max(static_cast<int>(v.parts.size()) * bar_pitch,
                            static_cast<int>(curves.size()) * (chart_height + chart_gap));
  ImageU8 page(width, top + rows + 40 + 2 * thumbnail + 48 + margin, 3);
  fill_rectangle(page, 0, 0, page.width, page.height, paper);
  draw_text(page, fmt::format("score {:.1f} of 100", v.total), margin, margin + 22, 20, bright);
  std::string below = fmt::format("{} of {} frames", v.frames, report.frames);
  if (v.shut_frames > 0)
    below +=
        fmt::format("; eyes shut in {:.0f} % of the {} frames where dst shuts them", 100 * v.eyes_kept, v.shut_frames);
  if (v.open_frames > 0) below += fmt::format("; mouth open in {:.0f} % of {}", 100 * v.mouth_kept, v.open_frames);
  draw_text(page, below, margin, margin + 50, 10, dim);
  if (v.truth) {
    const auto lines = truth_lines(*v.truth);
    draw_text(page, lines[0], margin, margin + 70, 10, bright);
    draw_text(page, lines[1], margin, margin + 90, 10, dim);
  }
  draw_parts(page, margin, top, v);
  const int x = margin + left_width, w = width - margin - x;
  int y = top + 12;
  draw_text(page, "dst", width - margin - 130, margin + 22, 11, dst_colour);
  draw_text(page, "result", width - margin - 80, margin + 22, 11, result_colour);
  for (const auto& curve : curves) {
    draw_chart(page, x, y, w, frames, curve, v.*curve.correlation);
    y += chart_height + chart_gap;
  }
  draw_worst(page, top + rows + 30, frames);
  return page;
}

}  // namespace understudy
