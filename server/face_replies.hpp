// SPDX-License-Identifier: Apache-2.0
// What is told of faces, as JSON: windows of a list, one face, the measures, persons, the trash, what src lacks.
#pragma once

#include <nlohmann/json.hpp>

#include "server/face_lists.hpp"

namespace understudy::studio {

// {version, epoch, total, all, unmeasured, trouble, undo, redo, from, faces: [{id, name, path, v, …}]}
nlohmann::json list_window(const FaceTables&, const FaceTable&, const FaceList&, const ListQuery&, const Request&);
// Bytes: how many faces (u32), the table's version (u32), their ids (u32), and for each column asked for as many f32,
// NaN where a number is not known; little-endian. bad_option for an unknown column.
Result<std::string> list_numbers(const FaceTable&, const FaceList&, const std::string& columns);
nlohmann::json measures(const FaceTable&);
// not_found when the face is gone.
Result<nlohmann::json> one_face(const FaceTables&, const FaceTable&, std::uint32_t id);
nlohmann::json persons(const FaceTables&, const FaceTable&);
Result<nlohmann::json> trash_window(const Workspace&, Side, const Request&);
Result<nlohmann::json> coverage(FaceTables&);

}  // namespace understudy::studio
