// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <stdexcept>

#include "lib/image/convert.hpp"
#include "lib/measures/sharpness.hpp"
#include "steps/3_curate/order.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {
namespace {

// One row a picture: CPBD and the variance of the Laplacian.
void sharpness(const Case& one, Check& check) {
  const auto theirs = one.output("values");
  const auto pictures = one.inputs_ending(".png");
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const ImageU8 image = one.image(pictures[i]);
    check.near("CPBD", {{cpbd_sharpness(to_grey(image))}, {1}}, {{theirs.v.at(2 * i)}, {1}});
    check.near("Laplacian variance", {{laplacian_variance(image)}, {1}}, {{theirs.v.at(2 * i + 1)}, {1}});
  }
}

// The 40 faces, measured once for all cases, in a database in memory.
struct Faces {
  Run run;
  Catalogue catalogue;
  std::vector<CatalogueEntry> entries;
};

Faces& faces_of(const Case& one) {
  static std::unique_ptr<Faces> faces;
  if (faces) return *faces;
  const auto folder = one.path("faceset/aligned");
  Run run;
  auto catalogue = Catalogue::open({}, folder, run);
  if (!catalogue) throw std::runtime_error(to_sentence(catalogue.error()));
  auto entries = catalogue->sync(folder, 0, run);
  if (!entries) throw std::runtime_error(to_sentence(entries.error()));
  faces.reset(new Faces{Run(), *std::move(catalogue), *std::move(entries)});
  return *faces;
}

struct Sorted {
  std::vector<std::string> kept;
  std::vector<double> values;
  std::set<std::string> trash;
};

Sorted sorted(const Case& one, SortOptions options) {
  auto& faces = faces_of(one);
  const auto order = order_faces({faces.catalogue, faces.entries, options, faces.run});
  if (!order) throw std::runtime_error(to_sentence(order.error()));
  Sorted s;
  for (const auto& placed : order->kept) {
    s.kept.push_back(faces.entries[placed.entry].name);
    s.values.push_back(placed.value);
  }
  for (const auto i : order->trash) s.trash.insert(faces.entries[i].name);
  return s;
}

// A row is a name, [name], [name, value] or {"file": name}.
std::string name_of(const json& row) { return row.is_string() ? row : row.is_array() ? row.at(0) : row.at("file"); }

SortMethod method_of(const Case& one) {
  const auto name = one.id().substr(std::string("sort_").size());
  for (std::size_t i = 0; i < Names<SortMethod>::all.size(); ++i)
    if (name == Names<SortMethod>::all[i]) return static_cast<SortMethod>(i);
  if (name.starts_with("best_faster")) return SortMethod::best_faces_faster;
  if (name.starts_with("best")) return SortMethod::best_faces;
  if (name.starts_with("absdiff")) return SortMethod::absdiff;
  throw std::runtime_error("no sort method " + name);
}

// The exact order and trash, and the values within the case's tolerance.
void sorts(const Case& one, Check& check) {
  SortOptions options;
  options.by = method_of(one);
  options.target = one.params().value("target", 2000);
  options.dissimilar = !one.params().value("similar", true);
  const auto ours = sorted(one, options);
  const auto theirs = one.load_json(one.entry().at("outputs").at("result").at("file"));
  std::vector<std::string> kept;
  std::set<std::string> trash;
  for (const auto& row : theirs.at("order")) kept.push_back(name_of(row));
  for (const auto& row : theirs.value("trash", json::array())) trash.insert(name_of(row));
  check.equal("order", ours.kept, kept);
  check.equal("trash", ours.trash, trash);
  if (kept.empty() || !theirs["order"][0].is_array() || theirs["order"][0].size() < 2 ||
      !theirs["order"][0][1].is_number())
    return;
  Values expected;
  for (const auto& row : theirs["order"]) expected.v.push_back(row.at(1));
  check.near("value", {ours.values, {}}, expected);
}

}  // namespace

std::vector<Row> sort_handlers() {
  return {{"1_geometry", "[0] CPBD sharpness", sharpness},
          {"5_6_faceset", "sort method: rows", sorts},
          {"5_6_faceset", "histogram similarity", sorts},
          {"5_6_faceset", "histogram dissimilarity", sorts},
          {"5_6_faceset", "best faces", sorts},
          {"5_absdiff", "absolute pixel difference", sorts}};
}

}  // namespace understudy::parity
