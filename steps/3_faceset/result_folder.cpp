// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/result_folder.hpp"

#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy {

// Another text for other options or another face.
static std::string made_of(const std::string& options, const fs::path& face) {
  std::error_code ignored;
  return fmt::format("{} {} {}", options, fs::file_size(face, ignored),
                     fs::last_write_time(face, ignored).time_since_epoch().count());
}

Result<ResultFolder> ResultFolder::open(const fs::path& folder, const nlohmann::json& options, Run& run) {
  TRY(auto lock, lock_folder(folder));
  remove_temporaries(folder);
  TRY(auto made, MadeFiles::open(folder));
  Aside aside(folder, [&run](std::string text) { run.note(std::move(text)); });
  const auto text = json_text(options);
  return ResultFolder(std::move(lock), std::move(made), std::move(aside), text);
}

bool ResultFolder::has(const std::string& name, const fs::path& face) const {
  return made_.made_of(name) == made_of(options_, face);
}

Result<> ResultFolder::write(const std::string& name, const fs::path& face, const Bytes& jpeg) {
  TRY_VOID(aside_.make_way(made_, name));
  return made_.write(name, jpeg, made_of(options_, face));
}

Result<> ResultFolder::take_places_in(const fs::path& faces, const std::vector<std::string>& names) {
  const fs::path folder = path();
  auto moves = moves_to_trash(faces, names);
  for (const auto& name : names) moves.push_back({folder / name, faces / name});
  TRY_VOID(move_faces(faces, moves));
  std::error_code ignored;
  fs::remove(folder / ".understudy" / "made.jsonl", ignored);
  lock_.reset();
  for (const auto& name : names) {
    const auto person = fs::path(name).parent_path();
    if (!person.empty()) fs::remove(folder / person, ignored);  // once it is empty
  }
  fs::remove(folder, ignored);
  return {};
}

}  // namespace understudy
