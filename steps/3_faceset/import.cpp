// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/import.hpp"

#include <algorithm>

#include "lib/base/frame_files.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/3_faceset/stored_faces.hpp"

namespace understudy {
namespace {

constexpr const char* pack_name = "faceset.pak";

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}
bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// What was named: faces, or the folder of a side with `aligned` in it, as people copy them.
fs::path faces_in(const fs::path& from) {
  const auto folder = is_folder(from / "aligned") ? from / "aligned" : from;
  return is_file(folder / pack_name) ? folder / pack_name : folder;
}

Result<StoredFaces> open_source(const fs::path& faces, const fs::path& from) {
  if (is_file(faces)) return StoredFaces::of_pack(faces);
  if (is_folder(faces)) return StoredFaces::of_folder(faces);
  return fail_with_hint(Code::not_found, fmt::format("There are no faces at {}", from.string()),
                        "Name a folder of aligned faces, or a faceset.pak.");
}

Result<> check_not_itself(const fs::path& faces, const fs::path& from, const fs::path& folder) {
  std::error_code error;
  if (!fs::equivalent(is_file(faces) ? faces.parent_path() : faces, folder, error)) return {};
  return fail(Code::bad_option, "{} is the faceset that the faces are to be copied into", from.string());
}

// Readers of a folder take single faces where there are any, and persons' folders only where there are none.
Result<> check_same_kind(const StoredFaces& source, const fs::path& folder, Side side) {
  TRY_VOID(check_unpacked(folder, side));
  const auto there = StoredFaces::of_folder(folder);
  if (!there) return {};
  const auto of_person = [](const StoredFaces::Named& named) { return !named.person.empty(); };
  const bool persons_there = std::ranges::any_of(there->names(), of_person);
  if (persons_there == std::ranges::any_of(source.names(), of_person)) return {};
  return fail_with_hint(
      Code::bad_option,
      persons_there
          ? fmt::format("{} holds a folder for each person, and what is to come are single faces", folder.string())
          : fmt::format("{} holds single faces, and what is to come is a folder for each person", folder.string()),
      "Copy them into an empty folder (--input), or the folder of one person.");
}

}  // namespace

Result<std::string> import_faces(const Workspace&, Side side, const fs::path& folder, const FaceImportOptions& options,
                                 Run& run) {
  if (options.from.empty())
    return fail_with_hint(Code::bad_option, "It is not said which faces are to be copied",
                          "Name their folder or faceset.pak with --from.");
  const auto faces = faces_in(options.from);
  TRY(const auto source, open_source(faces, options.from));
  TRY_VOID(make_folders(folder));
  TRY_VOID(check_not_itself(faces, options.from, folder));
  TRY(const FileLock lock, take_faceset(folder));
  TRY_VOID(check_same_kind(source, folder, side));
  run.stage("copy");
  Tally tally(run);
  for (const auto& name : source.passed_over()) tally.skip(name, no_name_of_a_face);
  const auto whole = [&tally, &source](const StoredFaces::Named& named, const Result<Bytes>& jpeg) {
    if (!jpeg && source.packed()) return true;  // one file holds all: what is wrong with it is told as a failure
    const auto checked = jpeg ? check_whole_face(*jpeg) : Result<>(Failure(jpeg.error()));
    if (!checked) tally.skip((fs::path(named.person) / named.file_name).string(), checked.error());
    return checked.has_value();
  };
  TRY(const auto places, places_for(folder, source, run, whole));
  if (places.empty())
    return fail_with_hint(Code::no_faces, fmt::format("There are no aligned faces in {}", options.from.string()),
                          "Pictures become faces by: understudy extract.");
  const auto there = std::ranges::count_if(places, [](const FacePlace& place) { return place.there; });
  TRY_VOID(write_faces(source, places, run));
  tally.count("faces", static_cast<std::int64_t>(places.size()) - there);
  tally.count("there_already", there);
  return tally.report();
}

}  // namespace understudy
