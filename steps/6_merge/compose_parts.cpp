// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/compose_parts.hpp"

#include <algorithm>

#include "lib/image/convert.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

constexpr int xseg_side = 256;

ImageF product(ImageF a, const ImageF& b) {
  for (std::size_t i = 0; i < a.data.size(); ++i) a.data[i] *= b.data[i];
  return a;
}

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

Result<ImageF> xseg_mask(const FaceContext& context, const ImageF& face256) {
  TRY(const auto mask, context.model.xseg(face256));
  return resize(mask, context.output, context.output, Interpolation::cubic);
}

}  // namespace

Result<ImageF> select_mask(const FaceContext& context, const ImageF& region_bgr, const ImageF& hull, const ImageF& face,
                           const Prediction& prediction) {
  const MaskMode mode = context.settings.mask_mode;
  if (needs_xseg(mode) && !context.model.xseg) {
    return fail_with_hint(Code::bad_option, "This mask mode needs an XSeg model, and there is none",
                          "Choose a mask mode without xseg, or train or import an XSeg model.");
  }
  const auto prd = [&] { return xseg_mask(context, resize(face, xseg_side, xseg_side, Interpolation::cubic)); };
  const auto dst = [&] {
    return xseg_mask(context, warp(region_bgr, context.xseg_map, xseg_side, xseg_side, Interpolation::cubic));
  };
  switch (mode) {
    case MaskMode::full:
      return ImageF(context.output, context.output, 1, 1.0f);
    case MaskMode::dst:
      return hull;
    case MaskMode::learned_prd:
      return prediction.mask_prd;
    case MaskMode::learned_dst:
      return prediction.mask_dst;
    case MaskMode::learned_product:
      return product(prediction.mask_prd, prediction.mask_dst);
    case MaskMode::learned_sum: {
      ImageF sum = prediction.mask_prd;
      for (std::size_t i = 0; i < sum.data.size(); ++i) sum.data[i] += prediction.mask_dst.data[i];
      clamp_01(sum);
      return sum;
    }
    case MaskMode::xseg_prd:
      return prd();
    case MaskMode::xseg_dst:
      return dst();
    case MaskMode::xseg_product:
    case MaskMode::learned_xseg_product: {
      TRY(const auto of_prediction, prd());
      TRY(const auto of_frame, dst());
      ImageF both = product(of_prediction, of_frame);
      if (mode == MaskMode::xseg_product) return both;
      return product(product(std::move(both), prediction.mask_prd), prediction.mask_dst);
    }
  }
  return hull;
}

ImageF soften_mask(const ImageF& mask, int resolution, int erode_size, int blur) {
  if (erode_size == 0 && blur == 0) {
    ImageF out = mask;
    clamp_01(out);
    return out;
  }
  const int side = mask.width, padded = side + 2 * resolution;
  ImageF wide(padded, padded, 1);
  paste(wide, mask, resolution, resolution);
  if (erode_size > 0) wide = erode(wide, erode_size);
  if (erode_size < 0) wide = dilate(wide, -erode_size);
  // Zeros at the border let the blur fade out where the prediction ends.
  const int border = std::min(resolution + blur / 2, padded / 2);
  for (int y = 0; y < padded; ++y) {
    float* row = wide.row(y);
    if (y < border || y >= padded - border) {
      std::fill_n(row, padded, 0.0f);
    } else {
      std::fill_n(row, border, 0.0f);
      std::fill_n(row + padded - border, border, 0.0f);
    }
  }
  if (blur > 0) wide = gaussian_blur(wide, blur + (blur % 2 == 0 ? 1 : 0));
  ImageF out = crop(wide, resolution, resolution, side, side);
  clamp_01(out);
  return out;
}

ImageF transfer_colour(ColourTransfer transfer, const ImageF& face, const ImageF& target, const ImageF& mask,
                       const TransferRandom& random) {
  const ImageF inside = binary(mask);
  switch (transfer) {
    case ColourTransfer::none:
      return face;
    case ColourTransfer::rct:
      return transfer_reinhard(face, target, &inside, &inside);
    case ColourTransfer::lct:
      return transfer_linear(face, target);
    case ColourTransfer::mkl:
      return transfer_monge_kantorovich(face, target);
    case ColourTransfer::mkl_m:
      return transfer_monge_kantorovich(masked(face, inside), masked(target, inside));
    case ColourTransfer::idt:
      return transfer_distribution(face, target, random);
    case ColourTransfer::idt_m:
      return transfer_distribution(masked(face, inside), masked(target, inside), random);
    case ColourTransfer::sot_m: {
      ImageF out = transfer_sliced(masked(face, inside), masked(target, inside), random, {.steps = 10, .batch = 30});
      clamp_01(out);
      return out;
    }
    case ColourTransfer::mix_m:
      return transfer_mix(masked(face, inside), masked(target, inside), random);
  }
  return face;
}

ImageF match_masked(const MergeSettings& settings, const ImageF& face, const ImageF& target, const ImageF& mask) {
  if (!settings.masked_hist_match) return match_histogram(face, target, settings.hist_match_threshold);
  const ImageF inside = binary(mask);
  const auto white_outside = [&inside](ImageF image) {
    for (std::size_t i = 0; i < image.data.size(); ++i) {
      const float v = inside.data[i / 3];
      image.data[i] = std::min(image.data[i] * v + (1 - v), 1.0f);
    }
    return image;
  };
  return match_histogram(white_outside(face), white_outside(target), settings.hist_match_threshold);
}

}  // namespace understudy
