// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "lib/base/frame_files.hpp"
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

// What there is to be put into a face.
struct Brought {
  fs::path mask;            // a picture, or empty
  bool named_mask = false;  // and not merely called as the face is
  fs::path labelme;         // a file, or empty
  std::optional<LabelledPicture> coco;
  bool nothing() const { return mask.empty() && labelme.empty() && !coco; }
};

// What lies in the folder, by its name there.
struct Found {
  std::map<std::string, fs::path> files;        // "person/a_mask.png", "person/a.json"
  std::map<std::string, LabelledPicture> coco;  // "person/a"
};

std::string without_ending(const fs::path& name) { return (name.parent_path() / name.stem()).generic_string(); }

Result<json> json_of(const fs::path& path) {
  TRY(const std::string text, read_text(path, largest_json));
  json value = parse_json(text);
  if (!value.is_object()) return fail(Code::bad_file, "{} is no JSON object", path.string());
  return value;
}

Result<> take_coco(const fs::path& path, Found& found) {
  TRY(const json file, json_of(path));
  auto pictures = pictures_from_coco(file);
  if (!pictures) return during(std::move(pictures).error(), fmt::format("reading {}", path.string()));
  for (auto& picture : *pictures) found.coco[without_ending(picture.name)] = std::move(picture);
  return {};
}

// A COCO file beside LabelMe files says the same in another way: the single files are what was worked on.
Result<Found> find_files(const fs::path& from) {
  Found found;
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
    const bool labels = name.extension() == ".json" && name != "coco.json";
    if (labels || name.extension() == ".png") found.files[name.generic_string()] = it->path();
    labelme |= labels;
  }
  if (!labelme && fs::exists(from / "coco.json", error)) TRY_VOID(take_coco(from / "coco.json", found));
  if (!found.files.empty() || !found.coco.empty()) return found;
  return fail_with_hint(Code::not_found, fmt::format("There are neither PNGs nor label files in {}", from.string()),
                        "They are made by: understudy mask export");
}

// Hands out what was found; each file is one face's.
class HandingOut {
 public:
  explicit HandingOut(Found found) : found_(std::move(found)) {}

  // Whatever the order in which a folder is read: a_mask.png is the mask of a. a.png may be one, or the picture that
  // was drawn on; so it is taken where nothing else tells of a.
  std::map<std::string, Brought> to(const std::vector<std::string>& faces) {
    std::map<std::string, Brought> all;
    for (const auto& face : faces) {
      auto& brought = all[face];
      brought.mask = taken(face, "_mask.png");
      brought.named_mask = !brought.mask.empty();
      brought.labelme = taken(face, ".json");
      if (auto coco = found_.coco.extract(without_ending(face))) brought.coco = std::move(coco.mapped());
    }
    for (const auto& face : faces) {
      auto& brought = all[face];
      const auto picture = taken(face, ".png");
      if (brought.nothing()) brought.mask = picture;
    }
    std::erase_if(all, [](const auto& one) { return one.second.nothing(); });
    return all;
  }
  // What is no face's.
  std::set<std::string> left() const {
    std::set<std::string> stems;
    for (const auto& [name, path] : found_.files) {
      auto stem = without_ending(name);
      if (constexpr std::string_view mask = "_mask"; stem.ends_with(mask)) stem.resize(stem.size() - mask.size());
      stems.insert(std::move(stem));
    }
    for (const auto& [stem, picture] : found_.coco) stems.insert(stem);
    return stems;
  }

 private:
  // Names that are too long are cut as `mask export` cuts them.
  fs::path taken(const fs::path& face, const char* ending) {
    const auto name = face.parent_path() / fitting_name(face.stem().string(), ending);
    const auto file = found_.files.extract(name.generic_string());
    return file ? file.mapped() : fs::path();
  }
  Found found_;
};

bool is_coloured(const ImageU8& picture) {
  if (picture.channels < 3) return false;
  const auto channels = static_cast<std::size_t>(picture.channels);
  for (std::size_t i = 0; i + channels <= picture.data.size(); i += channels)
    if (picture.data[i] != picture.data[i + 1] || picture.data[i] != picture.data[i + 2]) return true;
  return false;
}

Result<std::optional<LabelOperation>> mask_operation(const Brought& brought, const FaceInfo& info) {
  TRY(const ImageU8 picture, read_image(brought.mask));
  if (!brought.named_mask && is_coloured(picture))
    return fail_with_hint(Code::bad_file, fmt::format("{} is in colours: it is no mask", brought.mask.string()),
                          "Name masks FACE_mask.png.");
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
    TRY(auto one, mask_operation(brought, info));
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
  HandingOut handing_out(std::move(found));
  TRY(const FileLock lock, take_faceset(folder));
  TRY(const auto all, loose_names(folder));
  TRY(auto book, LabelBook::open(folder));
  const auto wanted = handing_out.to(all);
  std::vector<std::string> names;
  for (const auto& [name, brought] : wanted) names.push_back(name);
  run.stage("import");
  Tally tally(run);
  tally.count("files_for", static_cast<std::int64_t>(names.size()));
  tally.count("changed", 0);
  for (const auto& stem : handing_out.left()) tally.skip(stem, "there is no face of that name");
  TRY_VOID(change_faces(folder, book, book.begin("labels imported"), names, options.threads, tally, run,
                        [&](const std::string& name, const FaceInfo& info) {
                          return operations_for(folder / name, wanted.at(name), info);
                        }));
  return tally.report();
}

}  // namespace understudy
