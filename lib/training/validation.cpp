// SPDX-License-Identifier: Apache-2.0
#include "lib/training/validation.hpp"

#include <algorithm>
#include <cstdlib>

#include "lib/image/convert.hpp"
#include "lib/image/quality.hpp"

namespace understudy {
namespace {

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

NamedValues named_values(const ValidationNumbers& n) {
  return {{"src_ssim", n.src_ssim}, {"src_psnr", n.src_psnr}, {"src_mask_iou", n.src_mask_iou},
          {"dst_ssim", n.dst_ssim}, {"dst_psnr", n.dst_psnr}, {"dst_mask_iou", n.dst_mask_iou},
          {"src_loss", n.src_loss}, {"dst_loss", n.dst_loss}};
}

std::vector<std::string> validation_names() {
  std::vector<std::string> names;
  for (const auto& [name, value] : named_values({})) names.push_back(name);
  return names;
}

std::optional<double> last_ssim(const fs::path& file) {
  const auto row = last_validation(file);
  return row ? std::optional(ssim_of(*row)) : std::nullopt;
}

double ssim_of(const ValidationRow& row) {
  double sum = 0;
  for (const auto& [name, cell] : row) {
    if (name == "src_ssim" || name == "dst_ssim") sum += std::strtod(cell.c_str(), nullptr);
  }
  return sum / 2;
}

}  // namespace understudy
