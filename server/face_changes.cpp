// SPDX-License-Identifier: Apache-2.0
#include "server/face_changes.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "lib/base/path_text.hpp"
#include "lib/project/faceset_folder.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;
using Indices = std::vector<std::uint32_t>;

std::vector<std::int64_t> integers(const json& request, const char* key) {
  std::vector<std::int64_t> all;
  if (const auto list = request.value(key, json()); list.is_array())
    for (const auto& one : list)
      if (one.is_number_integer()) all.push_back(one.get<std::int64_t>());
  return all;
}

class Change {
 public:
  Change(FaceTables& tables, const FaceTable& table, FaceHistory& history, const json& request)
      : tables_(tables), table_(table), history_(history), request_(request) {}

  Result<FaceHistory::Done> carry_out() {
    const auto what = text_in(request_, "do");
    if (what == "undo") return history_.undo();
    if (what == "redo") return history_.redo();
    if (what == "throw-out") return history_.throw_out(names(asked()));
    if (what == "keep-persons") return keep_persons();
    if (what == "bring-back") return bring_back();
    if (what == "mark") return mark();
    if (what == "person") return give_to_person();
    if (what == "name") return name_person();
    return fail(Code::bad_option, "'{}' cannot be done to faces", what);
  }

 private:
  // Of a person who is not there nobody would be left: whoever asks means another side, or a list that is out of date.
  Result<FaceHistory::Done> keep_persons() {
    if (of_persons(true).empty()) return fail(Code::not_found, "None of these persons is among the faces");
    return history_.throw_out(names(of_persons(false)));
  }

  // Those with the ids of the request, and those of its persons.
  Indices asked() const {
    Indices all = of_persons(true);
    for (const auto id : integers(request_, "ids")) {
      const auto found = table_.place_of.find(static_cast<std::uint32_t>(id));
      if (found != table_.place_of.end()) all.push_back(found->second);
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }
  // Faces of the request's persons, or those that are known to be others'.
  Indices of_persons(bool theirs) const {
    Indices faces;
    const auto list = integers(request_, "persons");
    if (list.empty()) return faces;
    const std::set<std::int64_t> wanted(list.begin(), list.end());
    for (std::uint32_t i = 0; i < table_.entries.size(); ++i)
      if (const auto person = person_of(table_.entries[i]); person && wanted.contains(*person) == theirs)
        faces.push_back(i);
    return faces;
  }
  std::vector<std::string> names(const Indices& faces) const {
    std::vector<std::string> all;
    for (const auto i : faces) all.push_back(table_.entries[i].name);
    return all;
  }

  Result<FaceHistory::Done> bring_back() {
    std::vector<std::string> wanted;
    if (const auto list = request_.value("names", json()); list.is_array()) {
      for (const auto& one : list) {
        if (!one.is_string()) continue;
        const auto path = path_of_text(one.get<std::string>());
        if (path.empty() || path.filename() != path || path == ".." || path == ".")
          return fail(Code::bad_option, "'{}' is no name within the trash", valid_text(one.get<std::string>()));
        wanted.push_back(path.native());
      }
    }
    return history_.bring_back(wanted);
  }

  Result<FaceHistory::Done> mark() {
    const auto wanted = request_.value("on", json(true));
    const bool on = !wanted.is_boolean() || wanted.get<bool>();
    std::vector<FaceFact> facts;
    for (const auto i : asked()) facts.push_back({tables_.key_of(table_, i), "mark", on ? "redo" : ""});
    return history_.say(on ? "mark to be cut out again" : "take the marks away", std::move(facts));
  }

  int new_person() const {
    int last = first_own_person - 1;
    for (const auto& entry : table_.entries) last = std::max(last, person_of(entry).value_or(0));
    for (const auto& [person, name] : table_.person_names) last = std::max(last, person);
    return last + 1;
  }
  // The number under which a person's faces stay together whatever is counted anew: its own, where it has one.
  int kept_number(int person, std::vector<FaceFact>& facts) const {
    if (person >= first_own_person) return person;
    const int own = new_person();
    for (std::uint32_t i = 0; i < table_.entries.size(); ++i)
      if (person_of(table_.entries[i]) == person)
        facts.push_back({tables_.key_of(table_, i), "person", std::to_string(own)});
    return own;
  }

  // To `person`, or to a new one where none is named.
  Result<FaceHistory::Done> give_to_person() {
    const auto faces = asked();
    if (faces.empty()) return fail(Code::not_found, "None of these faces is there any more");
    std::vector<FaceFact> facts;
    const auto wanted = request_.value("person", json());
    const bool known = wanted.is_number_integer() && std::abs(wanted.get<std::int64_t>()) < 1'000'000'000;
    const int person = known ? kept_number(wanted.get<int>(), facts) : new_person();
    for (const auto i : faces) facts.push_back({tables_.key_of(table_, i), "person", std::to_string(person)});
    return history_.say(known ? "give faces to a person" : "make a person of faces", std::move(facts));
  }

  Result<FaceHistory::Done> name_person() {
    constexpr std::size_t longest = 120;
    const auto persons = integers(request_, "persons");
    const auto name = text_in(request_, "name");
    if (persons.size() != 1 || std::abs(persons[0]) >= 1'000'000'000 || name.size() > longest)
      return fail(Code::bad_option, "One person gets one name, of at most {} letters", longest);
    std::vector<FaceFact> facts;
    const int person = kept_number(static_cast<int>(persons[0]), facts);
    facts.push_back({fmt::format("person:{}", person), "name", name});
    return history_.say("name a person", std::move(facts));
  }

  FaceTables& tables_;
  const FaceTable& table_;
  FaceHistory& history_;
  const json& request_;
};

}  // namespace

Result<json> change_faces(FaceTables& tables, Side side, const json& request) {
  const bool names_faces = request.contains("ids") || request.contains("persons");
  if (names_faces && text_in(request, "epoch") != tables.epoch())
    return fail_with_hint(Code::busy, "The studio was started again since these faces were chosen",
                          "Choose them again.");
  const auto folder = tables.workspace().aligned(side);
  TRY(const auto lock, take_faceset(folder));
  TRY(const auto table, tables.of(side));
  TRY(auto history, FaceHistory::open(folder));
  const auto done = Change(tables, *table, history, request).carry_out();
  tables.look_again(side);
  if (!done) return Failure(done.error());
  return json{{"what", done->what}, {"faces", done->faces}, {"missing", done->missing}};
}

}  // namespace understudy::studio
