// SPDX-License-Identifier: Apache-2.0
#include "steps/4_mask/fetch.hpp"

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "steps/4_mask/face_source.hpp"

namespace understudy {
namespace {

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

Result<> copy_faces(const FaceSource& faces, const std::vector<std::size_t>& which, MadeFiles& made, Aside& aside,
                    Run& run) {
  for (std::size_t k = 0; k < which.size(); ++k) {
    if (run.stopping()) return Run::cancelled();
    TRY(const Bytes jpeg, faces.jpeg(which[k]));
    const fs::path name = faces.name(which[k]);
    TRY_VOID(aside.make_way(made, name));
    TRY_VOID(made.write(name, jpeg));
    run.progress(k + 1, which.size(), "copied");
  }
  return {};
}

Result<> move_faces(const FaceSource& faces, const std::vector<std::size_t>& which, const fs::path& folder,
                    const MadeFiles& made, Aside& aside) {
  std::vector<Move> moves;
  for (const auto i : which) {
    const fs::path name = faces.name(i);
    const fs::path to = made.folder() / name;
    std::error_code ignored;
    if (made.ours(name))
      fs::remove(to, ignored);  // a copy of it that an earlier fetch made
    else
      TRY_VOID(aside.take(name));
    if (to.has_parent_path()) TRY_VOID(make_folders(to.parent_path()));
    moves.push_back({folder / name, to});
  }
  return move_files(moves_journal(folder), moves);
}

}  // namespace

Result<std::string> fetch_labelled(const std::filesystem::path& folder, const std::filesystem::path& target,
                                   const MaskFetchOptions& options, Run& run) {
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
