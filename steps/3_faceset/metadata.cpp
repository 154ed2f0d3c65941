// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/metadata.hpp"

#include <set>

#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/made_files.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/fit_metadata.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy {
namespace {

constexpr int restored_quality = 100;
constexpr std::size_t at_once = 256;  // faces in memory

fs::path meta_of(const fs::path& folder) { return folder / "meta.dat"; }

Result<SavedInfo> info_of(const fs::path& folder, const std::string& name) {
  TRY(const Bytes jpeg, read_file(folder / name, largest_picture));
  TRY(FaceInfo info, face_info_from_jpeg(jpeg));
  TRY(const ImageSize size, image_size(jpeg));
  return SavedInfo{name, size.width, size.height, std::move(info)};
}

std::function<void(std::string)> teller(Run& run) {
  return [&run](std::string text) { run.note(std::move(text)); };
}

// The names in a meta.dat of before, if there is one.
Result<std::set<std::string>> saved_before(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code ignored;
  if (!fs::exists(meta_of(folder), ignored)) return names;
  TRY_VOID(read_meta_dat(meta_of(folder), [&names](const SavedInfo& one) -> Result<> {
    names.insert(one.file_name);
    return {};
  }));
  return names;
}

// The file with its metadata back: its own bytes where they can carry it, else the picture anew at its old size.
struct Restored {
  Bytes file;
  bool loses = false;    // something that the file had: other metadata, or pixels that are encoded again
  std::string gave_way;  // of what was saved, see fit_metadata()
};
Result<Restored> restored(const Bytes& file, const SavedInfo& saved) {
  TRY(ImageU8 image, decode_image(file));
  TRY(FittedInfo fitted, fit_metadata(saved.info));
  const bool same_size = image.width == saved.width && image.height == saved.height;
  if (same_size && image.channels == 3 && deepfacelab_objection(file).empty()) {
    TRY(Bytes whole, with_face_info(file, fitted.info));
    const bool loses = whole != file && face_info_from_jpeg(file).has_value();
    return Restored{std::move(whole), loses, std::move(fitted.gave_way)};
  }
  image = normalise_channels(std::move(image), 3);
  if (!same_size) image = resize(image, saved.width, saved.height, Interpolation::lanczos4);
  TRY(const Bytes jpeg, encode_jpeg(image, {.quality = restored_quality}));
  TRY(Bytes whole, with_face_info(jpeg, fitted.info));
  return Restored{std::move(whole), true, std::move(fitted.gave_way)};
}

Result<> restore_one(const fs::path& folder, const SavedInfo& saved, Aside& aside, Tally& tally, Run& run) {
  const fs::path path = folder / saved.file_name;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    tally.count("missing");
    return {};
  }
  const auto file = read_file(path, largest_picture);
  const auto whole = file ? restored(*file, saved) : Result<Restored>(Failure(file.error()));
  if (!whole) {
    tally.skip(saved.file_name, whole.error());
    return {};
  }
  if (!whole->gave_way.empty()) run.warn(fmt::format("{}: {}", saved.file_name, whole->gave_way));
  if (whole->loses) TRY_VOID(aside.keep(saved.file_name));
  if (whole->file != *file) TRY_VOID(write_file(path, whole->file));
  tally.count("faces");
  return {};
}

// How many faces a meta.dat names; none of them may lie outside of the folder.
Result<std::size_t> check_names(const fs::path& folder) {
  std::size_t count = 0;
  TRY_VOID(read_meta_dat(meta_of(folder), [&](const SavedInfo& one) -> Result<> {
    const fs::path name = one.file_name;
    if (name.is_absolute() || name.lexically_normal().string().starts_with(".."))
      return fail(Code::bad_file, "{} names a file outside its folder", meta_of(folder).string());
    ++count;
    return {};
  }));
  return count;
}

}  // namespace

Result<std::string> save_metadata(const fs::path& folder, Run& run) {
  TRY(const FileLock lock, take_faceset(folder));
  TRY(auto before, saved_before(folder));
  const auto names = loose_names(folder);
  if (!names && (names.error().code != Code::no_faces || before.empty())) return Failure(names.error());
  run.stage("read");
  Tally tally(run);
  TRY(auto made, MadeFiles::open(folder));
  Aside aside(folder, teller(run));
  if (!made.ours(meta_of(folder).filename())) TRY_VOID(aside.keep(meta_of(folder).filename()));
  TRY_VOID(write_meta_dat(meta_of(folder), [&](const PutSaved& put) -> Result<> {
    std::size_t done = 0;
    for (const auto& name : names ? *names : std::vector<std::string>{}) {
      if (run.stopping()) return Run::cancelled();
      const auto info = info_of(folder, name);
      if (info) {
        before.erase(name);
        put(*info);
        run.progress(++done, names->size(), "faces");
      } else if (!before.contains(name)) {
        tally.skip(name, info.error());
      }
    }
    tally.count("faces", static_cast<std::int64_t>(done));
    tally.count("kept_from_before", static_cast<std::int64_t>(before.size()));
    if (before.empty()) return {};
    return read_meta_dat(meta_of(folder), [&](const SavedInfo& one) -> Result<> {
      if (before.contains(one.file_name)) put(one);
      return {};
    });
  }));
  TRY_VOID(made.add(meta_of(folder).filename()));
  run.saved(meta_of(folder).string(), "metadata");
  return tally.report();
}

Result<std::string> restore_metadata(const fs::path& folder, const PackOptions& options, Run& run) {
  TRY(const FileLock lock, take_faceset(folder));
  std::error_code error;
  if (!fs::exists(meta_of(folder), error))
    return fail_with_hint(Code::not_found, fmt::format("There is no meta.dat in {}", folder.string()),
                          "It is made by: understudy faceset save-metadata");
  TRY(const std::size_t count, check_names(folder));
  run.stage("restore");
  Tally tally(run);
  tally.count("faces", 0);
  tally.count("missing", 0);
  Aside aside(folder, teller(run));
  std::vector<SavedInfo> batch;
  std::size_t done = 0;
  const auto restore_batch = [&]() -> Result<> {
    const auto work = [&](std::size_t i, unsigned) { return restore_one(folder, batch[i], aside, tally, run); };
    TRY_VOID(for_each_index(batch.size(), 0, run, "", work));
    run.progress(done += batch.size(), count, "faces");
    batch.clear();
    return {};
  };
  TRY_VOID(read_meta_dat(meta_of(folder), [&](const SavedInfo& one) -> Result<> {
    batch.push_back(one);
    return batch.size() < at_once ? Result<>() : restore_batch();
  }));
  TRY_VOID(restore_batch());
  if (tally.skipped() > 0 || options.keep) return tally.report();
  // One that somebody else saved, or that knows of faces which are not here, is not ours to remove.
  TRY(const auto made, MadeFiles::open(folder));
  const auto name = meta_of(folder).filename();
  if (tally.number("missing") > 0)
    TRY_VOID(aside.take(name));
  else
    TRY_VOID(aside.make_way(made, name));
  fs::remove(meta_of(folder), error);
  if (error) return io_failure("remove", meta_of(folder), error.value());
  return tally.report();
}

}  // namespace understudy
