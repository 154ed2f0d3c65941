// SPDX-License-Identifier: Apache-2.0
#include "lib/face/fit_metadata.hpp"

#include <algorithm>

#include "lib/face/jpeg_segments.hpp"
#include "lib/image/bit_png.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

constexpr int smallest_side = 64;
constexpr std::size_t spare = 32;  // what the pickle itself needs more or less for another length

std::size_t metadata_bytes(const FaceInfo& info) {
  return pickle::write(dict_from_face_info(info), pickle::Protocol::three).size();
}

bool is_binary(const ImageU8& mask) {
  return std::ranges::all_of(mask.data, [](std::uint8_t v) { return v == 0 || v == 255; });
}

ImageU8 halved(const ImageU8& mask, bool binary) {
  ImageU8 half = resize(mask, std::max(mask.width / 2, 1), std::max(mask.height / 2, 1), Interpolation::area);
  if (binary) std::ranges::transform(half.data, half.data.begin(), [](std::uint8_t v) { return v < 128 ? 0 : 255; });
  return half;
}

// The mask in the best encoding that takes no more bytes; nothing when there is none at this size.
Result<std::optional<Bytes>> encoded_within(const ImageU8& mask, bool binary, std::size_t room) {
  TRY(Bytes file, binary ? encode_png_bits(mask) : encode_png(mask, {.level = 9}));
  // Below that quality, edges of the mask wander: a smaller picture is the better one then.
  constexpr int worst_quality = 60, quality_step = 5;
  for (int quality = 100; !binary && file.size() > room && quality >= worst_quality; quality -= quality_step) {
    TRY(file, encode_jpeg(mask, {.quality = quality}));
  }
  return file.size() <= room ? std::optional(std::move(file)) : std::nullopt;
}

struct SmallerMask {
  Bytes file;
  int width = 0, height = 0;
  bool resized = false;
};
// Nothing when no size that is still of use fits, or when the bytes are no mask.
Result<std::optional<SmallerMask>> mask_within(const Bytes& encoded, std::size_t room) {
  auto decoded = decode_image(encoded);
  if (!decoded) return std::nullopt;
  ImageU8 mask = normalise_channels(*std::move(decoded), 1);
  const bool binary = is_binary(mask);
  for (bool resized = false;; resized = true) {
    TRY(auto file, encoded_within(mask, binary, room));
    if (file) return SmallerMask{*std::move(file), mask.width, mask.height, resized};
    if (std::min(mask.width, mask.height) / 2 < smallest_side) return std::nullopt;
    mask = halved(mask, binary);
  }
}

// Puts a mask into the info that leaves it no longer than a segment; false when there is none.
Result<bool> shrink_mask(FaceInfo& info, const Bytes& original, std::string& gave_way) {
  info.xseg_mask = original;
  const std::size_t all = metadata_bytes(info);
  if (all <= max_segment_payload) return true;
  const std::size_t others = all - original.size() + spare;
  if (others >= max_segment_payload) return false;
  TRY(auto smaller, mask_within(original, max_segment_payload - others));
  if (!smaller) return false;
  info.xseg_mask = std::move(smaller->file);
  gave_way = smaller->resized ? fmt::format("its mask is kept at {} x {}", smaller->width, smaller->height)
                              : "its mask is kept in a smaller encoding";
  return true;
}

Failure too_long(const FaceInfo& info) {
  std::size_t points = 0;
  for (const auto& polygon : info.polygons) points += polygon.points.size();
  return fail_with_hint(Code::bad_file,
                        fmt::format("the face's metadata needs {} bytes, and a JPEG segment holds {}",
                                    metadata_bytes(info), max_segment_payload),
                        points > 1000 ? fmt::format("Remove some of the {} points of its polygons.", points) : "");
}

}  // namespace

Result<FittedInfo> fit_metadata(FaceInfo info) {
  FittedInfo fitted{std::move(info), {}};
  if (metadata_bytes(fitted.info) <= max_segment_payload) return fitted;
  const std::optional<Bytes> mask = fitted.info.xseg_mask;
  if (mask) {
    TRY(const bool fits, shrink_mask(fitted.info, *mask, fitted.gave_way));
    if (fits) return fitted;
  }
  if (!fitted.info.mesh) return too_long(fitted.info);
  fitted.info.mesh.reset();
  fitted.gave_way.clear();
  bool fits = metadata_bytes(fitted.info) <= max_segment_payload;
  if (!fits && mask) {
    TRY(fits, shrink_mask(fitted.info, *mask, fitted.gave_way));
  }
  if (!fits) return too_long(fitted.info);
  fitted.gave_way += (fitted.gave_way.empty() ? "" : " and ") + std::string("its mesh is left out");
  return fitted;
}

}  // namespace understudy
