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

ImageF turned_round(ImageF image) {  // by 180 degrees; one channel
  std::ranges::reverse(image.data);
  return image;
}

// Eroded (above 0) or dilated. `both_ways`: the mean of the element's two positions, for one that has no middle.
ImageF reshaped(const ImageF& mask, int size, bool both_ways) {
  if (size == 0) return mask;
  const auto once = [size](const ImageF& m) { return size > 0 ? erode(m, size) : dilate(m, -size); };
  ImageF out = once(mask);
  if (!both_ways) return out;
  const ImageF other = turned_round(once(turned_round(mask)));
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] = (out.data[i] + other.data[i]) / 2;
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
    return xseg_mask(context,
                     in_sdr(context, warp(region_bgr, context.xseg_map, xseg_side, xseg_side, Interpolation::cubic)));
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

ImageF soften_mask(const ImageF& mask, int resolution, int erode_size, int blur, Compat compat) {
  if (erode_size == 0 && blur == 0) {
    ImageF out = mask;
    clamp_01(out);
    return out;
  }
  const int side = mask.width, padded = side + 2 * resolution;
  ImageF wide(padded, padded, 1);
  paste(wide, mask, resolution, resolution);
  wide = reshaped(wide, erode_size, compat == Compat::none && erode_size % 2 == 0);
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

ImageF in_sdr(const FaceContext& context, ImageF picture) {
  if (context.plate) context.plate->tone_mapped(picture);
  return picture;
}

}  // namespace understudy
