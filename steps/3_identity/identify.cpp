// SPDX-License-Identifier: Apache-2.0
#include "steps/3_identity/identify.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/catalogue/catalogue.hpp"
#include "lib/identity/persons.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/contact_sheet.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"

namespace understudy {
namespace {

using nlohmann::json;

constexpr std::size_t examples = 8;  // of a person, in the report and on the sheet
constexpr std::size_t listed_oddest = 20;
constexpr std::size_t sheet_persons = 24;

struct Known {
  CatalogueEntry entry;
  Embedding embedding{};
  int person = 0;
  double oddness = 0;
};

Result<std::vector<Known>> known_faces(Catalogue& catalogue, const fs::path& folder, const IdentifyOptions& options,
                                       Run& run) {
  run.stage("measure");
  TRY(const auto entries, catalogue.sync(folder, options.threads, run));
  const int threads = thread_count(options.threads);
  TRY(const auto embed, embed_by_threads(threads));
  run.stage("identify");
  TRY(const auto embeddings, catalogue.embeddings(entries, embedding_maker, embed, threads, run));
  std::vector<Known> known;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (embeddings[i].size() != std::tuple_size_v<Embedding>) continue;
    Known face{entries[i]};
    std::ranges::copy(embeddings[i], face.embedding.begin());
    known.push_back(std::move(face));
  }
  if (known.empty()) return fail(Code::no_faces, "There are no faces in {}", folder.string());
  return known;
}

// Also in the catalogue, for filters.
Result<> assign_persons(std::vector<Known>& faces, double threshold, Catalogue& catalogue) {
  std::vector<Embedding> embeddings;
  for (const auto& face : faces) embeddings.push_back(face.embedding);
  const auto persons = cluster_by_person(embeddings, threshold);
  const auto odd = oddness(embeddings, persons);
  std::vector<CatalogueEntry> changed;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    auto& [entry, embedding, person, oddness] = faces[i];
    person = persons[i], oddness = odd[i];
    if (entry.numbers.person == person) continue;
    entry.numbers.person = person;
    changed.push_back(entry);
  }
  return catalogue.keep_persons(changed);
}

// Each person's faces, the most typical first.
std::vector<std::vector<const Known*>> by_person(const std::vector<Known>& faces) {
  std::vector<std::vector<const Known*>> persons;
  for (const auto& face : faces) {
    persons.resize(std::max(persons.size(), static_cast<std::size_t>(face.person) + 1));
    persons[static_cast<std::size_t>(face.person)].push_back(&face);
  }
  for (auto& own : persons) std::ranges::stable_sort(own, {}, &Known::oddness);
  return persons;
}

Result<std::set<int>> numbers(const std::string& list, std::size_t persons) {
  std::set<int> out;
  if (list.empty()) return out;
  for (const auto& part : split(list, ',')) {
    int n = -1;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), n);
    if (error != std::errc() || end != part.data() + part.size() || n < 0 || n >= static_cast<int>(persons)) {
      return fail_with_hint(Code::bad_option, fmt::format("'{}' is no person here", part),
                            fmt::format("Persons are numbered from 0 to {}; several are given as 0,2.", persons - 1));
    }
    out.insert(n);
  }
  return out;
}

Result<> write_sheet(const fs::path& path, const std::vector<std::vector<const Known*>>& persons, Run& run) {
  ContactSheet sheet;
  sheet.title = "persons";
  sheet.cell = 128;
  for (std::size_t p = 0; p < std::min(persons.size(), sheet_persons); ++p) {
    SheetRow row{fmt::format("person {}", p), fmt::format("{} faces", persons[p].size()), {}};
    for (std::size_t i = 0; i < std::min(persons[p].size(), examples); ++i) {
      const auto at = i * persons[p].size() / std::min(persons[p].size(), examples);  // from typical to odd
      TRY(auto picture, read_image(persons[p][at]->entry.path));
      row.pictures.push_back(std::move(picture));
    }
    sheet.rows.push_back(std::move(row));
  }
  return write_over_ours(
      path, [&] { return write_image(path, draw(sheet)); }, [&run](std::string text) { run.note(std::move(text)); });
}

}  // namespace

Result<json> identify(const Workspace& workspace, const fs::path& folder, const IdentifyOptions& options, Run& run) {
  const bool changes = !options.dry_run && (!options.keep.empty() || !options.reject.empty() || options.outliers > 0);
  TRY_VOID(check_output(workspace, options.sheet, {folder}));
  std::optional<FileLock> lock;
  if (changes) {
    TRY(lock, take_faceset(folder));
  } else {
    TRY_VOID(look_at_faceset(folder));
  }
  TRY(auto catalogue, Catalogue::open(catalogue_for(workspace, folder), workspace.root, run));
  TRY(auto faces, known_faces(catalogue, folder, options, run));
  TRY_VOID(assign_persons(faces, options.threshold, catalogue));
  const auto persons = by_person(faces);
  TRY(const auto keep, numbers(options.keep, persons.size()));
  TRY(const auto reject, numbers(options.reject, persons.size()));
  std::vector<std::string> out;
  for (const auto& face : faces) {
    const bool unwanted = (!keep.empty() && !keep.contains(face.person)) || reject.contains(face.person);
    if (unwanted || (options.outliers > 0 && face.oddness > options.outliers)) out.push_back(face.entry.name);
  }
  if (!options.sheet.empty()) TRY_VOID(write_sheet(options.sheet, persons, run));
  if (changes && !out.empty()) TRY_VOID(move_files(moves_journal(folder), moves_to_trash(folder, out)));

  json report{{"faces", faces.size()}, {"persons", json::array()}, {"moved", changes ? out.size() : 0}};
  report["to_trash"] = out;
  report["trash"] = changes && !out.empty() ? trash_of(folder).string() : "";
  for (std::size_t p = 0; p < persons.size(); ++p) {
    json typical = json::array();
    for (std::size_t i = 0; i < std::min(persons[p].size(), examples); ++i)
      typical.push_back(persons[p][i]->entry.name);
    std::set<double> tracks;
    for (const auto* face : persons[p]) {
      if (const double track = face->entry.numbers.track; !std::isnan(track)) tracks.insert(track);
    }
    report["persons"].push_back(
        {{"person", p}, {"faces", persons[p].size()}, {"tracks", tracks.size()}, {"typical", typical}});
  }
  std::ranges::stable_sort(faces, std::ranges::greater(), &Known::oddness);
  report["oddest"] = json::array();
  for (std::size_t i = 0; i < std::min(faces.size(), listed_oddest); ++i)
    report["oddest"].push_back(
        {{"name", faces[i].entry.name}, {"person", faces[i].person}, {"oddness", faces[i].oddness}});
  return report;
}

}  // namespace understudy
