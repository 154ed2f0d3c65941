// SPDX-License-Identifier: Apache-2.0
#include "lib/training/validation.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "lib/base/text.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/quality.hpp"

namespace understudy {
namespace {

constexpr const char* header =
    "iteration,seconds,src_ssim,src_psnr,src_mask_iou,dst_ssim,dst_psnr,dst_mask_iou,src_loss,dst_loss";

// The sums over one side's faces.
struct SideSums {
  double ssim = 0, psnr = 0, iou = 0;
  int faces = 0, masks = 0;

  void add_face(const ImageF& face, const ImageF& given_back, const ImageF& mask) {
    const Likeness like = likeness(to_u8_rounded(face), to_u8_rounded(given_back), to_u8_rounded(mask));
    if (like.pixels <= 0) return;
    ssim += like.ssim;
    psnr += like.psnr;
    ++faces;
  }
  void add_mask(const ImageF& wanted, const ImageF& predicted) {
    std::size_t both = 0, either = 0;
    for (std::size_t i = 0; i < wanted.data.size(); ++i) {
      const bool w = wanted.data[i] >= 0.5f, p = predicted.data[i] >= 0.5f;
      both += w && p;
      either += w || p;
    }
    if (either == 0) return;
    iou += static_cast<double>(both) / static_cast<double>(either);
    ++masks;
  }
  void add(const BatchSide& side, const Decoded& decoded) {
    const Tensor bgr = decoded.bgr.to(torch::kCPU, torch::kFloat32),
                 mask = decoded.mask.to(torch::kCPU, torch::kFloat32);
    for (int i = 0; i < static_cast<int>(bgr.size(0)); ++i) {
      const ImageF wanted_mask = to_image(side.mask, i);
      add_face(to_image(side.target, i), to_image(bgr, i), wanted_mask);
      add_mask(wanted_mask, to_image(mask, i));
    }
  }
  double mean(double sum, int count) const { return count == 0 ? 0 : sum / count; }
};

BatchSide rows(const BatchSide& side, std::int64_t from, std::int64_t count) {
  return {{}, side.target.narrow(0, from, count), side.mask.narrow(0, from, count), {}};
}

// The number at the start of a complete row, or nothing.
std::optional<std::int64_t> row_iteration(std::string_view row) {
  std::int64_t iteration = 0;
  const auto [end, error] = std::from_chars(row.data(), row.data() + row.size(), iteration);
  const bool complete =
      std::count(row.begin(), row.end(), ',') == std::count(header, header + std::strlen(header), ',');
  if (error != std::errc() || end == row.data() + row.size() || *end != ',' || !complete) return {};
  return iteration;
}

}  // namespace

ValidationNumbers validate(const FaceNet& net, const Batch& faces, std::array<double, 2> losses, int chunk) {
  torch::InferenceMode inference;
  SideSums src, dst;
  const std::int64_t all = faces.src.target.size(0);
  for (std::int64_t from = 0; from < all; from += chunk) {
    const std::int64_t count = std::min<std::int64_t>(chunk, all - from);
    const BatchSide s = rows(faces.src, from, count), d = rows(faces.dst, from, count);
    const auto made = net.forward(s.target, d.target);
    src.add(s, made.src);
    dst.add(d, made.dst);
  }
  return {src.mean(src.ssim, src.faces),
          dst.mean(dst.ssim, dst.faces),
          src.mean(src.psnr, src.faces),
          dst.mean(dst.psnr, dst.faces),
          src.mean(src.iou, src.masks),
          dst.mean(dst.iou, dst.masks),
          losses[0],
          losses[1]};
}

std::vector<std::pair<std::string, double>> named_values(const ValidationNumbers& n) {
  return {{"validation/src_ssim", n.src_ssim},         {"validation/src_psnr", n.src_psnr},
          {"validation/src_mask_iou", n.src_mask_iou}, {"validation/dst_ssim", n.dst_ssim},
          {"validation/dst_psnr", n.dst_psnr},         {"validation/dst_mask_iou", n.dst_mask_iou},
          {"validation/src_loss", n.src_loss},         {"validation/dst_loss", n.dst_loss}};
}

std::optional<double> last_ssim(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return {};
  const auto lines = split(*text, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!row_iteration(*line)) continue;
    const auto cells = split(*line, ',');
    constexpr std::size_t src = 2, dst = 5;  // as in the header
    return (std::strtod(cells[src].c_str(), nullptr) + std::strtod(cells[dst].c_str(), nullptr)) / 2;
  }
  return {};
}

Result<ValidationLog> ValidationLog::open(const fs::path& file, std::int64_t iteration) {
  std::string text = std::string(header) + "\n";
  std::int64_t last = -1;
  if (fs::exists(file)) {
    TRY(const auto old, read_text(file));
    auto lines = split(old, '\n');
    if (!lines.empty()) lines.pop_back();  // what follows the last line's end: nothing, or a row that was cut off
    if (!lines.empty() && lines[0] != header) {
      return fail_with_hint(Code::bad_file, fmt::format("{} has other columns than are written now", file.string()),
                            "Move it away to go on.");
    }
    for (const auto& line : lines) {
      const auto at = row_iteration(line);
      if (!at || *at > iteration) continue;
      text += line + "\n";
      last = *at;
    }
  }
  TRY_VOID(write_text(file, text));
  return ValidationLog(file, last);
}

Result<> ValidationLog::add(std::int64_t iteration, double seconds, const ValidationNumbers& n) {
  if (iteration == last_) return {};
  last_ = iteration;
  std::string row = fmt::format("{},{:.1f}", iteration, seconds);
  for (const auto& [name, value] : named_values(n)) row += fmt::format(",{:.6g}", value);
  file_ << row << std::endl;
  if (!file_) return fail(Code::io, "Cannot write {}", path_.string());
  return {};
}

}  // namespace understudy
