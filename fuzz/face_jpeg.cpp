// SPDX-License-Identifier: Apache-2.0
#include "fuzz/faces.hpp"
#include "fuzz/target.hpp"
#include "lib/face/quick_landmarks.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() { return {face_jpeg(), *encode_jpeg(ImageU8(33, 20, 3))}; }

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::span<const std::uint8_t> file(data, size);
  if (const auto info = face_info_from_jpeg(file)) {
    if (info->xseg_mask) (void)decode_mask(*info->xseg_mask);
    (void)with_face_info(file, *info);
  }
  (void)quick_landmarks(file);
  (void)image_size(file);
  return 0;
}
