// SPDX-License-Identifier: Apache-2.0
// Inner part of face_list: the yaws of a set on disk, so that they are worked out once. A cache: a damaged file counts
// as none.
#pragma once

#include <span>
#include <unordered_map>

#include "lib/base/files.hpp"

namespace understudy {

struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t time = 0;  // of the last change, the system's finest unit
};
FileStamp stamp_of(const fs::path&);  // zeros when it cannot be asked
// Of one face: another name, file size, time or place in a pack gives another key.
std::uint64_t yaw_key(std::string_view name, const FileStamp&, std::uint64_t offset);

std::unordered_map<std::uint64_t, float> read_yaw_index(const fs::path&);
// All or nothing; equal counts.
Result<> write_yaw_index(const fs::path&, std::span<const std::uint64_t> keys, std::span<const float> yaws);

}  // namespace understudy
