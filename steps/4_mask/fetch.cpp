// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/fetch.hpp"

#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/face/labels/label_book.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "lib/project/recorded_moves.hpp"
#include "steps/4_mask/face_source.hpp"

namespace understudy {
namespace {

constexpr MoveKind fetches{"fetches", "move of labelled faces", places_of_faces};

Result<std::vector<std::size_t>> labelled(const FaceSource& faces, Tally& tally, Run& run) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < faces.count(); ++i) {
    if (run.stopping()) return Run::cancelled();
    const auto info = faces.info(i);
    if (!info)
      tally.skip(faces.name(i), info.error());
    else if (!info->polygons.empty())
      found.push_back(i);
    run.progress(i + 1, faces.count(), "faces");
  }
  return found;
}

// Whether an earlier fetch left another face under that name, as of another clip: it may be the only one with its
// labels.
bool is_another_face(const fs::path& there, const Bytes& jpeg) {
  const auto identity_of = [](const Bytes& file) -> Result<std::uint64_t> {
    TRY(const FaceInfo info, face_info_from_jpeg(file));
    return face_identity(file, info);
  };
  const auto earlier = read_file(there, largest_picture);
  const auto was = earlier ? identity_of(*earlier) : Result<std::uint64_t>(Failure(earlier.error()));
  const auto is = identity_of(jpeg);
  return !was || !is || *was != *is;
}

// What lies there may go only where it is an untouched copy of that same face.
Result<> make_way(const fs::path& name, const Bytes& jpeg, const MadeFiles& made, Aside& aside) {
  return made.ours(name) && !is_another_face(made.folder() / name, jpeg) ? Result<>() : aside.take(name);
}

Result<> copy_faces(const FaceSource& faces, const std::vector<std::size_t>& which, MadeFiles& made, Aside& aside,
                    Run& run) {
  for (std::size_t k = 0; k < which.size(); ++k) {
    if (run.stopping()) return Run::cancelled();
    TRY(const Bytes jpeg, faces.jpeg(which[k]));
    const fs::path name = faces.name(which[k]);
    TRY_VOID(make_way(name, jpeg, made, aside));
    TRY_VOID(made.write(name, jpeg));
    run.progress(k + 1, which.size(), "copied");
  }
  return {};
}

// Those moves can be taken back, and the moved faces are nobody's copies any more: a later fetch of other faces under
// these names puts them aside.
Result<> move_faces(const FaceSource& faces, const std::vector<std::size_t>& which, const fs::path& folder,
                    MadeFiles& made, Aside& aside) {
  std::vector<Move> moves;
  std::vector<fs::path> names, copies;
  for (const auto i : which) {
    const fs::path name = faces.name(i);
    const fs::path to = made.folder() / name;
    names.push_back(name);
    TRY(const Bytes jpeg, faces.jpeg(i));
    TRY_VOID(make_way(name, jpeg, made, aside));
    if (made.ours(name)) copies.push_back(to);  // of an earlier fetch
    if (to.has_parent_path()) TRY_VOID(make_folders(to.parent_path()));
    moves.push_back({folder / name, to});
  }
  TRY_VOID(made.disown(names));
  for (const auto& copy : copies) {
    std::error_code error;
    fs::remove(copy, error);
    if (error) return io_failure("remove", copy, error.value());
  }
  return move_recorded(folder, fetches, fmt::format("labelled faces moved to {}", path_text(made.folder())), moves);
}

// Where the moves led: the folder in which the faces have the names that they had in their own.
fs::path led_to(const fs::path& folder, const Move& move) {
  fs::path to = move.to;
  for ([[maybe_unused]] const auto& part : move.from.lexically_relative(folder)) to = to.parent_path();
  return to;
}

Result<std::string> fetch_back(const fs::path& folder, Run& run) {
  TRY(const auto lock, take_faceset(folder));
  TRY(const auto last, last_recorded(folder, fetches));
  std::optional<FileLock> target_lock;
  std::error_code ignored;
  const fs::path target = last.moves.empty() ? fs::path() : led_to(folder, last.moves.front());
  if (fs::is_directory(target, ignored)) {
    TRY(target_lock, lock_folder(target));
  }
  run.stage("move");
  TRY(const auto back, take_back(folder, fetches, last));
  if (back.missing > 0) run.warn(fmt::format("{} faces are no longer where they had been put", back.missing));
  if (back.renamed > 0)
    run.warn(fmt::format("{} faces got a name with ~: their old one is another file's now", back.renamed));
  Tally tally(run);
  tally.set("undone", back.what);
  tally.count("restored", static_cast<std::int64_t>(back.restored));
  tally.count("missing", static_cast<std::int64_t>(back.missing));
  tally.count("renamed", static_cast<std::int64_t>(back.renamed));
  tally.set("folder", path_text(folder));
  return tally.report();
}

fs::path whole_path(const fs::path& path) {
  std::error_code error;
  const auto whole = fs::absolute(path, error);
  return (error ? path : whole).lexically_normal();
}

}  // namespace

Result<std::string> fetch_labelled(const std::filesystem::path& given_folder, const std::filesystem::path& given_target,
                                   const MaskFetchOptions& options, Run& run) {
  // Records hold the way from the one to the other.
  const fs::path folder = whole_path(given_folder), target = whole_path(given_target);
  if (options.undo && options.move) return fail(Code::bad_option, "Give --move or --undo, not both");
  if (options.undo) return fetch_back(folder, run);
  TRY_VOID(check_output(target, {folder}));
  std::optional<FileLock> lock;
  if (options.move) {
    TRY(lock, take_faceset(folder));
    TRY_VOID(loose_names(folder));  // says what to do where they are packed
  } else {
    TRY_VOID(look_at_faceset(folder));
  }
  TRY(const auto faces, FaceSource::open(folder));
  run.stage("read");
  Tally tally(run);
  TRY(const auto which, labelled(faces, tally, run));
  tally.count("labelled", static_cast<std::int64_t>(which.size()));
  if (which.empty()) return tally.report();
  TRY(const auto target_lock, lock_folder(target));
  remove_temporaries(target);
  TRY(auto made, MadeFiles::open(target));
  Aside aside(target, [&run](std::string text) { run.note(std::move(text)); });
  run.stage(options.move ? "move" : "copy");
  if (options.move)
    TRY_VOID(move_faces(faces, which, folder, made, aside));
  else
    TRY_VOID(copy_faces(faces, which, made, aside, run));
  tally.count(options.move ? "moved" : "copied", static_cast<std::int64_t>(which.size()));
  tally.set("folder", path_text(target));
  if (!aside.where().empty()) tally.set("backup", path_text(aside.where()));
  return tally.report();
}

}  // namespace understudy
