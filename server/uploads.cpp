// SPDX-License-Identifier: Apache-2.0
#include "server/uploads.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "lib/base/frame_files.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr std::string_view pack_name = "faceset.pak";
constexpr std::uint64_t spare_disk = 1 << 30;  // must stay free behind an upload

bool is_batch(std::string_view name) {
  return name.size() >= 8 && name.size() <= 40 &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0; });
}

// A relative path without ways out, of names that are nobody's but the user's.
Result<fs::path> plain_path(const std::string& name) {
  const auto path = path_of_text(name);
  constexpr std::size_t longest = 1000, deepest = 12;
  bool good = !name.empty() && name.size() <= longest && name.find('\0') == std::string::npos && !path.is_absolute() &&
              path.has_filename();
  std::size_t parts = 0;
  for (const auto& part : path) good = good && !part.empty() && part != "." && part != ".." && ++parts <= deepest;
  if (!good) return fail(Code::bad_option, "'{}' is no name for a file", valid_text(name));
  return path;
}

constexpr std::string_view part_prefix = ".understudy-part-";

// A name may be as long as the system lets it be, so that this one has to be shorter.
fs::path part_of(const fs::path& file) {
  return file.parent_path() / fitting_name(std::string(part_prefix) + file.filename().string(), "");
}
bool is_part(const fs::path& file) { return file.filename().string().starts_with(part_prefix); }

// All that is read as a frame, and EXR, which Windows programs deliver.
bool is_picture(const fs::path& file) {
  return is_picture_name(file) || lower_case(file.extension().string()) == ".exr";
}

std::vector<fs::path> files_under(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) files.push_back(it->path());
  }
  std::ranges::sort(files);
  return files;
}

// Alone in a folder into which files are moved.
Result<FileLock> hold(const Workspace& workspace, const fs::path& folder) {
  TRY_VOID(make_folders(folder));
  const bool faces = folder == workspace.aligned(Side::src) || folder == workspace.aligned(Side::dst);
  return faces ? take_faceset(folder) : lock_folder(folder);
}

// Whoever reads faces prefers a pack, and would pass over the single ones beside it without a word.
Result<> check_one_kind(const fs::path& aligned, const std::vector<Move>& moves, Side side) {
  const auto packs = std::ranges::count_if(moves, [](const Move& move) { return move.to.filename() == pack_name; });
  const bool single = static_cast<std::size_t>(packs) < moves.size();
  if (packs > 0 && single)
    return fail(Code::bad_option, "A {} came together with single faces: a side has the one or the other", pack_name);
  if (single) TRY_VOID(check_unpacked(aligned, side));
  if (packs == 0) return {};
  const auto any = [](const fs::path& folder) { return !jpg_files(folder).empty(); };
  if (!any(aligned) && std::ranges::none_of(sub_folders(aligned), any)) return {};
  return fail_with_hint(
      Code::bad_option, fmt::format("There are single faces in {}, which a {} would hide", aligned.string(), pack_name),
      fmt::format("Clear them first (understudy clear faces --side {}), or unpack the {} where it came from.",
                  side_name(side), pack_name));
}

Result<> append(const fs::path& file, std::string_view piece) {
  std::ofstream out(file, std::ios::binary | std::ios::app);
  out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  out.close();
  if (out) return {};
  return fail_with_hint(Code::io, fmt::format("Cannot write {}", file.string()), "Check that the disk has room.");
}

}  // namespace

Result<json> Uploads::add(const std::string& batch, const std::string& name, std::uint64_t size, std::uint64_t offset,
                          std::string_view piece) {
  if (!is_batch(batch)) return fail(Code::bad_option, "A batch is named by 8 to 40 letters and digits");
  TRY(const auto relative, plain_path(name));
  const fs::path file = root() / batch / relative, part = part_of(file);
  std::error_code error;
  if (offset + piece.size() > size || (piece.empty() && size > 0))
    return fail(Code::bad_option, "The piece does not lie within the file");
  if (fs::exists(file, error)) return json{{"have", fs::file_size(file, error)}, {"whole", true}};
  const auto there = fs::file_size(part, error);
  const std::uint64_t have = error ? 0 : there;
  if (offset != have) return json{{"have", have}, {"whole", false}};
  if (offset == 0) {
    TRY_VOID(make_folders(file.parent_path()));
    if (const auto free = disk_free(root()); free < size + spare_disk)
      return fail_with_hint(
          Code::io, fmt::format("{} needs {} MB and the disk has {} MB free", valid_text(name), size >> 20, free >> 20),
          "Make room: a gigabyte stays free in any case.");
  }
  TRY_VOID(append(part, piece));
  if (offset + piece.size() < size) return json{{"have", offset + piece.size()}, {"whole", false}};
  TRY_VOID(sync_file(part));
  TRY_VOID(rename_without_replacing(part, file));
  TRY_VOID(sync_folder(file.parent_path()));
  return json{{"have", size}, {"whole", true}};
}

Result<fs::path> Uploads::folder(const std::string& batch) const {
  std::error_code error;
  if (is_batch(batch) && fs::is_directory(root() / batch, error)) return root() / batch;
  return fail(Code::not_found, "Nothing was uploaded under that name");
}

Result<std::vector<fs::path>> Uploads::whole_files(const std::string& batch) const {
  TRY(const auto from, folder(batch));
  auto files = files_under(from);
  const auto part = std::ranges::find_if(files, is_part);
  if (part == files.end()) return files;
  return fail_with_hint(
      Code::busy,
      fmt::format("{} has not come as a whole yet", valid_text(part->filename().string().substr(part_prefix.size()))),
      "Wait for it, or send it again.");
}

Result<std::vector<Move>> Uploads::video_moves(const std::vector<fs::path>& files, Side side) const {
  if (files.size() != 1) return fail(Code::bad_option, "A side has one video, and {} files came", files.size());
  if (const auto there = workspace_.video(side))
    return fail_with_hint(Code::bad_option, fmt::format("{} exists already", there->string()),
                          "Move it away first, or use another workspace.");
  const auto name = fmt::format("data_{}{}", side_name(side), files[0].extension().string());
  return std::vector<Move>{{files[0], workspace_.root / name}};
}

// A move that a journal lists, where it is one that take() makes. Workspaces are sent around, and what their files say
// moves nothing else.
Result<> Uploads::check_left(const fs::path& from, const fs::path& to) const {
  const auto batch = from.lexically_relative(root());
  const auto folder = to.parent_path();
  bool good = !batch.empty() && is_batch(batch.begin()->string());
  std::error_code error;
  for (auto at = from.parent_path(); good && at != workspace_.state(); at = at.parent_path())
    good = at.has_relative_path() && !fs::is_symlink(at, error);
  bool known = false;
  for (const auto side : {Side::src, Side::dst}) {
    const auto video = fmt::format("data_{}", side_name(side));
    known = known || (folder == workspace_.frames(side) && is_picture(to)) ||
            (folder == workspace_.aligned(side) && (is_picture(to) || to.filename() == pack_name)) ||
            (folder == workspace_.root && to.stem() == video && to.extension() == from.extension());
  }
  if (good && known) return {};
  return fail_with_hint(Code::bad_file,
                        fmt::format("{} leads out of what is brought in: {} to {}", journal().string(),
                                    valid_text(from.string()), valid_text(to.string())),
                        "Another program wrote it: look at it, and remove it.");
}

// What a killed take() has still to move.
Result<std::vector<Move>> Uploads::left_moves() const {
  std::vector<Move> moves;
  std::error_code error;
  if (!fs::exists(journal(), error)) return moves;
  TRY(const auto text, read_text(journal()));
  const json left = parse_json(text);
  const auto damaged = [&] { return fail(Code::bad_file, "{} is damaged", journal().string()); };
  if (!left.is_object() || !left.value("moves", json()).is_array()) return damaged();
  const auto found = [&](const json& name) {
    return (journal().parent_path() / path_of_text(name.get<std::string>())).lexically_normal();
  };
  for (const auto& move : left["moves"]) {
    const bool whole =
        move.is_array() && move.size() == 3 && move[0].is_string() && move[1] == "" && move[2].is_string();
    if (!whole) return damaged();
    moves.push_back({found(move[0]), found(move[2])});
    TRY_VOID(check_left(moves.back().from, moves.back().to));
  }
  return moves;
}

// With the lock of the uploads held.
Result<> Uploads::finish_alone() const {
  TRY(const auto moves, left_moves());
  std::set<fs::path> folders;
  for (const auto& move : moves) folders.insert(move.to.parent_path());
  std::vector<FileLock> held;
  for (const auto& folder : folders) {
    if (folder == workspace_.root) continue;  // a video, which is nobody's folder
    TRY(auto lock, hold(workspace_, folder));
    held.push_back(std::move(lock));
  }
  TRY_VOID(finish_moves(journal()));
  return {};
}

Result<FileLock> Uploads::hold_and_finish() const {
  TRY(auto own, FileLock::take(root() / ".understudy" / "lock", root()));
  TRY_VOID(finish_alone());
  return own;
}

Result<> Uploads::finish() {
  std::error_code error;
  if (!fs::exists(journal(), error)) return {};
  TRY_VOID(hold_and_finish());
  return {};
}

Result<json> Uploads::take(const std::string& batch, const std::string& as, Side side) {
  TRY(const auto came, whole_files(batch));
  if (came.empty()) return fail(Code::not_found, "What came under that name is in its place already, or was dropped");
  const bool faces = as == "faces";
  if (as != "video" && as != "frames" && !faces)
    return fail(Code::bad_option, "Files come as video, frames or faces, not as '{}'", valid_text(as));
  // One list of moves at a time, and nobody else works in the folder that they go to.
  TRY(const auto own, FileLock::take(root() / ".understudy" / "lock", root()));
  TRY(const auto asked_before, left_moves());
  TRY_VOID(finish_alone());
  TRY(const auto files, whole_files(batch));
  const fs::path to = faces ? workspace_.aligned(side) : as == "video" ? workspace_.root : workspace_.frames(side);
  // What was moved just now, because it was asked for before: to there, or to wherever else that was.
  const auto before = std::ranges::count_if(asked_before, [&](const Move& move) {
    return std::ranges::binary_search(came, move.from) && move.to.parent_path() == to &&
           (as != "video" || move.to.stem() == fmt::format("data_{}", side_name(side)));
  });
  if (files.empty() && before == 0)
    return fail(Code::bad_option, "What came was asked for before, and lies in {} now",
                asked_before.empty() ? to.string() : asked_before[0].to.parent_path().string());
  std::optional<FileLock> taken;
  std::vector<Move> moves;
  json left = json::array();
  if (as == "video" && !files.empty()) {
    TRY(moves, video_moves(files, side));
  } else if (as != "video") {
    for (const auto& file : files) {
      if (is_picture(file) || (faces && file.filename() == pack_name))
        moves.push_back({file, to / file.filename()});
      else if (!file.filename().string().starts_with('.'))
        left.push_back(path_text(file.lexically_relative(root() / batch)));
    }
    if (moves.empty() && before == 0) return fail(Code::bad_option, "There are no pictures among the files that came");
    TRY(auto lock, hold(workspace_, to));
    taken = std::move(lock);
    if (faces) TRY_VOID(check_one_kind(to, moves, side));
  }
  TRY_VOID(move_files(journal(), moves));
  // What did not go with them stays until it is old.
  if (left.empty()) TRY_VOID(remove(batch));
  json told = {{"moved", static_cast<std::size_t>(before) + moves.size()}};
  if (!left.empty()) told["left"] = std::move(left);
  return told;
}

void Uploads::forget_old(const std::set<fs::path>& used) const {
  constexpr auto old = std::chrono::hours(24);
  const auto now = fs::file_time_type::clock::now();
  std::error_code error;
  if (fs::exists(journal(), error)) return;
  std::vector<fs::path> batches;
  for (fs::directory_iterator it(root(), error), end; !error && it != end; it.increment(error))
    if (is_batch(it->path().filename().string())) batches.push_back(it->path());
  for (const auto& batch : batches) {
    const auto is_in_it = [&](const fs::path& path) {
      return std::mismatch(batch.begin(), batch.end(), path.begin(), path.end()).first == batch.end();
    };
    auto newest = fs::last_write_time(batch, error);
    for (fs::recursive_directory_iterator it(batch, error), end; !error && it != end; it.increment(error))
      if (const auto time = it->last_write_time(error); !error) newest = std::max(newest, time);
    if (!error && now - newest > old && std::ranges::none_of(used, is_in_it)) fs::remove_all(batch, error);
  }
}

Result<fs::path> Uploads::take_workspace(const std::string& batch) {
  TRY(auto from, folder(batch));
  TRY(const auto own, hold_and_finish());
  std::error_code error;
  TRY_VOID(whole_files(batch));
  std::vector<fs::path> inside;
  for (fs::directory_iterator it(from, error), end; !error && it != end; it.increment(error))
    inside.push_back(it->path());
  const bool wrapped = inside.size() == 1 && fs::is_directory(inside[0], error);
  if (wrapped) from = inside[0];
  if (!is_workspace(Workspace{from}))
    return fail_with_hint(Code::bad_option,
                          "What came is no workspace: it holds neither data_src nor data_dst nor model",
                          "Drop the workspace's folder itself.");
  const auto name = wrapped ? from.filename() : fs::path("uploaded");
  const auto to = free_name(workspace_.root.parent_path() / name, {});
  TRY_VOID(rename_without_replacing(from, to));
  if (wrapped) TRY_VOID(remove(batch));
  return to;
}

// A list of moves that is left takes a file that is not there any more for one that is moved.
Result<> Uploads::drop(const std::string& batch) {
  TRY_VOID(folder(batch));
  TRY(const auto own, hold_and_finish());
  return remove(batch);
}

Result<> Uploads::remove(const std::string& batch) const {
  TRY(const auto gone, folder(batch));
  std::error_code error;
  fs::remove_all(gone, error);
  if (error) return io_failure("remove", gone, error.value());
  return {};
}

fs::path home_folder() {
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? fs::path(home) : fs::path("/");
}

Result<json> folder_listing(const fs::path& folder) {
  constexpr std::size_t most = 2000;
  std::error_code error;
  if (!folder.is_absolute() || !fs::is_directory(folder, error))
    return fail(Code::not_found, "There is no folder {}", valid_text(folder.string()));
  std::vector<std::string> folders, files;
  bool more = false;
  fs::directory_iterator it(folder, error);
  if (error) return io_failure("list the folder", folder, error.value());
  for (const fs::directory_iterator end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with('.')) continue;
    std::error_code ignored;
    auto& of_kind = it->is_directory(ignored) ? folders : files;
    if (of_kind.size() == most)
      more = true;
    else
      of_kind.push_back(path_text(it->path().filename()));
  }
  std::ranges::sort(folders);
  std::ranges::sort(files);
  return json{{"path", path_text(folder)},
              {"parent", path_text(folder.parent_path())},
              {"folders", folders},
              {"files", files},
              {"more", more}};
}

}  // namespace understudy::studio
