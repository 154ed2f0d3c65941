// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/stats.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "lib/image/draw.hpp"

namespace understudy {
namespace {

using nlohmann::json;
using Entries = std::vector<CatalogueEntry>;

constexpr std::size_t bins = 20;
constexpr int cell_degrees = 5, most_turn = 90, most_nod = 60;
constexpr int columns = 2 * most_turn / cell_degrees, rows = 2 * most_nod / cell_degrees;
constexpr Bgr paper{30, 26, 24}, bright{240, 238, 236}, dim{168, 160, 152}, bar{255, 176, 96}, grid{52, 46, 42};

struct Spread {
  std::vector<double> values;  // sorted, of the faces that have it
  std::array<std::size_t, bins> counts{};
  double low() const { return values.front(); }
  double high() const { return values.back(); }
};

std::optional<Spread> spread_of(const Entries& entries, double FaceNumbers::*member) {
  Spread s;
  for (const auto& e : entries)
    if (e.state != FaceState::unreadable && std::isfinite(e.numbers.*member)) s.values.push_back(e.numbers.*member);
  if (s.values.empty()) return std::nullopt;
  std::ranges::sort(s.values);
  const double width = std::max((s.high() - s.low()) / bins, 1e-300);
  for (const double v : s.values) ++s.counts[std::min(bins - 1, static_cast<std::size_t>((v - s.low()) / width))];
  return s;
}

using PoseCounts = std::array<std::array<std::size_t, columns>, rows>;  // the first row looks up the most

PoseCounts pose_counts(const Entries& entries) {
  PoseCounts counts{};
  for (const auto& e : entries) {
    if (!std::isfinite(e.numbers.turn) || !std::isfinite(e.numbers.nod)) continue;
    // A nose to the image's left belongs on the left.
    const int x = static_cast<int>(std::floor((most_turn - e.numbers.turn) / cell_degrees));
    const int y = static_cast<int>(std::floor((most_nod - e.numbers.nod) / cell_degrees));
    ++counts[std::size_t(std::clamp(y, 0, rows - 1))][std::size_t(std::clamp(x, 0, columns - 1))];
  }
  return counts;
}

// Dark blue over orange to white.
Bgr heat(double share) {
  const auto mix = [&](double a, double b, double c) {
    return static_cast<int>(share < 0.5 ? a + (b - a) * 2 * share : b + (c - b) * (2 * share - 1));
  };
  return {mix(96, 64, 235), mix(40, 130, 250), mix(36, 240, 255)};
}

json counted(const std::map<std::string, std::size_t>& counts) {
  json out = json::object();
  for (const auto& [name, count] : counts) out[name.empty() ? "unknown" : name] = count;
  return out;
}

std::string number_text(double v) {
  const double a = std::abs(v);
  return a >= 1e6 ? fmt::format("{:.1e}", v) : a >= 100 ? fmt::format("{:.0f}", v) : fmt::format("{:.3g}", v);
}

void draw_chart(ImageU8& page, int x, int y, int width, int height, const NumberRow& row, const Spread& spread) {
  draw_text(page, std::string(row.name), x, y + 14, 10, bright);
  const auto most = *std::ranges::max_element(spread.counts);
  const int top = y + 24, room = height - 44, step = width / static_cast<int>(bins);
  fill_rectangle(page, x, top, step * static_cast<int>(bins), room, grid);
  for (std::size_t i = 0; i < bins; ++i) {
    if (spread.counts[i] == 0) continue;
    const int tall = std::max(1, static_cast<int>(double(spread.counts[i]) / double(most) * room));
    fill_rectangle(page, x + static_cast<int>(i) * step + 1, top + room - tall, step - 2, tall, bar);
  }
  draw_text(page, number_text(spread.low()), x, y + height - 6, 8, dim);
  const auto high = number_text(spread.high());
  draw_text(page, high, x + step * static_cast<int>(bins) - text_width(high, 8), y + height - 6, 8, dim);
}

}  // namespace

json stats_of(const Entries& entries) {
  std::map<std::string, std::size_t> types, sizes, tracks;
  std::array<std::size_t, 3> states{};
  for (const auto& e : entries) {
    ++states[static_cast<std::size_t>(e.state)];
    if (e.state == FaceState::face) ++types[e.face_type];
    if (e.state != FaceState::unreadable) ++sizes[fmt::format("{:.0f}x{:.0f}", e.numbers.width, e.numbers.height)];
    if (!std::isnan(e.numbers.track)) ++tracks[fmt::format("{:.0f}", e.numbers.track)];
  }
  json numbers = json::object();
  for (const auto& row : number_rows()) {
    const auto s = spread_of(entries, row.member);
    if (!s) continue;
    numbers[std::string(row.name)] = {{"known", s->values.size()},
                                      {"least", s->low()},
                                      {"middle", s->values[s->values.size() / 2]},
                                      {"most", s->high()},
                                      {"histogram", s->counts}};
  }
  const auto poses = pose_counts(entries);
  std::size_t filled = 0;
  for (const auto& line : poses)
    filled += static_cast<std::size_t>(std::ranges::count_if(line, [](auto n) { return n > 0; }));
  return {{"files", entries.size()},
          {"faces", states[0]},
          {"pictures", states[1]},
          {"unreadable", states[2]},
          {"face_types", counted(types)},
          {"sizes", counted(sizes)},
          {"tracks", counted(tracks)},
          {"numbers", std::move(numbers)},
          {"pose",
           {{"degrees", cell_degrees},
            {"most_turn", most_turn},
            {"most_nod", most_nod},
            {"filled", filled},
            {"counts", poses}}}};
}

ImageU8 draw_pose_map(const Entries& entries) {
  constexpr int cell = 20, margin = 60;
  const auto counts = pose_counts(entries);
  std::size_t most = 1, faces = 0;
  for (const auto& line : counts) {
    most = std::max(most, *std::ranges::max_element(line));
    faces += std::accumulate(line.begin(), line.end(), std::size_t{0});
  }
  ImageU8 page(columns * cell + 2 * margin, rows * cell + 2 * margin, 3);
  fill_rectangle(page, 0, 0, page.width, page.height, paper);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const auto n = counts[std::size_t(y)][std::size_t(x)];
      // By the logarithm: a few faces are worth seeing beside thousands.
      const double share = n == 0 ? 0 : std::log1p(double(n)) / std::log1p(double(most));
      fill_rectangle(page, margin + x * cell, margin + y * cell, cell - 1, cell - 1, n == 0 ? grid : heat(share));
    }
  }
  draw_text(page,
            fmt::format("where the faces look: {} faces, at most {} in {} x {} degrees", faces, most, cell_degrees,
                        cell_degrees),
            margin, 34, 13, bright);
  for (int degrees = -most_turn; degrees <= most_turn; degrees += 30) {
    const auto text = fmt::format("{}", -degrees);  // as the number `turn` counts
    draw_text(page, text, margin + (degrees + most_turn) / cell_degrees * cell - text_width(text, 9) / 2,
              page.height - margin + 18, 9, dim);
  }
  for (int degrees = -most_nod; degrees <= most_nod; degrees += 30)
    draw_text(page, fmt::format("{}", degrees), 16, margin + (most_nod - degrees) / cell_degrees * cell + 4, 9, dim);
  draw_text(page, "to the viewer's left", margin, page.height - 16, 10, bright);
  const std::string right = "to the right";
  draw_text(page, right, page.width - margin - text_width(right, 10), page.height - 16, 10, bright);
  draw_text(page, "up", 16, margin - 12, 10, bright);
  return page;
}

ImageU8 draw_histograms(const Entries& entries) {
  constexpr int across = 4, width = 240, height = 150, margin = 24;
  std::vector<std::pair<const NumberRow*, Spread>> charts;
  for (const auto& row : number_rows()) {
    auto spread = spread_of(entries, row.member);
    if (spread && spread->low() < spread->high()) charts.emplace_back(&row, *std::move(spread));
  }
  const int down = std::max(1, (static_cast<int>(charts.size()) + across - 1) / across);
  ImageU8 page(across * (width + margin) + margin, down * (height + margin) + margin, 3);
  fill_rectangle(page, 0, 0, page.width, page.height, paper);
  for (std::size_t i = 0; i < charts.size(); ++i) {
    const int x = margin + static_cast<int>(i % across) * (width + margin);
    const int y = margin + static_cast<int>(i / across) * (height + margin);
    draw_chart(page, x, y, width, height, *charts[i].first, charts[i].second);
  }
  return page;
}

}  // namespace understudy
