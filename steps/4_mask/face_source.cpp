// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/face_source.hpp"

#include "lib/base/limits.hpp"
#include "lib/image/convert.hpp"

namespace understudy {

Result<FaceSource> FaceSource::open(const fs::path& folder) {
  FaceSource source;
  source.folder_ = folder;
  std::error_code ignored;
  if (!fs::exists(folder / "faceset.pak", ignored)) {
    TRY(source.names_, loose_names(folder));
    return source;
  }
  TRY(source.pack_, Faceset::open(folder));
  for (const auto& entry : source.pack_->entries())
    source.names_.push_back((fs::path(entry.person) / entry.file_name).generic_string());
  return source;
}

Result<FaceInfo> FaceSource::with_table(Result<FaceInfo> info, std::size_t index) const {
  if (!info) return info;
  const FaceInfo& table = pack_->entries()[index].info;
  info->polygons = table.polygons;
  info->xseg_mask = table.xseg_mask;
  return info;
}

Result<FaceInfo> FaceSource::info(std::size_t index) const {
  if (pack_) return with_table(pack_->full_info(index), index);
  return read_face_info(folder_ / names_[index]);
}

Result<Bytes> FaceSource::jpeg(std::size_t index) const {
  return pack_ ? pack_->jpeg(index) : read_file(folder_ / names_[index], largest_picture);
}

Result<Face> FaceSource::face(std::size_t index) const {
  if (!pack_) return read_face(folder_ / names_[index]);
  TRY(FaceInfo known, info(index));
  TRY(ImageU8 image, pack_->image(index));
  return Face{std::move(image), std::move(known)};
}

Result<ImageSize> FaceSource::size(std::size_t index) const {
  TRY(const Bytes file, jpeg(index));
  auto size = image_size(file);
  if (!size) return during(std::move(size).error(), fmt::format("reading {}", names_[index]));
  return size;
}

}  // namespace understudy
