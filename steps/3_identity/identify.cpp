// SPDX-License-Identifier: Apache-2.0
#include "steps/3_identity/identify.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/catalogue/catalogue.hpp"
#include "lib/identity/persons.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/contact_sheet.hpp"
#include "lib/project/face_history.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"
#include "lib/selection/said.hpp"

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
  std::error_code ignored;
  if (known.empty() && fs::exists(folder / "faceset.pak", ignored))
    return fail_with_hint(Code::bad_option, fmt::format("The faces in {} are packed", folder.string()),
                          "Unpack them first: understudy faceset unpack");
  if (known.empty()) return fail(Code::no_faces, "There are no faces in {}", folder.string());
  return known;
}

std::vector<Embedding> embeddings_of(const std::vector<Known>& faces) {
  std::vector<Embedding> embeddings;
  for (const auto& face : faces) embeddings.push_back(face.embedding);
  return embeddings;
}

// Also in the catalogue, for filters.
Result<> count_persons(std::vector<Known>& faces, double threshold, Catalogue& catalogue, const Run& run) {
  const auto persons = cluster_by_person(embeddings_of(faces), threshold, [&run] { return run.stopping(); });
  if (!persons) return Run::cancelled();
  std::vector<CatalogueEntry> changed;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    auto& [entry, embedding, person, oddness] = faces[i];
    person = (*persons)[i];
    if (entry.numbers.person == person) continue;
    entry.numbers.person = person;
    changed.push_back(entry);
  }
  return catalogue.keep_persons(changed);
}

struct Person {
  int number = 0;
  std::string name;                 // empty: never named
  std::vector<const Known*> faces;  // the most typical first
  std::string title() const {
    return name.empty() ? fmt::format("person {}", number) : fmt::format("{} ({})", name, number);
  }
};

// The largest first. What the user said of whose a face is goes before what was counted.
Result<std::vector<Person>> persons_of(std::vector<Known>& faces, const fs::path& folder) {
  std::vector<CatalogueEntry> entries;
  for (const auto& face : faces) entries.push_back(face.entry);
  TRY(const auto history, FaceHistory::open(folder));
  take_said(entries, history.facts());
  std::vector<int> numbers;
  for (const auto& entry : entries) numbers.push_back(person_of(entry).value_or(0));
  const auto odd = oddness(embeddings_of(faces), numbers);
  std::map<int, Person> by_number;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    faces[i].person = numbers[i], faces[i].oddness = odd[i];
    auto& person = by_number[faces[i].person];
    person.number = faces[i].person, person.name = entries[i].person_name;
    person.faces.push_back(&faces[i]);
  }
  std::vector<Person> persons;
  for (auto& [number, person] : by_number) {
    std::ranges::stable_sort(person.faces, {}, &Known::oddness);
    persons.push_back(std::move(person));
  }
  std::ranges::stable_sort(persons, std::ranges::greater(), [](const Person& person) { return person.faces.size(); });
  return persons;
}

// By their numbers, or by their names.
Result<std::set<int>> named_in(const std::string& list, const std::vector<Person>& persons) {
  std::set<int> out;
  if (list.empty()) return out;
  for (const auto& part : split(list, ',')) {
    bool known = false;
    for (const auto& person : persons) {
      if (part != std::to_string(person.number) && (part.empty() || part != person.name)) continue;
      known = true;
      out.insert(person.number);
    }
    if (known) continue;
    std::vector<std::string> titles;
    for (const auto& person : persons)
      titles.push_back(person.name.empty() ? std::to_string(person.number) : person.title());
    if (titles.size() > 12) titles.resize(12), titles.emplace_back("…");
    return fail_with_hint(Code::bad_option, fmt::format("'{}' is no person here", part),
                          fmt::format("There are {}; several are given as 0,2.", fmt::join(titles, ", ")));
  }
  return out;
}

Result<> write_sheet(const fs::path& path, const std::vector<Person>& persons, Run& run) {
  ContactSheet sheet;
  sheet.title = "persons";
  sheet.cell = 128;
  for (std::size_t p = 0; p < std::min(persons.size(), sheet_persons); ++p) {
    const auto& faces = persons[p].faces;
    SheetRow row{persons[p].title(), fmt::format("{} faces", faces.size()), {}};
    for (std::size_t i = 0; i < std::min(faces.size(), examples); ++i) {
      const auto at = i * faces.size() / std::min(faces.size(), examples);  // from typical to odd
      TRY(auto picture, read_image(faces[at]->entry.path));
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
  TRY_VOID(count_persons(faces, options.threshold, catalogue, run));
  TRY(const auto persons, persons_of(faces, folder));
  TRY(const auto keep, named_in(options.keep, persons));
  TRY(const auto reject, named_in(options.reject, persons));
  std::vector<std::string> out;
  for (const auto& face : faces) {
    const bool unwanted = (!keep.empty() && !keep.contains(face.person)) || reject.contains(face.person);
    if (unwanted || (options.outliers > 0 && face.oddness > options.outliers)) out.push_back(face.entry.name);
  }
  if (!options.sheet.empty()) TRY_VOID(write_sheet(options.sheet, persons, run));
  if (changes && !out.empty()) {
    TRY(auto history, FaceHistory::open(folder));
    TRY_VOID(history.throw_out(out));
  }

  json report{{"faces", faces.size()}, {"persons", json::array()}, {"moved", changes ? out.size() : 0}};
  report["to_trash"] = out;
  report["trash"] = changes && !out.empty() ? trash_of(folder).string() : "";
  for (const auto& person : persons) {
    json typical = json::array();
    for (std::size_t i = 0; i < std::min(person.faces.size(), examples); ++i)
      typical.push_back(path_text(person.faces[i]->entry.name));
    std::set<double> tracks;
    for (const auto* face : person.faces) {
      if (const double track = face->entry.numbers.track; !std::isnan(track)) tracks.insert(track);
    }
    json row{
        {"person", person.number}, {"faces", person.faces.size()}, {"tracks", tracks.size()}, {"typical", typical}};
    if (!person.name.empty()) row["name"] = person.name;
    report["persons"].push_back(std::move(row));
  }
  std::ranges::stable_sort(faces, std::ranges::greater(), &Known::oddness);
  report["oddest"] = json::array();
  for (std::size_t i = 0; i < std::min(faces.size(), listed_oddest); ++i)
    report["oddest"].push_back(
        {{"name", faces[i].entry.name}, {"person", faces[i].person}, {"oddness", faces[i].oddness}});
  return report;
}

}  // namespace understudy
