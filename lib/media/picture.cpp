// SPDX-License-Identifier: Apache-2.0
#include "lib/media/picture.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <tuple>

#include "lib/base/limits.hpp"
#include "lib/base/text.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/depth.hpp"
#include "lib/image/exif.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/media/tone_map.hpp"
#include "lib/media/video_decoder.hpp"

namespace understudy::media {
namespace {

std::string_view text_of(const Bytes& file) { return {reinterpret_cast<const char*>(file.data()), file.size()}; }

bool is_jpeg(std::string_view file) { return file.starts_with("\xff\xd8\xff"); }
bool is_png(std::string_view file) { return file.starts_with("\x89PNG\r\n\x1a\n"); }
bool is_avif(std::string_view file) {
  return file.size() > 12 && file.substr(4, 4) == "ftyp" && file.substr(8, 4) == "avif";
}

// What EXIF's eight numbers mean for x and y.
constexpr std::array<Orientation, 8> exif_ways{{{1, 0, 0, 1},
                                                {-1, 0, 0, 1},
                                                {-1, 0, 0, -1},
                                                {1, 0, 0, -1},
                                                {0, 1, 1, 0},
                                                {0, -1, 1, 0},
                                                {0, -1, -1, 0},
                                                {0, 1, -1, 0}}};

Orientation exif_way(const Bytes& file) { return exif_ways[static_cast<std::size_t>(exif_orientation(file) - 1)]; }

template <class T>
Result<Image<T>> decoded(const fs::path& path, const Bytes& file) {
  if constexpr (sizeof(T) == 1) {
    TRY(ImageU8 image, decode_image(file));
    return normalise_channels(std::move(image), 3);
  } else {
    if (is_png(text_of(file))) {
      TRY(ImageU16 image, read_png16(path));
      return normalise_channels(std::move(image), 3);
    }
    TRY(const ImageU8 shallow, decoded<std::uint8_t>(path, file));
    return to_sixteen_bits(shallow);
  }
}

template <class T>
Result<Image<T>> decoded_by_ffmpeg(const fs::path& path) {
  auto decoder = VideoDecoder::open(path, {.threads = 1});
  if (!decoder || decoder->info().count() == 0)
    return fail(Code::bad_file, "{} is no picture that can be read: a damaged file, or of another kind than its name",
                path.string());
  return decoder->read<T>(0);
}

std::optional<PictureColours> colours_of(const Bytes& file) {
  const auto told = colours_of_png(file);
  if (!told) return {};
  constexpr int rgb = 0;
  return PictureColours{{rgb, told->primaries, told->transfer, true, false}, told->peak_nits};
}

// Of a picture whose colours are not those that everything works in. The curve is made once.
void bring_to_sdr(ImageU16& image, const PictureColours& colours) {
  using Of = std::tuple<int, int, double>;
  static std::mutex making;
  static std::map<Of, ToneMap> made;
  const ToneMap* map = nullptr;
  {
    constexpr std::size_t most = 32;  // a picture may say anything
    const std::lock_guard lock(making);
    const Of of{colours.tags.primaries, colours.tags.transfer, colours.peak_nits};
    if (made.size() < most || made.contains(of))
      map = &made.try_emplace(of, colours.tags, colours.peak_nits).first->second;
  }
  if (map)
    map->apply(image);
  else
    ToneMap(colours.tags, colours.peak_nits).apply(image);
}

template <class T>
Result<Image<T>> decoded_to_sdr(const fs::path& path, const Bytes& file) {
  const auto colours = colours_of(file);
  if (!colours || !needs_tone_map(colours->tags)) return decoded<T>(path, file);
  TRY(ImageU16 deep, decoded<std::uint16_t>(path, file));
  bring_to_sdr(deep, *colours);
  if constexpr (sizeof(T) == 1) {
    return to_eight_bits(deep);
  } else {
    return deep;
  }
}

}  // namespace

Orientation avif_orientation(std::string_view file) {
  constexpr std::size_t searched = 1 << 16;
  const auto head = file.substr(0, std::min(file.find("mdat"), searched));
  const auto property = [head](std::string_view name) {
    const auto at = head.find(name);
    return at == std::string_view::npos || at + 4 >= head.size() ? -1 : static_cast<unsigned char>(head[at + 4]);
  };
  constexpr std::array<Orientation, 4> turns{{{1, 0, 0, 1}, {0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0}}};
  const int turn = property("irot"), mirror = property("imir");
  Orientation o = turn >= 0 ? turns[static_cast<std::size_t>(turn & 3)] : Orientation{};
  if (mirror >= 0 && (mirror & 1) == 0) o = {o.xx, o.xy, -o.yx, -o.yy};  // top and bottom change places
  if (mirror >= 0 && (mirror & 1) == 1) o = {-o.xx, -o.xy, o.yx, o.yy};
  return o;
}

std::optional<PictureColours> picture_colours(const fs::path& path) {
  constexpr std::uint64_t head = 1 << 16;  // it stands before the picture's data
  const auto file = read_range(path, 0, head);
  return file ? colours_of(*file) : std::nullopt;
}

Result<ImageU16> read_picture_as_encoded(const fs::path& path) {
  if (!picture_colours(path)) return read_picture<std::uint16_t>(path);
  TRY(const auto file, read_file(path, largest_picture));
  auto image = decoded<std::uint16_t>(path, file);
  if (!image) return during(image.error(), fmt::format("reading {}", path.string()));
  return oriented(*image, exif_way(file));
}

Result<ImageU16> read_picture_in(const fs::path& path, const ColourTags& wanted) {
  const auto told = picture_colours(path);
  if (told && told->tags == wanted) return read_picture_as_encoded(path);
  if (told && needs_tone_map(told->tags)) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("{} is in other colours than the first picture: {}, not {}", path.string(),
                                      codes_in_words(told->tags), codes_in_words(wanted)),
                          "Bring all pictures into the same colours.");
  }
  TRY(const ImageU16 sdr, read_picture<std::uint16_t>(path));
  ImageF codes = to_float(sdr);
  SdrInPlate(wanted).to_codes(codes);
  return to_u16_rounded(codes);
}

int picture_bits(const fs::path& path) {
  constexpr std::size_t png_depth_at = 24;  // behind the sizes (PNG specification 11.2.2)
  const auto head = read_range(path, 0, png_depth_at + 1);
  if (!head || is_jpeg(text_of(*head))) return 8;
  if (is_png(text_of(*head))) return head->size() > png_depth_at ? (*head)[png_depth_at] : 8;
  const auto decoder = VideoDecoder::open(path, {.threads = 1});
  return decoder ? decoder->info().bit_depth : 8;
}

template <class T>
Result<Image<T>> read_picture(const fs::path& path) {
  TRY(const auto file, read_file(path, largest_picture));
  const auto text = text_of(file);
  const bool own = is_jpeg(text) || is_png(text) || text.empty();
  auto image = own ? decoded_to_sdr<T>(path, file) : decoded_by_ffmpeg<T>(path);
  if (!image && own) return during(image.error(), fmt::format("reading {}", path.string()));
  if (!image) return image;
  return oriented(*image, is_avif(text) ? avif_orientation(text) : exif_way(file));
}
template Result<ImageU8> read_picture(const fs::path&);
template Result<ImageU16> read_picture(const fs::path&);

bool is_picture_file(const fs::path& path) {
  const auto head = read_range(path, 0, 16);
  if (!head) return false;
  const auto text = text_of(*head);
  if (text.size() < 12) return false;
  const bool tiff = text.starts_with(std::string_view("II*\0", 4)) || text.starts_with(std::string_view("MM\0*", 4));
  const bool webp = text.starts_with("RIFF") && text.substr(8, 4) == "WEBP";
  const bool jp2 = text.substr(4, 4) == "jP  ";
  return is_jpeg(text) || is_png(text) || is_avif(text) || tiff || webp || jp2 ||
         (text.starts_with("BM") && lower_case(path.extension().string()) == ".bmp");
}

template <class T>
Image<T> oriented(const Image<T>& in, Orientation o) {
  if (o == Orientation{}) return in;
  Image<T> out(o.swaps_sides() ? in.height : in.width, o.swaps_sides() ? in.width : in.height, in.channels);
  const int x0 = o.xx + o.xy < 0 ? out.width - 1 : 0;
  const int y0 = o.yx + o.yy < 0 ? out.height - 1 : 0;
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      const auto* from = &in.at(x, y);
      std::copy(from, from + in.channels, &out.at(x0 + o.xx * x + o.xy * y, y0 + o.yx * x + o.yy * y));
    }
  }
  return out;
}
template ImageU8 oriented(const ImageU8&, Orientation);
template ImageU16 oriented(const ImageU16&, Orientation);

}  // namespace understudy::media
