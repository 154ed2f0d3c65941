// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/loss_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/image/draw.hpp"

namespace understudy {
namespace {

// The last iterations of a history.
struct Part {
  const LossHistory& all;
  std::size_t begin, end;  // iterations
  std::size_t count() const { return end - begin; }
};

constexpr std::array<Bgr, 4> colours{{{255, 80, 40}, {40, 220, 255}, {90, 200, 90}, {200, 90, 220}}};

// The loss that the graph's upper edge stands for; 0 when there is nothing to show.
double full_height(const Part& part) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = part.begin + part.count() / 5; i < part.end; ++i) {
    for (const float loss : part.all.at(i)) {
      if (!std::isfinite(loss)) continue;
      sum += loss;
      ++count;
    }
  }
  return count == 0 ? 0 : 2 * sum / static_cast<double>(count);
}

void draw_bar(ImageU8& image, int x, const Part& part, std::size_t which, double full) {
  float low = INFINITY, high = -INFINITY;
  for (std::size_t i = part.begin; i < part.end; ++i) {
    const float loss = part.all.at(i)[which];
    if (!std::isfinite(loss)) continue;
    low = std::min(low, loss);
    high = std::max(high, loss);
  }
  if (low > high) return;
  const int bottom = image.height - 1;
  auto y = [&](double loss) { return static_cast<int>(std::clamp((1 - loss / full) * bottom, 0.0, bottom * 1.0)); };
  fill_rectangle(image, x, y(high), 1, y(low) - y(high) + 1, colours[which % colours.size()]);
}

// As much as fits into the width: the iteration always, then the losses, then the range.
std::string status_text(const LossHistory& losses, std::int64_t range, int width) {
  const auto last = losses.at(losses.size() - 1);
  std::string values, text = fmt::format("Iter: {}", losses.size());
  for (std::size_t i = 0; i < last.size(); ++i) values += fmt::format("   {} {:.3f}", losses.names[i], last[i]);
  for (const auto& more :
       {values, range > 0 && range < static_cast<std::int64_t>(losses.size()) ? "   " + loss_range_name(range) : ""}) {
    if (text_width(text + more, 9) > width - 12) break;
    text += more;
  }
  return text;
}

// Dotted, so that no bar is hidden by it.
void draw_mark(ImageU8& image, int x) {
  for (int y = 0; y < image.height; y += 3) fill_rectangle(image, x, y, 1, 1, {120, 230, 120});
}

}  // namespace

double LossHistory::mean_of_last(std::size_t loss, std::size_t count) const {
  double sum = 0;
  const std::size_t n = std::min(count, size());
  for (std::size_t i = size() - n; i < size(); ++i) sum += at(i)[loss];
  return n == 0 ? 0 : sum / static_cast<double>(n);
}

std::int64_t next_loss_range(std::int64_t range) {
  const auto* at = std::find(loss_ranges.begin(), loss_ranges.end(), range);
  return at == loss_ranges.end() || at + 1 == loss_ranges.end() ? loss_ranges.front() : at[1];
}

std::string loss_range_name(std::int64_t range) {
  return range <= 0 ? "all iterations" : fmt::format("the last {} iterations", range);
}

ImageU8 draw_losses(const LossHistory& losses, int width, int height, std::int64_t range, const LossMarks& marks) {
  ImageU8 image(width, height, 3, 25);  // 0.1 grey
  // Grey 0.8 as the original's, but only every fourth pixel of it, so that they do not outshine the bars.
  for (int line = 0; line < 6; ++line) {
    for (int x = 0; x < width; x += 4) fill_rectangle(image, x, line * (height - 1) / 5, 1, 1, {204, 204, 204});
  }
  if (losses.empty()) return image;
  const auto shown = range > 0 ? std::min<std::size_t>(losses.size(), static_cast<std::size_t>(range)) : losses.size();
  const std::size_t first = losses.size() - shown;
  if (const double full = full_height({losses, first, losses.size()}); full > 0) {
    for (int x = 0; x < width; ++x) {
      const std::size_t begin = shown * x / width;
      const std::size_t end = std::min(shown, std::max(begin + 1, shown * (x + 1) / width));
      for (std::size_t which = losses.names.size(); which-- > 0;)
        draw_bar(image, x, {losses, first + begin, first + end}, which, full);
    }
  }
  const auto hidden = static_cast<std::int64_t>(losses.size() - shown);
  for (const std::int64_t mark : marks) {
    if (mark > hidden && mark < static_cast<std::int64_t>(losses.size()))
      draw_mark(image, static_cast<int>((mark - hidden) * width / static_cast<std::int64_t>(shown)));
  }
  draw_text(image, status_text(losses, range, width), 6, height - 6, 9, {230, 230, 230});
  return image;
}

}  // namespace understudy
