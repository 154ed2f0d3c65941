// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "lib/base/limits.hpp"
#include "lib/base/path_text.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/face/faceset.hpp"
#include "lib/image/convert.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "steps/4_mask/exchange.hpp"
#include "steps/4_mask/label_formats.hpp"
#include "steps/4_mask/labelling.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr std::uint64_t largest_json = std::uint64_t{1} << 30;
constexpr std::string_view mask_ending = "_mask";

// What there is to be put into a face.
struct Brought {
  fs::path mask;     // a picture, or empty
  fs::path labelme;  // a file, or empty
  std::optional<LabelledPicture> coco;
};
using ByStem = std::map<std::string, Brought>;  // "person/a"

std::string without_ending(const fs::path& name) { return (name.parent_path() / name.stem()).generic_string(); }

Result<json> json_of(const fs::path& path) {
  TRY(const std::string text, read_text(path, largest_json));
  json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return fail(Code::bad_file, "{} is no JSON object", path.string());
  return value;
}

Result<> take_coco(const fs::path& path, ByStem& found) {
  TRY(const json file, json_of(path));
  auto pictures = pictures_from_coco(file);
  if (!pictures) return during(std::move(pictures).error(), fmt::format("reading {}", path.string()));
  for (auto& picture : *pictures) found[without_ending(picture.name)].coco = std::move(picture);
  return {};
}

// A COCO file beside LabelMe files says the same in another way: the single files are what was worked on.
Result<ByStem> find_files(const fs::path& from) {
  ByStem found;
  std::error_code error;
  if (!fs::is_directory(from, error)) {
    TRY_VOID(take_coco(from, found));
    return found;
  }
  bool labelme = false;
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end; it.increment(error)) {
    const fs::path name = it->path().lexically_relative(from);
    if (name.filename().string().starts_with('.')) {  // our own lists and temporary files, and those of other systems
      it.disable_recursion_pending();
      continue;
    }
    if (name.extension() == ".png") {
      auto stem = without_ending(name);
      if (stem.ends_with(mask_ending)) stem.resize(stem.size() - mask_ending.size());
      found[stem].mask = it->path();
    } else if (name.extension() == ".json" && name != "coco.json") {
      found[without_ending(name)].labelme = it->path();
      labelme = true;
    }
  }
  if (!labelme && fs::exists(from / "coco.json", error)) TRY_VOID(take_coco(from / "coco.json", found));
  if (!found.empty()) return found;
  return fail_with_hint(Code::not_found, fmt::format("There are neither PNGs nor label files in {}", from.string()),
                        "They are made by: understudy mask export");
}

Result<std::optional<LabelOperation>> mask_operation(const fs::path& path, const FaceInfo& info) {
  TRY(const ImageU8 picture, read_image(path));
  const ImageU8 mask = normalise_channels(picture, 1);
  const auto now = stored_mask(info, mask.width, mask.height);
  if (now && *now && to_u8_rounded(**now) == mask) return std::optional<LabelOperation>();
  TRY(Bytes encoded, encode_mask(mask));
  return std::optional<LabelOperation>(SetMask{std::move(encoded)});
}

Result<std::vector<Polygon>> polygons_of(const Brought& brought, ImageSize size) {
  if (brought.labelme.empty()) return scaled_polygons(brought.coco->polygons, brought.coco->size, size);
  TRY(const json file, json_of(brought.labelme));
  auto polygons = polygons_from_labelme(file, size);
  if (!polygons) return during(std::move(polygons).error(), fmt::format("reading {}", brought.labelme.string()));
  return polygons;
}

Result<std::optional<LabelOperation>> polygon_operation(const fs::path& face, const Brought& brought,
                                                        const FaceInfo& info) {
  TRY(const Bytes jpeg, read_file(face, largest_picture));
  TRY(const ImageSize size, image_size(jpeg));
  TRY(auto polygons, polygons_of(brought, size));
  SetPolygons all{std::move(polygons)};
  TRY_VOID(check_operation(all));
  FaceLabels now{info.polygons, {}, {}};
  TRY_VOID(apply(all, now));  // rounded as the face holds them
  if (now.polygons == info.polygons) return std::optional<LabelOperation>();
  return std::optional<LabelOperation>(std::move(all));
}

Result<std::optional<std::vector<LabelOperation>>> operations_for(const fs::path& face, const Brought& brought,
                                                                  const FaceInfo& info) {
  std::vector<LabelOperation> operations;
  if (!brought.mask.empty()) {
    TRY(auto one, mask_operation(brought.mask, info));
    if (one) operations.push_back(*std::move(one));
  }
  if (!brought.labelme.empty() || brought.coco) {
    TRY(auto one, polygon_operation(face, brought, info));
    if (one) operations.push_back(*std::move(one));
  }
  if (operations.empty()) return std::optional<std::vector<LabelOperation>>();
  return std::optional(std::move(operations));
}

}  // namespace

Result<std::string> import_labels(const std::filesystem::path& folder, const std::filesystem::path& from,
                                  const MaskImportOptions& options, Run& run) {
  TRY(auto found, find_files(from));
  TRY(const FileLock lock, take_faceset(folder));
  TRY(const auto all, loose_names(folder));
  TRY(auto book, LabelBook::open(folder));
  std::vector<std::string> names;
  ByStem wanted;
  for (const auto& name : all) {
    const auto one = found.extract(without_ending(name));
    if (one.empty()) continue;
    names.push_back(name);
    wanted[name] = one.mapped();
  }
  run.stage("import");
  Tally tally(run);
  tally.count("files_for", static_cast<std::int64_t>(names.size()));
  tally.count("changed", 0);
  for (const auto& [stem, brought] : found) tally.skip(stem, "there is no face of that name");
  TRY_VOID(change_faces(folder, book, book.begin("labels imported"), names, options.threads, tally, run,
                        [&](const std::string& name, const FaceInfo& info) {
                          return operations_for(folder / name, wanted.at(name), info);
                        }));
  return tally.report();
}

}  // namespace understudy
