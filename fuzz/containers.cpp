// SPDX-License-Identifier: Apache-2.0
// faceset.pak and meta.dat.
#include "fuzz/faces.hpp"
#include "fuzz/target.hpp"
#include "lib/face/face_list.hpp"
#include "lib/face/pak_write.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  const fs::path pak = as_file(nullptr, 0, "seed.pak"), meta = as_file(nullptr, 0, "seed.dat");
  const PackInput faces[] = {{"00001_0.jpg", "", face_jpeg(), {}}, {"00002_0.jpg", "", face_jpeg(), {}}};
  const SavedInfo saved[] = {{"00001_0.jpg", 48, 48, face_info()}};
  if (!write_pak(pak, faces) || !write_meta_dat(meta, saved)) return {};
  return {*read_file(pak), *read_file(meta)};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const fs::path path = fuzz::as_file(data, size, "faceset.pak");
  if (const auto faces = Faceset::open(path.parent_path())) {
    for (std::size_t i = 0; i < faces->entries().size(); ++i) (void)faces->full_info(i);
  }
  // As most rooms read a pack: without its table.
  if (const auto faces = FaceList::open(path.parent_path())) {
    constexpr std::size_t most = 8;
    for (std::size_t i = 0; i < std::min(faces->count(), most); ++i) {
      (void)faces->info(i);
      (void)faces->face_type(i);
      (void)faces->picture(i);
    }
    if (faces->count() <= most) (void)faces->landmarks(1);
  }
  (void)read_meta_dat(path);
  return 0;
}
