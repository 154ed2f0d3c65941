// SPDX-License-Identifier: Apache-2.0
// What can be asked of the faces.
#include "server/face_changes.hpp"
#include "server/face_replies.hpp"
#include "server/more_routes.hpp"
#include "server/opened.hpp"
#include "server/studio.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr const char* list_help =
    "filter: a condition over the catalogue's columns, as `faceset filter` takes it\norder: a column; `name` without "
    "one\ndown: 1 for the highest first\nfold: 1 shows of faces that are nearly one picture the best alone\nlike: an "
    "id; that face and those folded behind it\nonly: a key of `POST …/choice`";

struct Asked {
  FaceTablePtr table;
  FaceListPtr list;
  ListQuery query;
};
// The list that is asked for, or the reply that says where the filter is wrong.
Result<Asked> asked_list(OpenWorkspace& open, const Request& request, FilterPlace& wrong) {
  Asked asked;
  TRY(const auto side, parse_side(request.parts[0]));
  TRY(asked.table, open.faces.of(side));
  asked.query = list_query(request);
  TRY(asked.list, open.face_lists.of(open.faces, asked.table, asked.query, wrong));
  return asked;
}

Reply wrong_filter(const Error& error, const FilterPlace& place) {
  json told{{"code", code_name(error.code)}, {"message", error.message}, {"hint", error.hint}};
  if (place.length > 0) told["at"] = place.at, told["length"] = place.length;
  return json_reply({{"error", told}}, http_status(error.code));
}

Result<Reply> give_list(OpenWorkspace& open, const Request& request) {
  FilterPlace wrong;
  const auto asked = asked_list(open, request, wrong);
  if (!asked) return wrong_filter(asked.error(), wrong);
  return json_reply(list_window(open.faces, *asked->table, *asked->list, asked->query, request));
}

Result<Reply> give_numbers(OpenWorkspace& open, const Request& request) {
  FilterPlace wrong;
  const auto asked = asked_list(open, request, wrong);
  if (!asked) return wrong_filter(asked.error(), wrong);
  Reply reply;
  TRY(reply.body, list_numbers(*asked->table, *asked->list, request.value("columns")));
  reply.type = "application/octet-stream";
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

// An answer either way: whoever types a filter asks for half of it all the time.
Result<Reply> check_filter(OpenWorkspace&, const Request& request) {
  const auto text = request.value("text");
  FilterPlace wrong;
  const auto filter = text.empty() ? Result<Filter>() : Filter::parse(text, &wrong);
  if (filter) return json_reply({{"wrong", json()}});
  const auto& error = filter.error();
  return json_reply(
      {{"wrong", {{"message", error.message}, {"hint", error.hint}, {"at", wrong.at}, {"length", wrong.length}}}});
}

Result<Reply> keep_choice(OpenWorkspace& open, const Request& request) {
  TRY_VOID(parse_side(request.parts[0]));
  TRY(const auto body, json_body(request));
  if (body.value("epoch", json()) != open.faces.epoch())
    return fail(Code::busy, "The studio was started again since these faces were chosen");
  std::vector<std::uint32_t> ids;
  for (const auto& id : body.value("ids", json::array()))
    if (id.is_number_unsigned()) ids.push_back(id.get<std::uint32_t>());
  return json_reply({{"only", open.face_lists.keep(std::move(ids))}});
}

// For what is told of a side as a whole.
Handler of_side(Result<json> (*tell)(OpenWorkspace&, Side, const Request&)) {
  return [tell](OpenWorkspace& open, const Request& request) -> Result<Reply> {
    TRY(const auto side, parse_side(request.parts[0]));
    TRY(const auto told, tell(open, side, request));
    return json_reply(told);
  };
}

Result<json> tell_measures(OpenWorkspace& open, Side side, const Request&) {
  TRY(const auto table, open.faces.of(side));
  return measures(*table);
}
Result<json> tell_persons(OpenWorkspace& open, Side side, const Request&) {
  TRY(const auto table, open.faces.of(side));
  return persons(open.faces, *table);
}
Result<json> tell_face(OpenWorkspace& open, Side side, const Request& request) {
  TRY(const auto table, open.faces.of(side));
  const auto id = std::strtoul(request.value("id", "0").c_str(), nullptr, 10);
  return one_face(open.faces, *table, static_cast<std::uint32_t>(id));
}
Result<json> tell_trash(OpenWorkspace& open, Side side, const Request& request) {
  return trash_window(open.workspace, side, request);
}
Result<json> change(OpenWorkspace& open, Side side, const Request& request) {
  TRY(const auto body, json_body(request));
  return change_faces(open.faces, side, body);
}

Result<Reply> tell_coverage(OpenWorkspace& open, const Request&) {
  TRY(const auto told, coverage(open.faces));
  return json_reply(told);
}

std::vector<Route> face_list_routes(Studio& studio) {
  return {
      {"GET",
       "/api/faces/{side}/list",
       "Faces of a side by a filter, in an order: a window of the list, with what may be wrong with each. Where the "
       "filter cannot be read the error has `at` and `length`, in bytes of its text.",
       std::string(list_help) + "\nfrom: the first, counted from 0\ncount: how many, 2000 at most",
       {},
       opened(studio, give_list)},
      {"GET",
       "/api/faces/{side}/numbers",
       "The whole list as bytes: how many (u32), its version (u32), the ids (u32 each), then for each column as many "
       "f32, NaN where a number is not known; little-endian.",
       std::string(list_help) + "\ncolumns: numbers, with commas between",
       {},
       opened(studio, give_numbers)},
      {"GET",
       "/api/filter",
       "Whether a filter can be read: `wrong` is null, or says what is wrong and where, in bytes of its text.",
       "text: the filter",
       {},
       opened(studio, check_filter)},
  };
}

std::vector<Route> told_routes(Studio& studio) {
  return {
      {"GET",
       "/api/faces/{side}/measures",
       "What a filter may name: columns with their range, functions, and what may be wrong with a face as conditions.",
       {},
       {},
       opened(studio, of_side(tell_measures))},
      {"GET",
       "/api/faces/{side}/face",
       "One face: all numbers, landmarks, labels, its frame with the rectangle it was cut from, its debug picture.",
       "id: as the list has it",
       {},
       opened(studio, of_side(tell_face))},
      {"GET",
       "/api/faces/{side}/persons",
       "Who is in the faceset, the one seen most first, with some faces of each.",
       {},
       {},
       opened(studio, of_side(tell_persons))},
      {"GET",
       "/api/faces/{side}/trash",
       "What was thrown out, by name.",
       "from: the first, counted from 0\ncount: how many, 2000 at most",
       {},
       opened(studio, of_side(tell_trash))},
      {"GET",
       "/api/coverage",
       "What src lacks for dst: poses, expressions and light of both as maps, and the faces of dst farthest from any "
       "of src.",
       {},
       {},
       opened(studio, tell_coverage)},
  };
}

std::vector<Route> change_routes(Studio& studio) {
  return {
      {"POST",
       "/api/faces/{side}/choice",
       "Keeps a choice of faces, and gives the key for which a list shows these alone. The last few are kept.",
       {},
       "epoch, ids: as the list has them",
       opened(studio, keep_choice)},
      {"POST",
       "/api/faces/{side}/change",
       "Does something to faces, as one change that can be taken back: `throw-out`, `bring-back`, `mark`, `person` "
       "(gives faces to a person, or makes one of them), `keep-persons` (throws the others out), `name`, `undo`, "
       "`redo`.",
       {},
       "do: what\nepoch: as the list has it\nids: of faces\npersons: their numbers, for all of their faces\nnames: of "
       "files in the trash, for bring-back\nperson: whose they are from now on; a new one's where there is none\nname: "
       "of the person\non: false takes a mark away",
       opened(studio, of_side(change))},
  };
}

}  // namespace

std::vector<Route> face_routes(Studio& studio) {
  return joined({face_list_routes, told_routes, change_routes}, studio);
}

}  // namespace understudy::studio
