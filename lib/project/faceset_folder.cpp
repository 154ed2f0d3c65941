// SPDX-License-Identifier: Apache-2.0
#include "lib/project/faceset_folder.hpp"

namespace understudy {
namespace {

Result<> must_exist(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  return fail_with_hint(Code::not_found, fmt::format("There is no faceset folder {}", folder.string()),
                        "Run extract first, or name the folder with --input.");
}

}  // namespace

fs::path faceset_folder(const Workspace& workspace, Side side, const fs::path& input) {
  std::error_code ignored;
  auto folder = (input.empty() ? workspace.aligned(side) : fs::absolute(input, ignored)).lexically_normal();
  return folder.has_filename() ? folder : folder.parent_path();  // "faces/" and "faces" are one
}

fs::path moves_journal(const fs::path& folder) { return folder / ".understudy" / "moves.json"; }

std::vector<fs::path> places_of_faces(const fs::path& folder) {
  std::vector<fs::path> places{trash_of(folder)};
  for (const char* suffix : {"_xseg", "_resized", "_enhanced"}) places.emplace_back(folder.string() + suffix);
  return places;
}

Result<> move_faces(const fs::path& folder, std::span<const Move> moves) {
  return move_files(moves_journal(folder), moves, places_of_faces(folder));
}
Result<bool> finish_face_moves(const fs::path& folder) {
  return finish_moves(moves_journal(folder), places_of_faces(folder));
}

fs::path catalogue_for(const Workspace& workspace, const fs::path& folder) {
  return is_workspace(workspace) ? workspace.catalogue() : folder / ".understudy" / "catalogue.db";
}

Result<FileLock> take_faceset(const fs::path& folder) {
  TRY_VOID(must_exist(folder));
  TRY(FileLock lock, lock_folder(folder));
  TRY_VOID(finish_face_moves(folder));
  remove_temporaries(folder);
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) remove_temporaries(it->path());
  }
  return lock;
}

Result<> check_unpacked(const fs::path& folder, Side side) {
  std::error_code error;
  if (!fs::exists(folder / "faceset.pak", error)) return {};
  return fail_with_hint(Code::bad_option, fmt::format("The faces in {} are packed", folder.string()),
                        fmt::format("Unpack them first: understudy faceset unpack {}", side_name(side)));
}

Result<> look_at_faceset(const fs::path& folder) {
  TRY_VOID(must_exist(folder));
  std::error_code ignored;
  if (!fs::exists(moves_journal(folder), ignored)) return {};
  TRY(const FileLock lock, take_faceset(folder));
  return {};
}

}  // namespace understudy
