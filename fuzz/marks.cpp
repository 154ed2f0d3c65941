// SPDX-License-Identifier: Apache-2.0
// What pictures and videos say of themselves: how their pictures were made, their colours, how an AVIF is turned.
#include "fuzz/target.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/picture.hpp"

namespace understudy::fuzz {
namespace {

std::string box(std::string_view kind, std::string_view body) {
  const auto size = static_cast<std::uint32_t>(8 + body.size());
  std::string all;
  for (int shift = 24; shift >= 0; shift -= 8) all += static_cast<char>(size >> shift & 255);
  return all.append(kind).append(body);
}
Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

std::vector<Bytes> seeds() {
  const ImageU8 image(24, 16, 3);
  const Bytes jpeg = *encode_jpeg(image, {.xmp = composite_marking_xmp});
  const Bytes png = *encode_png(image, {.xmp = composite_marking_xmp});
  const Bytes film = bytes_of(box("ftyp", "isom1234") + box("moov", box("trak", "12345678")) + box("mdat", "pictures"));
  const fs::path file = as_file(film.data(), film.size(), "seed.mp4");
  if (!media::append_xmp_box(file)) return {};
  const std::string turned = box("ftyp", "avif1234") + box("meta", box("irot", "\x03") + box("imir", "\x01")) + "mdat";
  return {jpeg, png, with_colours(png, {9, 16, 1000}), *read_file(file), bytes_of(turned)};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fs::path path = fuzz::as_file(data, size, "input.mp4");
  (void)media::read_digital_source_type(path);
  (void)media::picture_colours(path);
  (void)media::is_picture_file(path);
  (void)media::avif_orientation(text);
  (void)colours_of_png({data, size});
  return 0;
}
