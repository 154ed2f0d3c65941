// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "lib/face/face_file.hpp"
#include "lib/face/faceset.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {
namespace {

constexpr const char* faceset_group = "5_6_faceset";

json points_json(const auto& points) {
  json out = json::array();
  for (const Point p : points) out.push_back({p.x, p.y});
  return out;
}
json polygons_json(const std::vector<Polygon>& polygons) {
  json out = json::array();
  for (const auto& polygon : polygons) {
    out.push_back({{"type", static_cast<int>(polygon.kind)}, {"pts", points_json(polygon.points)}});
  }
  return out;
}

// The keys that the expectation lists, one by one.
void compare_info(Check& check, const std::string& name, const FaceInfo& info, const json& expected) {
  const auto same = [&](const char* key, const json& ours) {
    if (expected.contains(key)) check.equal(name + " " + key, ours, expected[key]);
  };
  same("face_type", face_type_name(info.face_type));
  same("landmarks", points_json(info.landmarks));
  same("source_filename", info.source_filename);
  if (info.source_rect) {
    const auto& r = *info.source_rect;
    const std::array<int, 4> ltrb = {int(r.left), int(r.top), int(r.right), int(r.bottom)};
    same("source_rect", ltrb);
  }
  if (info.source_landmarks) same("source_landmarks", points_json(*info.source_landmarks));
  if (const auto& m = info.image_to_face_mat)
    same("image_to_face_mat", {{m->m[0], m->m[1], m->m[2]}, {m->m[3], m->m[4], m->m[5]}});
  same("eyebrows_expand_mod", info.eyebrows_expand_mod);
  same("seg_ie_polys_after_load", info.polygons.empty() ? json() : polygons_json(info.polygons));
  if (expected.contains("source_rect")) check.require(info.source_rect.has_value(), name + " has no source_rect");
  if (expected.contains("source_landmarks"))
    check.require(info.source_landmarks.has_value(), name + " has no source_landmarks");
  if (expected.contains("image_to_face_mat"))
    check.require(info.image_to_face_mat.has_value(), name + " has no matrix");
  bool expects_mask = false;
  for (const auto& key : expected.value("keys_in_order", json::array()))
    expects_mask = expects_mask || key == "xseg_mask";
  check.require(expects_mask == info.xseg_mask.has_value(), name + " mask is there or not");
  if (info.xseg_mask) check.require(decode_mask(*info.xseg_mask).has_value(), name + " mask decodes");
}

fs::path file_named(const Case& one, std::string_view ending) {
  for (const auto& file : one.entry().at("files")) {
    if (file.get<std::string>().ends_with(ending)) return file.get<std::string>();
  }
  return {};
}

void dfl_jpegs(const Case& one, Check& check) {
  const auto expected = one.load_json(file_named(one, "expected_metadata.json").string());
  for (const auto& input : one.inputs()) {
    const auto name = fs::path(input).filename().string();
    const auto face = read_face(one.path(input));
    if (!face) {
      check.fail(to_sentence(face.error()));
      continue;
    }
    compare_info(check, name, face->info, expected.at(name));
    check.equal(name + " shape", {face->image_bgr.height, face->image_bgr.width, 3}, expected.at(name).at("shape"));
    // Written again by us and read back, everything is as it was.
    const auto again = with_face_info(*read_file(one.path(input)), face->info);
    check.require(again && face_info_from_jpeg(*again)->landmarks == face->info.landmarks,
                  name + " survives a rewrite");
  }
  for (const auto& file : one.entry().at("files")) {
    const auto decoded = fs::path(file.get<std::string>());
    if (decoded.extension() != ".png") continue;
    for (const auto& input : one.inputs()) {
      if (fs::path(input).stem() == decoded.stem())
        check.near("pixels", values_of(one.image(input)), one.load(decoded.string()));
    }
  }
}

void meta_dat(const Case& one, Check& check) {
  const auto file = file_named(one, "meta.dat");
  const auto saved = read_meta_dat(one.path(file.string()));
  if (!saved) return check.fail(to_sentence(saved.error()));
  const auto expected = one.load_json((file.parent_path() / "expected_metadata.json").string());
  check.equal("count", saved->size(), expected.size());
  for (const auto& entry : *saved) {
    compare_info(check, entry.file_name, entry.info, expected.at(entry.file_name));
    check.equal(entry.file_name + " shape", {entry.height, entry.width, 3}, expected.at(entry.file_name).at("shape"));
  }
}

void packed(const Case& one, Check& check) {
  const auto set = Faceset::open(one.path(file_named(one, "faceset.pak").parent_path().string()));
  if (!set) return check.fail(to_sentence(set.error()));
  const auto expected = one.load_json(file_named(one, "expected_pak.json").string());
  check.equal("count", set->entries().size(), expected.at("n"));
  for (std::size_t i = 0; i < set->entries().size(); ++i) {
    const auto& entry = set->entries()[i];
    const auto& config = expected.at("configs").at(i);
    check.equal("name", entry.file_name, expected.at("order").at(i));
    check.equal("face type", static_cast<int>(entry.info.face_type), config.at("face_type"));
    check.equal("polygons", polygons_json(entry.info.polygons), config.at("seg_ie_polys"));
    check.equal("source", entry.info.source_filename, config.at("source_filename"));
    check.equal("brows", entry.info.eyebrows_expand_mod, config.at("eyebrows_expand_mod"));
    check.equal("person", entry.person.empty() ? json() : json(entry.person), config.at("person_name"));
    const auto offset =
        expected.at("offsets").at(i).get<std::uint64_t>() + expected.at("data_start").get<std::uint64_t>();
    check.equal("offset", entry.offset, offset);
    const auto loose = read_file(one.path("faceset/aligned/" + entry.file_name));
    const auto bytes = set->jpeg(i);
    check.require(bytes && loose && *bytes == *loose, entry.file_name + " is the loose file, byte for byte");
    const auto full = set->full_info(i);
    check.require(full && full->landmarks == entry.info.landmarks, entry.file_name + " landmarks as in the JPEG");
  }
}

}  // namespace

std::vector<Row> faceset_handlers() {
  return {
      {faceset_group, "DFL-written aligned JPGs", dfl_jpegs},
      {faceset_group, "metadata-save utility output", meta_dat},
      {faceset_group, "packed faceset", packed},
  };
}

}  // namespace understudy::parity
