// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/import.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/base/limits.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/text.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/output.hpp"
#include "steps/1_frames/names.hpp"

namespace understudy {
namespace {

Result<std::vector<fs::path>> images_in(const fs::path& folder) {
  static constexpr std::array suffixes{".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"};
  std::vector<fs::path> images;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto suffix = lower_case(it->path().extension().string());
    if (std::ranges::find(suffixes, suffix) != suffixes.end() && !is_temporary(it->path()))
      images.push_back(it->path());
  }
  if (error) return fail(Code::not_found, "Cannot list the folder {}: {}", folder.string(), error.message());
  if (images.empty())
    return fail(Code::not_found, "There are no images (jpg, png, tif, webp, bmp) in {}", folder.string());
  std::ranges::sort(images, [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return images;
}

bool is_jpeg(const Bytes& file) { return file.size() > 2 && file[0] == 0xff && file[1] == 0xd8; }
bool is_png(const Bytes& file) { return file.size() > 2 && file[0] == 0x89 && file[1] == 'P'; }

media::Orientation turned(int exif) {
  static constexpr std::array<media::Orientation, 8> ways{{{1, 0, 0, 1},
                                                           {-1, 0, 0, 1},
                                                           {-1, 0, 0, -1},
                                                           {1, 0, 0, -1},
                                                           {0, 1, 1, 0},
                                                           {0, -1, 1, 0},
                                                           {0, -1, -1, 0},
                                                           {0, 1, -1, 0}}};
  return ways[static_cast<std::size_t>(exif - 1)];
}

struct Taken {
  Bytes file;
  const char* extension = "png";
};

// The file as it is where the later steps read it so, else its picture as a PNG.
Result<Taken> taken(const fs::path& path) {
  TRY(Bytes file, read_file(path, largest_picture));
  const bool jpeg = is_jpeg(file);
  const int exif = jpeg ? exif_orientation(file) : 1;
  auto image = decode_image(file);
  if (image && exif == 1) return Taken{std::move(file), jpeg ? "jpg" : "png"};
  if (!image && !is_png(file)) {
    auto other = media::FrameSource::open(path);
    auto frame = other ? other->at(0) : Result<media::Frame>(Failure(other.error()));
    if (frame) image = std::move(frame->bgr);
  }
  if (!image) return Failure(image.error());
  TRY(file, encode_png(media::oriented(normalise_channels(*std::move(image), 3), turned(exif))));
  return Taken{std::move(file), "png"};
}

// Stem -> what image it is, in the order of the frames.
media::Sequence sequence_of(const ImportOptions& options, const std::vector<fs::path>& images) {
  media::Sequence sequence;
  const auto rate = static_cast<int>(std::lround(options.fps * 1000));
  sequence.time_base = {1000, rate};
  auto names = nlohmann::json::array();
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto count = static_cast<std::int64_t>(images.size());
    const auto name = media::frame_name(static_cast<std::int64_t>(i), count);
    sequence.ticks[options.prefix + fs::path(name).stem().string()] = static_cast<std::int64_t>(i);
    names.push_back(images[i].filename().string());
  }
  sequence.source = {{"images", std::move(names)}};
  sequence.options = {{"import", true}};
  return sequence;
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> jpeg) {
  const auto segments = jpeg_segments(jpeg);
  for (const auto& segment : segments ? *segments : std::vector<JpegSegment>{}) {
    const auto data = jpeg.subspan(segment.payload, segment.offset + segment.size - segment.payload);
    if (segment.marker != 0xe1 || data.size() < 20 || data[0] != 'E' || data[1] != 'x') continue;
    const auto tiff = data.subspan(6);  // behind "Exif\0\0"
    const bool big = tiff[0] == 'M';
    const auto number = [&](std::size_t at, std::size_t bytes) {
      std::size_t value = 0;
      for (std::size_t i = 0; i < bytes && at + i < tiff.size(); ++i)
        value |= static_cast<std::size_t>(tiff[at + i]) << 8 * (big ? bytes - 1 - i : i);
      return value;
    };
    const std::size_t directory = number(4, 4);
    for (std::size_t i = 0; i < number(directory, 2) && i < 100; ++i) {
      const std::size_t entry = directory + 2 + 12 * i;
      constexpr std::size_t orientation = 0x0112;
      if (number(entry, 2) != orientation) continue;
      const auto value = static_cast<int>(number(entry + 8, 2));
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}

Result<std::string> import_images(const ImportOptions& options, const ImportPaths& paths, Run& run) {
  TRY_VOID(check_prefix(options.prefix));
  TRY(const auto images, images_in(paths.images));
  auto sequence = sequence_of(options, images);
  TRY_VOID(check_output(paths.folder, {paths.images}));
  TRY(const auto taken_folder, lock_folder(paths.folder));
  const auto earlier = media::read_sequence(paths.manifest);
  const bool ours = earlier && earlier->source == sequence.source && earlier->ticks == sequence.ticks;
  if (!ours && !images_of_prefix(paths.folder, paths.manifest, options.prefix).empty())
    return fail_with_hint(Code::bad_option, fmt::format("{} holds other frames already", paths.folder.string()),
                          "Give these a --prefix of their own, or another --output.");
  remove_temporaries(paths.folder);
  TRY(auto made, MadeFiles::open(paths.folder));
  TRY_VOID(media::write_sequence(paths.manifest, sequence));
  run.stage("import");
  std::vector<std::string> stems, unreadable;
  for (const auto& [stem, tick] : sequence.ticks) stems.push_back(stem);
  std::mutex mutex;
  TRY_VOID(for_each_index(images.size(), 0, run, "images", [&](std::size_t i, unsigned) -> Result<> {
    std::error_code ignored;
    for (const char* extension : {".jpg", ".png"})
      if (fs::exists(paths.folder / (stems[i] + extension), ignored)) return {};
    const auto image = taken(images[i]);
    if (image) return made.write(fmt::format("{}.{}", stems[i], image->extension), image->file);
    run.warn(fmt::format("{}: {}", images[i].filename().string(), to_sentence(image.error())));
    std::lock_guard lock(mutex);
    unreadable.push_back(images[i].filename().string());
    return {};
  }));
  sequence.complete = true;
  TRY_VOID(media::write_sequence(paths.manifest, sequence));
  std::ranges::sort(unreadable);
  return nlohmann::json{{"frames", images.size() - unreadable.size()}, {"unreadable", unreadable}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace understudy
