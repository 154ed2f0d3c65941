// SPDX-License-Identifier: Apache-2.0
#include "lib/score/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace understudy::score {
namespace {

using Frames = std::span<const FrameMeasures>;

// Standard deviations that the mesh and the iris reach by trembling alone (measured on faces that hold still).
constexpr double least_eyes = 0.012, least_jaw = 0.008, least_gaze = 0.008, least_shape = 0.006;
// Of the opening of open eyes: below `shut` they are shut, below `tellable` the iris cannot be seen. Lips apart by
// `parted` are an open mouth. On the actors that is a blink of about 0.55 and a mouth opened by 0.15 to 0.3.
constexpr double shut = 0.5, tellable = 0.7, parted = 0.035;

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

template <class Get>
std::vector<double> column(Frames frames, Get&& get) {
  std::vector<double> out;
  for (const auto& f : frames) out.push_back(get(f));
  return out;
}
// NaN where there is no face.
template <class Get>
std::vector<double> seen_column(Frames frames, Get&& get) {
  return column(frames, [&](const FrameMeasures& f) { return f.seen ? get(f) : unknown; });
}

double ratio_of_means(Frames frames, double FrameMeasures::*over, double FrameMeasures::*under) {
  double a = 0, b = 0;
  for (const auto& f : frames) {
    if (std::isnan(f.*over) || std::isnan(f.*under)) continue;
    a += f.*over, b += f.*under;
  }
  return b > 0 ? a / b : unknown;
}

// How far two moving shapes agree in how they depart from their own means: 1 the same, 0 nothing in common (Lin's
// concordance without the difference of the means, which is who they are).
template <std::size_t N>
double agreement(Frames frames, std::array<Point, N> Play::*shape, double least) {
  std::array<Point, N> dst_mean{}, result_mean{};
  double count = 0;
  for (const auto& f : frames) count += f.seen;
  if (count < 8) return unknown;
  for (const auto& f : frames) {
    if (!f.seen) continue;
    for (std::size_t i = 0; i < N; ++i) {
      dst_mean[i] = dst_mean[i] + (f.dst.*shape)[i] * (1 / count);
      result_mean[i] = result_mean[i] + (f.result.*shape)[i] * (1 / count);
    }
  }
  double both = 0, dst = 0, result = 0;
  for (const auto& f : frames) {
    if (!f.seen) continue;
    for (std::size_t i = 0; i < N; ++i) {
      const Point a = (f.dst.*shape)[i] - dst_mean[i], b = (f.result.*shape)[i] - result_mean[i];
      both += a.x * b.x + a.y * b.y;
      dst += a.x * a.x + a.y * a.y;
      result += b.x * b.x + b.y * b.y;
    }
  }
  if (std::sqrt(dst / count / N) < least) return unknown;
  return 2 * both / (dst + result);
}

// The gaze's two directions as one: frames where either's eyes are hardly open tell nothing.
double gaze_correlation(Frames frames, double dst_open, double result_open) {
  std::vector<std::array<double, 4>> pairs;
  std::array<double, 4> mean{};
  for (const auto& f : frames) {
    if (!f.seen || f.dst.eyes_open < tellable * dst_open || f.result.eyes_open < tellable * result_open) continue;
    pairs.push_back({f.dst.gaze_x, f.dst.gaze_y, f.result.gaze_x, f.result.gaze_y});
    for (std::size_t i = 0; i < 4; ++i) mean[i] += pairs.back()[i];
  }
  if (pairs.size() < 8) return unknown;
  const auto count = static_cast<double>(pairs.size());
  double both = 0, dst = 0, result = 0;
  for (const auto& p : pairs) {
    std::array<double, 4> d;
    for (std::size_t i = 0; i < 4; ++i) d[i] = p[i] - mean[i] / count;
    both += d[0] * d[2] + d[1] * d[3];
    dst += d[0] * d[0] + d[1] * d[1];
    result += d[2] * d[2] + d[3] * d[3];
  }
  if (std::sqrt(dst / count) < least_gaze) return unknown;
  return both / std::sqrt(dst * std::max(result, 1e-12));
}

struct Kept {
  double share = unknown;
  int frames = 0;
};
template <class Wanted, class Has>
Kept kept(Frames frames, Wanted&& wanted, Has&& has) {
  Kept out;
  int good = 0;
  for (const auto& f : frames) {
    if (!wanted(f)) continue;
    ++out.frames;
    good += f.seen && has(f);
  }
  if (out.frames > 0) out.share = static_cast<double>(good) / out.frames;
  return out;
}

void judge_play(Frames frames, const SrcLook& src, Verdict& v) {
  const auto dst_eyes = seen_column(frames, [](auto& f) { return f.dst.eyes_open; });
  const auto result_eyes = seen_column(frames, [](auto& f) { return f.result.eyes_open; });
  v.eyes = correlation(dst_eyes, result_eyes, least_eyes);
  v.jaw = correlation(seen_column(frames, [](auto& f) { return f.dst.jaw_open; }),
                      seen_column(frames, [](auto& f) { return f.result.jaw_open; }), least_jaw);
  constexpr double open_share = 0.8;
  const double dst_open = percentile(dst_eyes, open_share), own_open = percentile(result_eyes, open_share);
  v.gaze = gaze_correlation(frames, dst_open, own_open);
  v.mouth = agreement(frames, &Play::lips, least_shape);
  v.brows = agreement(frames, &Play::brow_line, least_shape);
  const double result_open = std::isnan(src.eyes_open) ? own_open : src.eyes_open;
  const Kept eyes = kept(
      frames, [&](auto& f) { return f.eyes_shut ? *f.eyes_shut : f.seen && f.dst.eyes_open < shut * dst_open; },
      [&](auto& f) { return f.result.eyes_open < shut * result_open; });
  const auto opens = [&](const FrameMeasures& f) {
    return f.mouth_open ? *f.mouth_open : f.seen && f.dst.jaw_open > parted;
  };
  // A mouth that never shuts is not open where it should be.
  const double idle =
      percentile(seen_column(frames, [&](auto& f) { return opens(f) ? unknown : f.result.jaw_open; }), 0.5);
  const double rest = std::isnan(idle) ? 0 : std::max(idle, 0.0);
  const Kept mouth = kept(frames, opens, [&](auto& f) { return f.result.jaw_open - rest > parted; });
  v.eyes_kept = eyes.share, v.shut_frames = eyes.frames;
  v.mouth_kept = mouth.share, v.open_frames = mouth.frames;
}

// Who it is may make the mesh lean a little; only what changes along the clip is wrong.
void judge_pose(Frames frames, Verdict& v) {
  std::array<double, 6> mean{};
  double count = 0;
  const auto values = [](const FrameMeasures& f) {
    return std::array<double, 6>{f.pose.turn[0], f.pose.turn[1], f.pose.turn[2],
                                 f.pose.shift.x, f.pose.shift.y, std::log(std::max(f.pose.scale, 1e-6))};
  };
  for (const auto& f : frames) {
    if (!f.seen) continue;
    const auto own = values(f);
    for (std::size_t i = 0; i < own.size(); ++i) mean[i] += own[i];
    ++count;
  }
  if (count == 0) return;
  double turn = 0, place = 0;
  for (const auto& f : frames) {
    if (!f.seen) continue;
    auto d = values(f);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= mean[i] / count;
    turn += std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / count;
    place += std::sqrt(d[3] * d[3] + d[4] * d[4] + d[5] * d[5]) / count;
  }
  v.turn = turn;
  v.place = place + std::hypot(mean[3], mean[4]) / count;  // the whole face in the wrong place is wrong too
}

Nearness& operator+=(Nearness& a, const Nearness& b) {
  a.psnr += b.psnr, a.ssim += b.ssim, a.perceptual += b.perceptual;
  return a;
}
void add(TruthMeasures& sum, const TruthMeasures& one) { sum.plain += one.plain, sum.fitted += one.fitted; }
void divide(TruthMeasures& sum, double by) {
  for (Nearness* n : {&sum.plain, &sum.fitted}) n->psnr /= by, n->ssim /= by, n->perceptual /= by;
}

std::optional<TruthSummary> truth_of(Frames frames) {
  TruthSummary s;
  TruthMeasures ceiling;
  int ceilings = 0;
  for (const auto& f : frames) {
    if (!f.truth || !f.untouched) continue;
    ++s.frames;
    add(s.result, *f.truth);
    add(s.untouched, *f.untouched);
    if (f.ceiling) add(ceiling, *f.ceiling), ++ceilings;
  }
  if (s.frames == 0) return {};
  divide(s.result, s.frames);
  divide(s.untouched, s.frames);
  if (ceilings > 0) {
    divide(ceiling, ceilings);
    s.ceiling = ceiling;
  }
  return s;
}

double falling(double value, double good, double bad) { return std::clamp((bad - value) / (bad - good), 0.0, 1.0); }
double share(double value) { return std::isnan(value) ? value : std::clamp(value, 0.0, 1.0); }

void total_up(Verdict& v) {
  const auto over_plate = [](double ratio) { return std::isnan(ratio) ? ratio : falling(ratio, 1.1, 2.5); };
  v.parts = {
      {"identity", 0.35, share(v.identity), fmt::format("{:.2f} of the way", v.identity)},
      {"eyes", 0.095, share(v.eyes), fmt::format("correlation {:.2f}", v.eyes)},
      {"jaw", 0.095, share(v.jaw), fmt::format("correlation {:.2f}", v.jaw)},
      {"gaze", 0.08, share(v.gaze), fmt::format("correlation {:.2f}", v.gaze)},
      {"mouth", 0.06, share(v.mouth), fmt::format("agreement {:.2f}", v.mouth)},
      {"brows", 0.025, share(v.brows), fmt::format("agreement {:.2f}", v.brows)},
      {"pose", 0.05, std::isnan(v.turn) ? unknown : falling(v.turn, 1, 10) * falling(v.place, 0.03, 0.3),
       fmt::format("{:.1f} degrees, {:.3f} off", v.turn, v.place)},
      {"sharpness", 0.115, std::isnan(v.sharpness) ? unknown : std::min(share(v.sharpness), falling(v.sharpness, 2, 6)),
       fmt::format("{:.2f} of src", v.sharpness)},
      {"seam", 0.045, over_plate(v.seam), fmt::format("{:.2f} x plate", v.seam)},
      {"flicker", 0.045, over_plate(v.flicker), fmt::format("{:.2f} x plate", v.flicker)},
      {"skin", 0.04, std::isnan(v.skin) ? unknown : falling(v.skin, 2, 20), fmt::format("{:.1f} units off", v.skin)},
  };
  // A weighted geometric mean: what is wholly missing cannot be made up for by the rest, so an untouched frame, which
  // is right in all but who it is, is no good result.
  constexpr double floor = 0.01;
  double logs = 0, weights = 0;
  for (const Part& p : v.parts) {
    if (std::isnan(p.value)) continue;
    logs += p.weight * std::log(std::max(p.value, floor));
    weights += p.weight;
  }
  v.total = weights > 0 ? 100 * v.seen * std::exp(logs / weights) : 0;
}

}  // namespace

double percentile(std::vector<double> values, double share) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return unknown;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

double correlation(std::span<const double> dst, std::span<const double> result, double least) {
  std::vector<std::pair<double, double>> pairs;
  double a_mean = 0, b_mean = 0;
  for (std::size_t i = 0; i < std::min(dst.size(), result.size()); ++i) {
    if (std::isnan(dst[i]) || std::isnan(result[i])) continue;
    pairs.emplace_back(dst[i], result[i]);
    a_mean += dst[i], b_mean += result[i];
  }
  if (pairs.size() < 8) return unknown;
  const auto count = static_cast<double>(pairs.size());
  a_mean /= count, b_mean /= count;
  double aa = 0, bb = 0, ab = 0;
  for (const auto& [a, b] : pairs) {
    aa += (a - a_mean) * (a - a_mean), bb += (b - b_mean) * (b - b_mean), ab += (a - a_mean) * (b - b_mean);
  }
  if (std::sqrt(aa / count) < least) return unknown;
  return bb > 1e-12 ? ab / std::sqrt(aa * bb) : 0;
}

Verdict judge(Frames frames, const SrcLook& src) {
  Verdict v;
  v.frames = static_cast<int>(frames.size());
  if (frames.empty()) return v;
  for (const auto& f : frames) v.seen += static_cast<double>(f.seen) / v.frames;
  judge_play(frames, src, v);
  judge_pose(frames, v);
  const auto middle = [&](double FrameMeasures::*value) {
    return median(column(frames, [&](auto& f) { return f.*value; }));
  };
  v.identity = middle(&FrameMeasures::identity);
  if (!std::isnan(v.identity)) v.identity = std::clamp(v.identity, 0.0, 1.0);
  v.src_distance = middle(&FrameMeasures::src_distance);
  v.sharpness = middle(&FrameMeasures::sharpness);
  v.plate_sharpness = middle(&FrameMeasures::plate_sharpness);
  v.seam = middle(&FrameMeasures::seam);
  v.flicker = ratio_of_means(frames, &FrameMeasures::change, &FrameMeasures::plate_change);
  v.skin = middle(&FrameMeasures::skin);
  v.truth = truth_of(frames);
  total_up(v);
  return v;
}

}  // namespace understudy::score
