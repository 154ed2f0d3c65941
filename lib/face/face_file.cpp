// SPDX-License-Identifier: Apache-2.0
#include "lib/face/face_file.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/face/fit_metadata.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"

namespace understudy {
namespace {

constexpr std::size_t max_mask_bytes = 50000;

Failure no_metadata() {
  return fail_with_hint(Code::not_found, "the picture carries no face metadata",
                        "Only faces that were extracted by understudy or DeepFaceLab can be used here.");
}

}  // namespace

Result<FaceInfo> face_info_from_jpeg(std::span<const std::uint8_t> jpeg) {
  TRY(const auto segments, jpeg_segments(jpeg));
  const JpegSegment* metadata = nullptr;
  for (const auto& segment : segments) {
    if (segment.marker == metadata_marker) metadata = &segment;  // the last one wins (spec pipeline.md 3.1)
  }
  if (!metadata) return no_metadata();
  const auto payload = jpeg.subspan(metadata->payload, metadata->offset + metadata->size - metadata->payload);
  TRY(const auto dict, pickle::read(Bytes(payload.begin(), payload.end())));
  if (!dict.as_dict() || dict.as_dict()->empty()) return no_metadata();
  return face_info_from_dict(dict);
}

Result<Bytes> with_face_info(std::span<const std::uint8_t> jpeg, const FaceInfo& info) {
  TRY(const auto segments, jpeg_segments(jpeg));
  Bytes payload = pickle::write(dict_from_face_info(info), pickle::Protocol::three);
  if (payload.size() > max_segment_payload) {
    TRY(const FittedInfo fitted, fit_metadata(info));
    payload = pickle::write(dict_from_face_info(fitted.info), pickle::Protocol::three);
  }
  std::size_t after = 2;  // behind the last APPn, or behind the start marker
  for (const auto& segment : segments) {
    if (segment.marker >= 0xe0 && segment.marker < metadata_marker) after = segment.offset + segment.size;
  }
  const std::size_t length = payload.size() + 2;
  const std::array<std::uint8_t, 4> head = {0xff, metadata_marker, static_cast<std::uint8_t>(length >> 8),
                                            static_cast<std::uint8_t>(length & 255)};
  Bytes out;
  const auto append = [&out](std::span<const std::uint8_t> bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  const auto append_metadata = [&] {
    append(head);
    append(payload);
  };
  append(jpeg.first(2));
  if (after == 2) append_metadata();
  for (const auto& segment : segments) {
    if (segment.marker != metadata_marker) append(jpeg.subspan(segment.offset, segment.size));
    if (segment.offset + segment.size == after) append_metadata();
  }
  append(jpeg.subspan(segments.back().offset + segments.back().size));
  return out;
}

Result<Face> read_face(const fs::path& path) {
  const auto doing = fmt::format("reading {}", path.string());
  TRY(const auto jpeg, read_file(path, largest_picture));
  auto info = face_info_from_jpeg(jpeg);
  if (!info) return during(info.error(), doing);
  auto image = decode_image(jpeg);
  if (!image) return during(image.error(), doing);
  return Face{normalise_channels(*std::move(image), 3), *std::move(info)};
}

Result<FaceInfo> read_face_info(const fs::path& path) {
  // The metadata stands at the beginning; a whole picture is read only where other segments push it further back.
  TRY(auto beginning, read_range(path, 0, 256 * 1024));
  auto info = face_info_from_jpeg(beginning);
  if (!info && info.error().code == Code::io) {
    TRY(const auto jpeg, read_file(path, largest_picture));
    info = face_info_from_jpeg(jpeg);
  }
  if (!info) {
    if (info.error().code == Code::io) info.error().code = Code::bad_file;
    return during(info.error(), fmt::format("reading {}", path.string()));
  }
  return info;
}

Result<> write_face_jpeg(const fs::path& path, const ImageU8& image_bgr, int quality, const FaceInfo& info) {
  TRY(const auto jpeg, encode_jpeg(image_bgr, {.quality = quality}));
  auto file = with_face_info(jpeg, info);
  if (!file) return during(file.error(), fmt::format("writing {}", path.string()));
  return write_file(path, *file);
}

Result<ImageF> decode_mask(std::span<const std::uint8_t> encoded) {
  TRY(auto image, decode_image(encoded));
  return to_float(normalise_channels(std::move(image), 1));
}

Result<Bytes> encode_mask(const ImageF& mask) { return encode_mask(to_u8_truncated(mask)); }

Result<Bytes> encode_mask(const ImageU8& image) {
  auto file = encode_png(image, {.level = 6});
  for (int quality = 100; file && file->size() > max_mask_bytes && quality >= 1; --quality) {
    file = encode_jpeg(image, {.quality = quality});
  }
  return file;
}

Result<> read_meta_dat(const fs::path& path, const std::function<Result<>(const SavedInfo&)>& take) {
  std::error_code error;
  const auto file_size = fs::file_size(path, error);
  if (error) return io_failure("read", path, error.value());
  bool taken = true;
  const auto take_one = [&](const pickle::Value& key, const pickle::Value& entry) -> Result<> {
    const auto* name = key.as_string();
    const auto* pair = entry.as_sequence();
    const auto size = pair && pair->size() == 2 ? (*pair)[0].numbers() : std::nullopt;
    if (!name || !size || size->size() < 2) return fail(Code::bad_file, "it is no saved metadata");
    auto info = face_info_from_dict((*pair)[1]);
    if (!info) return during(info.error(), *name);
    auto result = take({*name, static_cast<int>((*size)[1]), static_cast<int>((*size)[0]), *std::move(info)});
    taken = result.has_value();
    return result;
  };
  auto read = pickle::read_items(path, 0, file_size, take_one);
  if (!read && taken) return during(read.error(), fmt::format("reading {}", path.string()));
  return read;
}

Result<std::vector<SavedInfo>> read_meta_dat(const fs::path& path) {
  std::vector<SavedInfo> saved;
  TRY_VOID(read_meta_dat(path, [&saved](const SavedInfo& one) -> Result<> {
    saved.push_back(one);
    return {};
  }));
  return saved;
}

Result<> write_meta_dat(const fs::path& path, const std::function<Result<>(const PutSaved&)>& fill) {
  return write_stream(path, [&](std::ostream& out) -> Result<> {
    pickle::PieceWriter entries(pickle::PieceWriter::Kind::dict, pickle::Protocol::three, bytes_to(out));
    TRY_VOID(fill([&entries](const SavedInfo& one) {
      entries.add(one.file_name);
      entries.add(
          pickle::Value::tuple({pickle::Value::tuple({one.height, one.width, 3}), dict_from_face_info(one.info)}));
    }));
    std::move(entries).finish();
    return {};
  });
}

Result<> write_meta_dat(const fs::path& path, std::span<const SavedInfo> saved) {
  return write_meta_dat(path, [saved](const PutSaved& put) -> Result<> {
    for (const auto& one : saved) put(one);
    return {};
  });
}

}  // namespace understudy
