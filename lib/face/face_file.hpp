// SPDX-License-Identifier: Apache-2.0
// Aligned faces as DeepFaceLab keeps them: a JPEG with its metadata pickled in an APP15 segment (spec pipeline.md 3).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "lib/base/files.hpp"
#include "lib/base/pickle.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/face/masks.hpp"

namespace understudy {

// 468 points of the face mesh: x and y in pixels of the *source frame*, z in the same unit (smaller is nearer).
using Mesh468 = std::array<std::array<float, 3>, 468>;

struct FaceInfo {
  FaceType face_type = FaceType::full;
  Landmarks68 landmarks{};                      // pixels of the aligned picture
  std::string source_filename;                  // frame file name with extension, no folder; may be empty
  std::optional<Rect> source_rect;              // detector's rectangle in the frame
  std::optional<Landmarks68> source_landmarks;  // pixels of the frame; what the merger uses
  std::optional<Affine> image_to_face_mat;      // frame -> crop; absent for mark_only
  double eyebrows_expand_mod = 1;
  std::vector<Polygon> polygons;   // XSeg labels, includes first
  std::optional<Bytes> xseg_mask;  // an encoded PNG or JPEG, see decode_mask()
  // Keys of our own, which DeepFaceLab ignores and keeps.
  std::optional<Mesh468> mesh;                               // "understudy_mesh"
  std::vector<std::pair<std::string, pickle::Value>> extra;  // every other key, kept as it was
};

// Metadata of a DeepFaceLab JPEG. A JPEG without it is Code::not_found: "no face metadata".
Result<FaceInfo> face_info_from_jpeg(std::span<const std::uint8_t> jpeg);
// The JPEG with the metadata put in or replaced; pixels are copied, never recompressed. Metadata that exceeds the
// 65,533 bytes of a segment is made to fit (lib/face/fit_metadata.hpp, which also tells what gave way).
Result<Bytes> with_face_info(std::span<const std::uint8_t> jpeg, const FaceInfo&);

struct Face {
  ImageU8 image_bgr;
  FaceInfo info;
};
Result<Face> read_face(const fs::path&);
Result<FaceInfo> read_face_info(const fs::path&);
// 4:2:0 JPEG as DeepFaceLab writes it, all or nothing.
Result<> write_face_jpeg(const fs::path&, const ImageU8& image_bgr, int quality, const FaceInfo&);

// The metadata dict itself, as meta.dat and faceset.pak hold it too.
Result<FaceInfo> face_info_from_dict(const pickle::Value& dict);
pickle::Value dict_from_face_info(const FaceInfo&);

// xseg_mask: one channel, 0..1. Encoded as PNG, or as the best JPEG that stays within 50,000 bytes (spec 3.5).
Result<ImageF> decode_mask(std::span<const std::uint8_t> encoded);
Result<Bytes> encode_mask(const ImageF& mask);

// The 68 landmarks in a list or array of numbers; empty when it is not 68 x 2 finite numbers.
std::optional<Landmarks68> landmarks_from(const pickle::Value&);

// meta.dat ("save metadata"): file name -> metadata, in file order.
struct SavedInfo {
  std::string file_name;
  int width = 0, height = 0;
  FaceInfo info;
};
// One by one, so that memory holds few at a time.
Result<> read_meta_dat(const fs::path&, const std::function<Result<>(const SavedInfo&)>& take);
using PutSaved = std::function<void(const SavedInfo&)>;
Result<> write_meta_dat(const fs::path&, const std::function<Result<>(const PutSaved&)>& fill);
// All at once.
Result<std::vector<SavedInfo>> read_meta_dat(const fs::path&);
Result<> write_meta_dat(const fs::path&, std::span<const SavedInfo>);

}  // namespace understudy
