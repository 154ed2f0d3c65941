// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/packing.hpp"

#include <algorithm>
#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/face/pak_write.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/3_faceset/stored_faces.hpp"

namespace understudy {
namespace {

fs::path pak_of(const fs::path& folder) { return folder / "faceset.pak"; }

Result<> whole_face(const fs::path& path) {
  TRY(const Bytes jpeg, read_file(path, largest_picture));
  return check_whole_face(jpeg);
}

Result<std::vector<PackInput>> inputs_of(const fs::path& folder, Tally& tally) {
  TRY(const auto names, loose_names(folder));
  std::vector<PackInput> inputs;
  for (const auto& name : names) {
    const fs::path path = folder / name;
    if (const auto whole = whole_face(path); !whole) {
      tally.skip(name, whole.error());
    } else {
      inputs.push_back({path.filename().string(), fs::path(name).parent_path().string(), {}, path});
    }
  }
  return inputs;
}

PackProgress telling(Run& run, const char* stage, std::size_t total) {
  run.stage(stage);
  return [&run, total](std::size_t done) {
    if (done > 0) run.progress(done, total, "faces");
    return !run.stopping();
  };
}

Result<> remove_originals(const std::vector<PackInput>& inputs, Run& run) {
  std::set<fs::path> persons;
  for (const auto& input : inputs) {
    if (run.stopping()) return Run::cancelled();  // the rest is removed by the next run
    std::error_code error;
    fs::remove(input.path, error);
    if (error) return io_failure("remove", input.path, error.value());
    if (!input.person.empty()) persons.insert(input.path.parent_path());
  }
  std::error_code ignored;
  for (const auto& person : persons) fs::remove(person, ignored);  // stays while something else is in it
  return {};
}

// Compares what lies beside a pack with what is in it: equal faces are what a killed run had still to remove.
Result<std::vector<PackInput>> equal_originals(const fs::path& folder, const StoredFaces& packed) {
  std::vector<PackInput> equal;
  std::set<fs::path> known;
  std::vector<std::string> others;
  for (std::size_t i = 0; i < packed.names().size(); ++i) {
    const auto& entry = packed.names()[i];
    const auto path = folder / entry.person / entry.file_name;
    if (!known.insert(path).second) continue;
    const auto beside = read_file(path, largest_picture);
    if (!beside) continue;  // none, or nobody's face: a folder, a link that leads nowhere
    TRY(const Bytes inside, packed.jpeg(i));
    if (inside == *beside) {
      equal.push_back({entry.file_name, entry.person, {}, path});
    } else {
      others.push_back(entry.file_name);
    }
  }
  // The persons' folders are part of a faceset of persons only.
  std::vector<fs::path> places{folder};
  const bool of_persons = std::ranges::any_of(packed.names(), [](const auto& entry) { return !entry.person.empty(); });
  for (auto& person : of_persons ? sub_folders(folder) : std::vector<fs::path>()) places.push_back(std::move(person));
  for (const auto& place : places) {
    for (const auto& path : jpg_files(place)) {
      if (!known.contains(path) && whole_face(path)) others.push_back(path.lexically_relative(folder).string());
    }
  }
  if (others.empty()) return equal;
  return fail_with_hint(Code::bad_option,
                        fmt::format("Beside {} lie {} faces that it does not hold, {} the first",
                                    pak_of(folder).string(), others.size(), others.front()),
                        "Unpack it first (understudy faceset unpack), then pack all together.");
}

Result<std::string> finish_packing(const fs::path& folder, const PackOptions& options, Tally& tally, Run& run) {
  TRY(const StoredFaces packed, StoredFaces::of_pack(pak_of(folder)));
  TRY(const auto originals, equal_originals(folder, packed));
  tally.count("faces", static_cast<std::int64_t>(packed.names().size()));
  tally.set("packed_before", true);
  if (originals.empty() || options.keep) run.note("The faces are packed already");
  if (!options.keep) TRY_VOID(remove_originals(originals, run));
  return tally.report();
}

}  // namespace

Result<std::string> pack_faceset(const fs::path& folder, const PackOptions& options, Run& run) {
  TRY(const FileLock lock, take_faceset(folder));
  Tally tally(run);
  std::error_code error;
  if (fs::exists(pak_of(folder), error)) return finish_packing(folder, options, tally, run);
  TRY(const auto inputs, inputs_of(folder, tally));
  const auto stopped = [&run](Error problem) -> Failure {
    return run.stopping() ? Run::cancelled() : Failure(std::move(problem));
  };
  if (auto written = write_pak(pak_of(folder), inputs, telling(run, "pack", inputs.size())); !written)
    return stopped(std::move(written).error());
  if (auto same = verify_pak(pak_of(folder), inputs, telling(run, "verify", inputs.size())); !same) {
    fs::remove(pak_of(folder), error);  // the faces are all there
    return stopped(std::move(same).error());
  }
  run.saved(pak_of(folder).string(), "faceset");
  tally.count("faces", static_cast<std::int64_t>(inputs.size()));
  tally.set("packed_before", false);
  if (!options.keep) TRY_VOID(remove_originals(inputs, run));
  return tally.report();
}

Result<std::string> unpack_faceset(const fs::path& folder, const PackOptions& options, Run& run) {
  TRY(const FileLock lock, take_faceset(folder));
  std::error_code error;
  if (!fs::exists(pak_of(folder), error))
    return fail(Code::not_found, "There is no faceset.pak in {}", folder.string());
  TRY(const StoredFaces packed, StoredFaces::of_pack(pak_of(folder)));
  run.stage("unpack");
  Tally tally(run);
  for (const auto& name : packed.passed_over()) tally.skip(name, no_name_of_a_face);
  TRY(const auto places, places_for(folder, packed, run));
  tally.count("faces", static_cast<std::int64_t>(places.size()));
  TRY_VOID(write_faces(packed, places, run));
  if (!packed.passed_over().empty()) {
    run.note(fmt::format("{} stays: it alone holds what was passed over", pak_of(folder).string()));
  } else if (!options.keep) {
    fs::remove(pak_of(folder), error);
    if (error) return io_failure("remove", pak_of(folder), error.value());
  }
  return tally.report();
}

}  // namespace understudy
