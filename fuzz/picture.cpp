// SPDX-License-Identifier: Apache-2.0
#include "fuzz/target.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/exif.hpp"
#include "lib/image/png_colour.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  return {*encode_jpeg(ImageU8(40, 24, 3)), *encode_png(ImageU8(24, 40, 3)), *encode_png(ImageU8(9, 9, 1))};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  // A picture may be as large as its header says; only those that a face can be are decoded here.
  const std::span<const std::uint8_t> file(data, size);
  (void)exif_orientation(file);
  (void)colours_of_png(file);
  const auto s = image_size(file);
  if (s && s->width <= 512 && s->height <= 512) (void)decode_image(file);
  return 0;
}
