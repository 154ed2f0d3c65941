// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/metadata.hpp"

#include <map>

#include "lib/face/faceset.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/jobs/each.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/3_faceset/tally.hpp"

namespace understudy {
namespace {

constexpr std::uint64_t max_jpeg = std::uint64_t{1} << 30;
constexpr int restored_quality = 100;

fs::path meta_of(const fs::path& folder) { return folder / "meta.dat"; }

Result<SavedInfo> info_of(const fs::path& folder, const std::string& name) {
  TRY(const Bytes jpeg, read_file(folder / name, max_jpeg));
  TRY(FaceInfo info, face_info_from_jpeg(jpeg));
  TRY(const ImageSize size, image_size(jpeg));
  return SavedInfo{name, size.width, size.height, std::move(info)};
}

Result<std::map<std::string, SavedInfo>> saved_before(const fs::path& folder) {
  std::map<std::string, SavedInfo> before;
  std::error_code ignored;
  if (!fs::exists(meta_of(folder), ignored)) return before;
  TRY(auto saved, read_meta_dat(meta_of(folder)));
  for (auto& one : saved) before.emplace(one.file_name, std::move(one));
  return before;
}

// The file with its metadata back: its own bytes where they can carry it, else the picture anew at its old size.
Result<Bytes> restored(const Bytes& file, const SavedInfo& saved) {
  TRY(ImageU8 image, decode_image(file));
  const bool same_size = image.width == saved.width && image.height == saved.height;
  if (same_size && image.channels == 3 && deepfacelab_objection(file).empty()) return with_face_info(file, saved.info);
  image = normalise_channels(std::move(image), 3);
  if (!same_size) image = resize(image, saved.width, saved.height, Interpolation::lanczos4);
  TRY(const Bytes jpeg, encode_jpeg(image, {.quality = restored_quality}));
  return with_face_info(jpeg, saved.info);
}

Result<> restore_one(const fs::path& folder, const SavedInfo& saved, Tally& tally) {
  const fs::path path = folder / saved.file_name;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    tally.count("missing");
    return {};
  }
  const auto file = read_file(path, max_jpeg);
  const auto whole = file ? restored(*file, saved) : Result<Bytes>(Failure(file.error()));
  if (!whole) {
    tally.skip(saved.file_name, whole.error());
    return {};
  }
  if (*whole != *file) TRY_VOID(write_file(path, *whole));
  tally.count("faces");
  return {};
}

}  // namespace

Result<std::string> save_metadata(const fs::path& folder, Run& run) {
  TRY(const FileLock lock, take_faceset(folder));
  TRY(auto before, saved_before(folder));
  const auto names = loose_names(folder);
  if (!names && (names.error().code != Code::no_faces || before.empty())) return Failure(names.error());
  run.stage("read");
  Tally tally(run);
  std::vector<SavedInfo> saved;
  for (const auto& name : names ? *names : std::vector<std::string>{}) {
    if (run.stopping()) return Run::cancelled();
    auto info = info_of(folder, name);
    if (info) {
      before.erase(name);
      saved.push_back(*std::move(info));
      run.progress(saved.size(), names->size(), "faces");
    } else if (!before.contains(name)) {
      tally.skip(name, info.error());
    }
  }
  tally.count("faces", static_cast<std::int64_t>(saved.size()));
  tally.count("kept_from_before", static_cast<std::int64_t>(before.size()));
  for (auto& [name, one] : before) saved.push_back(std::move(one));
  TRY_VOID(write_meta_dat(meta_of(folder), saved));
  run.saved(meta_of(folder).string(), "metadata");
  return tally.report();
}

Result<std::string> restore_metadata(const fs::path& folder, const PackOptions& options, Run& run) {
  TRY(const FileLock lock, take_faceset(folder));
  auto saved = read_meta_dat(meta_of(folder));
  if (!saved && saved.error().code == Code::not_found)
    return fail_with_hint(Code::not_found, fmt::format("There is no meta.dat in {}", folder.string()),
                          "It is made by: understudy faceset save-metadata");
  if (!saved) return Failure(saved.error());
  for (const auto& one : *saved) {
    const fs::path name = one.file_name;
    if (name.is_absolute() || name.lexically_normal().string().starts_with(".."))
      return fail(Code::bad_file, "{} names a file outside its folder", meta_of(folder).string());
  }
  run.stage("restore");
  Tally tally(run);
  tally.count("faces", 0);
  tally.count("missing", 0);
  TRY_VOID(for_each_index(saved->size(), 0, run, "faces",
                          [&](std::size_t i, unsigned) { return restore_one(folder, (*saved)[i], tally); }));
  if (tally.skipped() > 0 || options.keep) return tally.report();
  std::error_code error;
  fs::remove(meta_of(folder), error);
  if (error) return fail(Code::io, "Cannot remove {}: {}", meta_of(folder).string(), error.message());
  return tally.report();
}

}  // namespace understudy
