// SPDX-License-Identifier: Apache-2.0
// Colour transfers and histograms of a face (spec pipeline.md 7.3 I, J, L2, L3), measured in its frame or over several.
#include <algorithm>
#include <cmath>

#include "lib/image/convert.hpp"
#include "steps/6_merge/compose_parts.hpp"

namespace understudy {
namespace {

// Multiplies a colour image by a one-channel mask.
ImageF masked(ImageF image, const ImageF& mask) {
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] *= mask.data[i / 3];
  return image;
}

ImageF binary(const ImageF& mask) {
  ImageF out = mask;
  for (auto& v : out.data) v = v > 0 ? 1.0f : 0.0f;
  return out;
}

// Transfers that are a straight map, and so need nothing of the pictures but means and covariances.
bool by_moments(ColourTransfer transfer) {
  return transfer == ColourTransfer::rct || transfer == ColourTransfer::lct || transfer == ColourTransfer::mkl ||
         transfer == ColourTransfer::mkl_m;
}
bool matches_histogram(MergeMode mode) {
  return mode == MergeMode::hist_match || mode == MergeMode::seamless_hist_match;
}

ColourMoments moments_for(ColourTransfer transfer, const ImageF& picture, const ImageF& inside) {
  if (transfer == ColourTransfer::rct) return lab_moments(picture, &inside);
  return transfer == ColourTransfer::mkl_m ? bgr_moments(masked(picture, inside)) : bgr_moments(picture);
}

// What the face is fitted to, pixel for pixel: that frame's crop, or one whose pixels come from the window's.
struct Target {
  ImageF bgr, inside;
};

// Each pixel from one of the window's frames, in turn by their weights (the golden ratio's multiples are spread
// evenly).
Target pooled(const Target& own, std::span<const WeightedMeasure> window) {
  Target out = own;
  std::vector<std::pair<double, const ColourMeasure*>> up_to;
  double sum = 0;
  for (const auto& [measure, weight] : window) {
    if (measure->target_bgr.data.size() != own.bgr.data.size()) continue;
    up_to.emplace_back(sum += weight, measure);
  }
  if (up_to.empty()) return out;
  constexpr double golden = 0.6180339887498949;
  double at = 0;
  for (std::size_t i = 0; i < out.inside.data.size(); ++i) {
    at += golden;
    at -= std::floor(at);
    const auto one = std::ranges::upper_bound(up_to, at * sum, {}, &std::pair<double, const ColourMeasure*>::first);
    const ColourMeasure& from = *(one == up_to.end() ? up_to.back() : *one).second;
    out.inside.data[i] = from.inside.data[i];
    for (std::size_t c = 0; c < 3; ++c)
      out.bgr.data[3 * i + c] = static_cast<float>(from.target_bgr.data[3 * i + c]) / 65535.0f;
  }
  return out;
}

ImageF transferred(ColourTransfer transfer, const ImageF& face, const ImageF& inside, const Target& target,
                   const TransferRandom& random) {
  switch (transfer) {
    case ColourTransfer::none:
      return face;
    case ColourTransfer::rct:
      return transfer_reinhard(face, target.bgr, &inside, &target.inside);
    case ColourTransfer::lct:
      return transfer_linear(face, target.bgr);
    case ColourTransfer::mkl:
      return transfer_monge_kantorovich(face, target.bgr);
    case ColourTransfer::mkl_m:
      return transfer_monge_kantorovich(masked(face, inside), masked(target.bgr, target.inside));
    case ColourTransfer::idt:
      return transfer_distribution(face, target.bgr, random);
    case ColourTransfer::idt_m:
      return transfer_distribution(masked(face, inside), masked(target.bgr, target.inside), random);
    case ColourTransfer::sot_m: {
      ImageF out =
          transfer_sliced(masked(face, inside), masked(target.bgr, target.inside), random, {.steps = 10, .batch = 30});
      clamp_01(out);
      return out;
    }
    case ColourTransfer::mix_m:
      return transfer_mix(masked(face, inside), masked(target.bgr, target.inside), random);
  }
  return face;
}

// By what was measured over the window.
ImageF transferred_evenly(ColourTransfer transfer, const ImageF& face, const ImageF& inside,
                          std::span<const WeightedMeasure> window) {
  std::vector<WeightedMoments> faces, targets;
  for (const auto& [measure, weight] : window) {
    faces.push_back({measure->face, weight});
    targets.push_back({measure->target, weight});
  }
  const ColourMoments from = average(faces), to = average(targets);
  if (transfer == ColourTransfer::rct) return reinhard_by(face, from, to);
  if (transfer == ColourTransfer::lct) return linear_by(face, from, to);
  return monge_kantorovich_by(transfer == ColourTransfer::mkl_m ? masked(face, inside) : face, from, to);
}

ImageF white_outside(ImageF image, const ImageF& inside) {
  for (std::size_t i = 0; i < image.data.size(); ++i) {
    const float v = inside.data[i / 3];
    image.data[i] = std::min(image.data[i] * v + (1 - v), 1.0f);
  }
  return image;
}

ImageF histogram_matched(const MergeSettings& s, const ImageF& face, const ImageF& inside, const Target& target) {
  if (s.mode == MergeMode::seamless_hist_match || !s.masked_hist_match)
    return match_histogram(face, target.bgr, s.hist_match_threshold);
  return match_histogram(white_outside(face, inside), white_outside(target.bgr, target.inside), s.hist_match_threshold);
}

ColourMeasure measured(const MergeSettings& s, const ImageF& face, const ImageF& inside, const ImageF& target) {
  ColourMeasure measure{s.colour_transfer, {}, {}, {}, {}};
  if (by_moments(s.colour_transfer)) {
    measure.face = moments_for(s.colour_transfer, face, inside);
    measure.target = moments_for(s.colour_transfer, target, inside);
  }
  const bool pixels = !by_moments(s.colour_transfer) && s.colour_transfer != ColourTransfer::none;
  if (pixels || matches_histogram(s.mode)) {
    measure.target_bgr = to_u16_rounded(target);
    measure.inside = ImageU8(inside.width, inside.height, 1);
    std::ranges::transform(inside.data, measure.inside.data.begin(), [](float v) { return v > 0 ? 1 : 0; });
  }
  return measure;
}

}  // namespace

ImageF recoloured(const FaceContext& context, ImageF face, const ImageF& target, const ImageF& mask) {
  const auto& s = context.settings;
  if (s.colour_transfer == ColourTransfer::none && !matches_histogram(s.mode)) return face;
  const ImageF inside = binary(mask);
  if (context.measure) {
    *context.measure = measured(s, face, inside, target);
    return face;
  }
  // Only what was measured in the same way counts.
  std::vector<WeightedMeasure> window(context.window.begin(), context.window.end());
  std::erase_if(window, [&](const WeightedMeasure& w) { return w.measure->transfer != s.colour_transfer; });
  Target fitted_to{target, inside};
  if (!window.empty()) fitted_to = pooled(fitted_to, window);
  face = !window.empty() && by_moments(s.colour_transfer)
             ? transferred_evenly(s.colour_transfer, face, inside, window)
             : transferred(s.colour_transfer, face, inside, fitted_to, context.random);
  return matches_histogram(s.mode) ? histogram_matched(s, face, inside, fitted_to) : face;
}

}  // namespace understudy
