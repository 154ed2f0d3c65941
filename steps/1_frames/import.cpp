// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/import.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/exif.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/frame_source.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/frame_places.hpp"
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
  if (media::picture_bits(path) <= 8) {
    TRY(const ImageU8 bgr, media::read_picture<std::uint8_t>(path));
    TRY(file, encode_png(bgr));
    return Taken{std::move(file), "png"};
  }
  TRY(const ImageU16 bgr, media::read_picture_as_encoded(path));
  TRY(file, encode_png(bgr));
  if (const auto colours = media::picture_colours(path))
    file = with_colours(file, {colours->tags.primaries, colours->tags.transfer, colours->peak_nits});
  return Taken{std::move(file), "png"};
}

// Of an image as it lies there now, "import BYTES TIME HASH"; empty when it cannot be asked. It is read only where size
// or time are not those of the key that is known. No denoising's key looks like it.
std::string key_of(const fs::path& path, const std::string& known) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) return {};
  const auto time = fs::last_write_time(path, error);
  if (error) return {};
  const auto stamp = fmt::format("import {} {} ", bytes, time.time_since_epoch().count());
  if (known.starts_with(stamp)) return known;
  const auto print = print_of(path);
  return print ? stamp + fmt::format("{:016x}", print->hash) : std::string();
}

bool is_key(const std::optional<std::string>& made_of) { return made_of && made_of->starts_with("import "); }

// Of a folder that was copied, unpacked again or touched, the images are the same: the content decides.
bool same_image(const std::string& a, const std::string& b) {
  return is_key(a) && is_key(b) && a.substr(a.rfind(' ')) == b.substr(b.rfind(' '));
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

// The keys of the images that an earlier import took, in order; empty texts where an older version kept none.
std::vector<std::string> keys_in(const media::Sequence& earlier, std::size_t count) {
  std::vector<std::string> keys(count);
  const auto said = earlier.options.value("made_of", nlohmann::json());
  for (std::size_t i = 0; said.is_array() && said.size() == count && i < count; ++i)
    if (said[i].is_string()) keys[i] = said[i];
  return keys;
}

class Importing {
 public:
  Importing(const ImportPaths& paths, const std::vector<fs::path>& images, const media::Sequence& sequence,
            std::vector<std::string> before, MadeFiles& made, Run& run)
      : paths_(paths),
        originals_(originals_of(paths.folder)),
        images_(images),
        before_(std::move(before)),
        keys_(images.size()),
        made_(made),
        run_(run),
        aside_(paths.folder, [&run](std::string text) { run.note(std::move(text)); }) {
    for (const auto& [stem, tick] : sequence.ticks) stems_.push_back(stem);
  }
  Result<> one(std::size_t i);
  const std::set<std::size_t>& unreadable() const { return unreadable_; }
  const std::vector<std::string>& keys() const { return keys_; }  // of the images that were taken

 private:
  std::vector<fs::path> present_of(std::size_t i) const;
  bool is_current(std::size_t i, const fs::path& present, const std::string& key) const;
  bool holds(const fs::path& present, const Bytes& file) const;
  Result<> make_way(const std::vector<fs::path>& present, const fs::path& next);

  const ImportPaths& paths_;
  const fs::path originals_;
  const std::vector<fs::path>& images_;
  const std::vector<std::string> before_;
  std::vector<std::string> keys_;
  MadeFiles& made_;
  Run& run_;
  Aside aside_;
  std::vector<std::string> stems_;
  std::set<std::size_t> unreadable_;
  std::mutex mutex_;
};

std::vector<fs::path> Importing::present_of(std::size_t i) const {
  std::vector<fs::path> present;
  for (const char* extension : {".jpg", ".png"})
    if (is_there(paths_.folder / (stems_[i] + extension))) present.emplace_back(stems_[i] + extension);
  return present;
}

// Of the same image, whatever became of it: it may have been denoised or edited.
bool Importing::is_current(std::size_t i, const fs::path& present, const std::string& key) const {
  return same_image(before_[i], key) || same_image(made_.made_of(present).value_or(""), key);
}

// For what an older version imported: the frame is that image, or was before it was denoised.
bool Importing::holds(const fs::path& present, const Bytes& file) const {
  const auto original = originals_ / present;
  const auto there = read_file(is_there(original) ? original : paths_.folder / present, largest_picture);
  return there && *there == file;
}

Result<> Importing::make_way(const std::vector<fs::path>& present, const fs::path& next) {
  for (const auto& name : present) {
    if (!made_.ours(name)) {
      TRY_VOID(aside_.take(name));
      continue;
    }
    std::error_code error;
    if (name != next) fs::remove(paths_.folder / name, error);
    if (error) return io_failure("remove", paths_.folder / name, error.value());
  }
  return {};
}

Result<> Importing::one(std::size_t i) {
  const auto present = present_of(i);
  const auto& key = keys_[i] = key_of(images_[i], before_[i]);
  if (!present.empty() && is_current(i, present.front(), key)) return {};
  const bool unknown = before_[i].empty() && (present.empty() || !is_key(made_.made_of(present.front())));
  const auto image = taken(images_[i]);
  if (!image) {
    run_.warn(fmt::format("{}: {}", images_[i].filename().string(), to_sentence(image.error())));
    std::unique_lock lock(mutex_);
    unreadable_.insert(i);
    lock.unlock();
    // A picture of another sequence is no frame of this one; it may be the last there is of it.
    if (unknown || key.empty()) return {};
    for (const auto& name : present) TRY_VOID(aside_.take(name));
    return {};
  }
  // What an older version imported and somebody has changed since: nothing says that the image is another one.
  const bool edited = !present.empty() && !made_.ours(present.front()) && made_.last_made_of(present.front());
  if (unknown && edited) return {};
  if (!present.empty() && unknown && holds(present.front(), image->file)) return {};
  const fs::path name = fmt::format("{}.{}", stems_[i], image->extension);
  TRY_VOID(make_way(present, name));
  return made_.write(name, image->file, key);
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
  const auto before = ours ? keys_in(*earlier, images.size()) : std::vector<std::string>(images.size());
  // Until all are taken it says what was taken before, so that the run after a kill goes on.
  sequence.options["made_of"] = before;
  TRY_VOID(media::write_sequence(paths.manifest, sequence));
  run.stage("import");
  Importing importing(paths, images, sequence, before, made, run);
  TRY_VOID(for_each_index(images.size(), 0, run, "images", [&](std::size_t i, unsigned) { return importing.one(i); }));
  TRY_VOID(put_originals_aside(
      paths.folder, [&made](const fs::path& name) { return is_key(made.made_of(name)); },
      [&run](std::string text) { run.note(std::move(text)); }));
  std::vector<std::string> unreadable;
  auto keys = importing.keys();
  for (const auto i : importing.unreadable()) {
    unreadable.push_back(images[i].filename().string());
    keys[i] = before[i];  // to be tried again
  }
  std::ranges::sort(unreadable);
  sequence.options["made_of"] = keys;
  sequence.complete = true;
  TRY_VOID(media::write_sequence(paths.manifest, sequence));
  return json_text(nlohmann::json{{"frames", images.size() - unreadable.size()}, {"unreadable", unreadable}});
}

}  // namespace understudy
