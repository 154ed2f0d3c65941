// SPDX-License-Identifier: Apache-2.0
#include "lib/training/preview.hpp"

#include <algorithm>
#include <cmath>

#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"

namespace understudy {
namespace {

constexpr int caption_height = 22;
constexpr const char* captions[] = {"src", "src > src", "dst", "dst > dst", "swap"};

// Rows of faces side by side: columns[c] is (N,3,R,R).
ImageU8 grid_of(const std::vector<Tensor>& columns) {
  const int n = static_cast<int>(columns[0].size(0)), r = static_cast<int>(columns[0].size(2));
  ImageU8 grid(r * static_cast<int>(columns.size()), r * n, 3);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Tensor clipped = columns[c].clamp(0, 1);
    for (int i = 0; i < n; ++i) paste(grid, to_u8_rounded(to_image(clipped, i)), static_cast<int>(c) * r, i * r);
  }
  return grid;
}

ImageU8 with_header(const ImageU8& grid, const LossHistory& losses, const char* title) {
  const ImageU8 graph = draw_losses(losses, grid.width);
  ImageU8 all(grid.width, graph.height + caption_height + grid.height, 3);
  paste(all, graph, 0, 0);
  const int column = grid.width / 5;
  for (int c = 0; c < 5; ++c) {
    const std::string text = c == 4 && *title ? std::string(captions[c]) + " " + title : captions[c];
    draw_text(all, text, c * column + 6, graph.height + caption_height - 7, 9, {220, 220, 220});
  }
  paste(all, grid, 0, graph.height + caption_height);
  return all;
}

}  // namespace

ImageU8 draw_losses(const LossHistory& losses, int width, int height) {
  ImageU8 image(width, height, 3, 25);  // 0.1 grey
  for (int line = 0; line < 6; ++line) fill_rectangle(image, 0, line * (height - 1) / 5, width, 1, {60, 60, 60});
  if (losses.empty()) return image;
  double sum = 0;
  const std::size_t from = losses.size() / 5;
  for (std::size_t i = from; i < losses.size(); ++i) sum += losses[i][0] + losses[i][1];
  const double full = 2 * sum / (2.0 * static_cast<double>(losses.size() - from));
  const Bgr colours[] = {{255, 80, 40}, {40, 220, 255}};
  for (int x = 0; x < width; ++x) {
    const std::size_t begin = losses.size() * x / width;
    const std::size_t end = std::max(begin + 1, losses.size() * (x + 1) / width);
    for (int side = 1; side >= 0; --side) {
      float low = losses[begin][side], high = low;
      for (std::size_t i = begin; i < std::min(end, losses.size()); ++i) {
        low = std::min(low, losses[i][side]);
        high = std::max(high, losses[i][side]);
      }
      if (!std::isfinite(low) || !std::isfinite(high) || !(full > 0)) continue;
      auto y = [&](double loss) {
        return static_cast<int>(std::clamp((1 - loss / full) * (height - 1), 0.0, height - 1.0));
      };
      fill_rectangle(image, x, y(high), 1, y(low) - y(high) + 1, colours[side]);
    }
  }
  const auto& last = losses.back();
  draw_text(image, fmt::format("Iter: {}   src {:.3f}   dst {:.3f}", losses.size(), last[0], last[1]), 6, height - 6, 9,
            {230, 230, 230});
  return image;
}

Preview make_preview(const Saehd& net, const Batch& faces, const LossHistory& losses) {
  torch::InferenceMode inference;
  const auto out = net.forward(faces.src.target, faces.dst.target, /*with_swap=*/true);
  const Tensor s = faces.src.target, d = faces.dst.target;
  auto here = [](const Tensor& t) { return t.to(torch::kCPU); };
  const Tensor ss = here(out.src.bgr), dd = here(out.dst.bgr), sd = here(out.swap->bgr);
  const Tensor dst_mask = here(out.dst.mask), swap_mask = here(out.swap->mask) * dst_mask;
  const ImageU8 plain = grid_of({s, ss, d, dd, sd});
  const ImageU8 masked = grid_of({s * faces.src.mask, ss, d * faces.dst.mask, dd * dst_mask, sd * swap_mask});
  return {with_header(plain, losses, ""), with_header(masked, losses, "(masked)")};
}

}  // namespace understudy
