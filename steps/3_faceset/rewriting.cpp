// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/rewriting.hpp"

#include "lib/face/faceset.hpp"
#include "lib/face/fit_metadata.hpp"
#include "lib/image/codec.hpp"
#include "lib/jobs/each.hpp"
#include "lib/options/options.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "steps/3_faceset/result_folder.hpp"

namespace understudy {
namespace {

// What a result depends on.
nlohmann::json state_of(const Rewriting& work, std::span<const Row> rows) {
  auto json = options_to_json(rows);
  for (const char* key : {"replace", "threads", "input", "output"}) json.erase(key);
  json["tool"] = work.tool;
  return json;
}

Result<> put_in_place(const Rewriting& work, const std::vector<std::string>& names, ResultFolder& results,
                      Tally& tally) {
  std::vector<std::string> done;
  for (const auto& name : names) {
    if (results.has(name, work.faces / name)) done.push_back(name);
  }
  TRY(const FileLock lock, take_faceset(work.faces));
  TRY_VOID(results.take_places_in(work.faces, done));
  tally.count("replaced", static_cast<std::int64_t>(done.size()));
  return {};
}

}  // namespace

Result<std::string> rewrite_faces(const Rewriting& work, std::span<const Row> rows, const OrderNames& order, Run& run,
                                  const MakeFace& make) {
  TRY_VOID(check_output(work.results, {work.faces}));
  TRY_VOID(look_at_faceset(work.faces));
  TRY(auto names, loose_names(work.faces));
  if (order) order(names);
  TRY(auto results, ResultFolder::open(work.results, state_of(work, rows), run));
  run.stage(work.tool);
  Tally tally(run);
  tally.count("faces", 0);
  const auto one = [&](std::size_t i, unsigned thread) -> Result<> {
    const fs::path source = work.faces / names[i];
    if (results.has(names[i], source)) {
      tally.count("done_before");
      return {};
    }
    const auto face = read_face(source);
    const auto made = face ? make(*face, thread, tally) : Result<Face>(Failure(face.error()));
    if (!made) {
      tally.skip(names[i], made.error());
      return {};
    }
    TRY(const Bytes picture, encode_jpeg(made->image_bgr, {.quality = work.jpeg_quality}));
    const auto fitted = fit_metadata(made->info);
    auto jpeg = fitted ? with_face_info(picture, fitted->info) : Result<Bytes>(Failure(fitted.error()));
    if (!jpeg) return during(std::move(jpeg).error(), fmt::format("writing {}", names[i]));
    if (!fitted->gave_way.empty()) run.warn(fmt::format("{}: {}", names[i], fitted->gave_way));
    TRY_VOID(results.write(names[i], source, *jpeg));
    tally.count("faces");
    return {};
  };
  TRY_VOID(for_each_index(names.size(), work.threads, run, "faces", one));
  if (work.replace) TRY_VOID(put_in_place(work, names, results, tally));
  if (!results.aside().where().empty()) tally.set("backup", results.aside().where().string());
  tally.set("folder", (work.replace ? work.faces : work.results).string());
  return tally.report();
}

}  // namespace understudy
