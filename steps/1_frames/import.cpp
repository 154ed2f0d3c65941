// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/import.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/frame_files.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/exif.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/output.hpp"
#include "steps/1_frames/names.hpp"

namespace understudy {
namespace {

Result<std::vector<fs::path>> images_in(const fs::path& folder, Run& run) {
  TRY(auto files, frame_files(folder));
  if (files.pictures.empty() && files.others.empty())
    return fail(Code::not_found, "There are no images (jpg, png, tif, webp, …) in {}", folder.string());
  if (files.pictures.empty())
    return fail_with_hint(Code::not_found, not_read(folder, files.others), "Convert them to PNG or JPEG first.");
  if (!files.others.empty()) run.warn(not_read(folder, files.others));
  std::ranges::sort(files.pictures, [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return std::move(files.pictures);
}

bool is_jpeg(const Bytes& file) { return file.size() > 2 && file[0] == 0xff && file[1] == 0xd8; }

struct Taken {
  Bytes file;
  const char* extension = "png";
};

// The file as it is where the later steps read it so, else its picture as a PNG.
Result<Taken> taken(const fs::path& path) {
  TRY(Bytes file, read_file(path, largest_picture));
  const bool jpeg = is_jpeg(file);
  if (exif_orientation(file) == 1 && decode_image(file)) return Taken{std::move(file), jpeg ? "jpg" : "png"};
  TRY(const ImageU8 bgr, media::read_picture<std::uint8_t>(path));
  TRY(file, encode_png(bgr));
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
    names.push_back(path_text(images[i].filename()));
  }
  sequence.source = {{"images", std::move(names)}};
  sequence.options = {{"import", true}};
  return sequence;
}

}  // namespace

Result<std::string> import_images(const ImportOptions& options, const ImportPaths& paths, Run& run) {
  TRY_VOID(check_prefix(options.prefix));
  TRY(const auto images, images_in(paths.images, run));
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
  return json_text(nlohmann::json{{"frames", images.size() - unreadable.size()}, {"unreadable", unreadable}});
}

}  // namespace understudy
