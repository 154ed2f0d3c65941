// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/earlier_work.hpp"

#include <algorithm>

#include "lib/base/formats.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/options/options.hpp"
#include "steps/2_extract/face_crop.hpp"
#include "steps/2_extract/present_faces.hpp"
#include "steps/2_extract/raw_faces.hpp"
#include "steps/2_extract/stills.hpp"

namespace understudy {
namespace {

// The lock goes with the folder; the new one gets another.
Result<fs::path> move_aside(const ExtractPaths& paths, FileLock& lock) {
  TRY(const auto backup, put_folder_aside(paths.aligned));
  lock.moved_to(backup / ".understudy" / "lock");
  TRY(lock, lock_folder(paths.aligned));
  return backup;
}

// What was seen in other pictures. What somebody placed by hand there is not thrown away with it.
Result<> drop_looks(const fs::path& raw, Run& run) {
  TRY(const bool by_hand, RawFaces::holds_hand_work(raw));
  std::error_code error;
  if (!by_hand) return fs::remove(raw, error), Result<>();
  const auto backup = free_backup_name(raw);
  run.note(
      fmt::format("The faces that were placed by hand do not count any more; they are kept in {}", backup.string()));
  return rename_without_replacing(raw, backup);
}

std::int64_t jpegs_in(const fs::path& folder) {
  const auto files = image_files(folder);
  return files ? static_cast<std::int64_t>(files->size()) : 0;
}

bool holds_faces(const fs::path& folder) {
  std::error_code ignored;
  return jpegs_in(folder) > 0 || fs::exists(folder / "faceset.pak", ignored);
}

// Do the old journal's options say the same? One that an older version did not know is no difference.
bool same_options(const nlohmann::json& old, const nlohmann::json& now) {
  return std::ranges::all_of(
      now.items(), [&](const auto& item) { return !old.contains(item.key()) || old[item.key()] == item.value(); });
}

}  // namespace

nlohmann::json head_of(ExtractOptions options, const FrameOrigin& origin) {
  options.image_size = crop_size_of(options);
  auto rows = rows_of(options);
  auto chosen = options_to_json(rows);
  for (const char* key : {"redo", "redo-deleted", "marked", "missing", "manual", "threads", "input", "output"})
    chosen.erase(key);
  return {{"source", origin.said}, {"options", chosen}};
}

std::string raw_head_of(const ExtractOptions& options, const media::FrameSource& source) {
  return json_text(nlohmann::json{
      {"source", place_of(source)}, {"thorough", options.thorough}, {"version", formats::faces.version}});
}

fs::path raw_path(const ExtractPaths& paths) { return fs::path(paths.journal).replace_extension(".faces"); }

Smoothing chosen_smoothing(const ExtractOptions& options, const ExtractPaths& paths, const media::FrameSource& source,
                           const Journal& journal, bool same_source, Run& run) {
  if (options.smooth != Smoothing::automatic) return options.smooth;
  if (source.is_video()) return Smoothing::on;
  const auto& head = journal.head();
  if (!options.redo && same_source) {
    const auto before = head.value("options", nlohmann::json::object());
    return before.contains("smooth") && before["smooth"] == "off" ? Smoothing::off : Smoothing::on;
  }
  if (!options.redo && head.is_null() && holds_faces(paths.aligned)) return Smoothing::on;  // they are to be kept
  const Stills judged = judge_stills(source);
  const auto count = source.count();
  if (judged.are_stills) {
    run.note(fmt::format(
        "{} ({}): {} by itself; --smooth on would follow faces from one to the next",
        count == 1 ? "The image is taken for a still" : fmt::format("The {} images are taken for stills", count),
        judged.why, count == 1 ? "it is looked at" : "each is looked at"));
    return Smoothing::off;
  }
  run.note(fmt::format(
      "The {} images are taken for a clip ({}): faces are followed through it; --smooth off would look at each "
      "by itself",
      count, judged.why));
  return Smoothing::on;
}

Result<EarlierWork> settle_earlier_work(const ExtractOptions& options, const ExtractPaths& paths,
                                        const FrameOrigin& origin, bool same_source, Journal& journal, FileLock& lock,
                                        Run& run) {
  EarlierWork earlier;
  earlier.smooth = options.smooth == Smoothing::on;
  const auto head = head_of(options, origin);
  const bool known = !journal.head().is_null();
  const auto old_options = known ? journal.head().value("options", nlohmann::json::object()) : nlohmann::json();
  const bool same = known && same_source && same_options(old_options, head["options"]);
  const auto present = count_faces(paths.aligned);
  std::error_code ignored;
  const bool packed = fs::exists(paths.aligned / "faceset.pak", ignored);
  if (!known && !options.redo && (present > 0 || packed)) {
    run.note(fmt::format("{} already holds faces that were extracted elsewhere: they are kept; --redo extracts anew",
                         paths.aligned.string()));
    earlier.foreign = true;
    earlier.foreign_faces = present;
    return earlier;
  }
  const bool lost = same && present == 0 && !packed && journal.face_count() > 0;  // somebody removed the faces
  if (!same || options.redo || lost) {
    if (known && !same) run.note("The source or the options differ from the last extraction: starting over");
    if (present > 0 || packed) {
      // Told before it is done: a kill must not leave them in a folder that nobody named.
      run.note(fmt::format("The {} faces that are there go to {}", present, free_backup_name(paths.aligned).string()));
      TRY(earlier.backup, move_aside(paths, lock));
      if (fs::exists(paths.debug, ignored)) {
        run.note(fmt::format("Their debug pictures go to {}", free_backup_name(paths.debug).string()));
        TRY_VOID(put_folder_aside(paths.debug));
      }
    }
    if (options.redo || (known && !same_source)) TRY_VOID(drop_looks(raw_path(paths), run));
    journal.forget_all();
    TRY_VOID(journal.begin(head));
  } else if (!old_options.contains("smooth")) {
    earlier.smooth = false;  // begun by a version that took every frame by itself
  }
  return earlier;
}

}  // namespace understudy
