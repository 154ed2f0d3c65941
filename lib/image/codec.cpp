// SPDX-License-Identifier: Apache-2.0
#include "lib/image/codec.hpp"

#include <algorithm>

#include "lib/base/limits.hpp"
#include "lib/base/text.hpp"
#include "lib/image/codec_parts.hpp"

namespace understudy {
namespace {

bool is_jpeg(std::span<const std::uint8_t> file) {
  return file.size() > 3 && file[0] == 0xff && file[1] == 0xd8 && file[2] == 0xff;
}
bool is_png(std::span<const std::uint8_t> file) {
  static constexpr std::uint8_t magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  return file.size() > 8 && std::equal(std::begin(magic), std::end(magic), file.begin());
}

Result<ImageU8> decode(std::span<const std::uint8_t> file, bool header_only) {
  if (is_jpeg(file)) return decode_jpeg(file, header_only);
  if (is_png(file)) return decode_png8(file, header_only);
  if (file.empty()) return fail(Code::bad_file, "the file is empty");
  return fail_with_hint(Code::bad_file, "it is neither a JPEG nor a PNG", "Convert it to PNG first.");
}

}  // namespace

const std::string_view composite_marking_xmp =
    R"(<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>)"
    R"(<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">)"
    R"(<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" )"
    R"(Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/>)"
    R"(</rdf:RDF></x:xmpmeta><?xpacket end="w"?>)";

Result<ImageU8> decode_image(std::span<const std::uint8_t> file) { return decode(file, false); }

Result<ImageSize> image_size(std::span<const std::uint8_t> file) {
  TRY(const auto header, decode(file, true));
  return ImageSize{header.width, header.height};
}

Result<ImageU8> read_image(const fs::path& path) {
  TRY(const auto file, read_file(path, largest_picture));
  auto image = decode_image(file);
  if (!image) return during(image.error(), fmt::format("reading {}", path.string()));
  return image;
}

Result<ImageU16> read_png16(const fs::path& path) {
  TRY(const auto file, read_file(path, largest_picture));
  auto image = decode_png16(file);
  if (!image) return during(image.error(), fmt::format("reading {}", path.string()));
  return image;
}

Result<> write_image(const fs::path& path, const ImageU8& image, int jpeg_quality, std::string_view xmp) {
  const auto suffix = lower_case(path.extension().string());
  Result<Bytes> file;
  if (suffix == ".jpg" || suffix == ".jpeg") {
    file = encode_jpeg(image, {.quality = jpeg_quality, .xmp = xmp});
  } else if (suffix == ".png") {
    file = encode_png(image, {.xmp = xmp});
  } else {
    return fail(Code::bad_option, "{} has no .png or .jpg ending", path.string());
  }
  if (!file) return during(file.error(), fmt::format("writing {}", path.string()));
  return write_file(path, *file);
}

}  // namespace understudy
