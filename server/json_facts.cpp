// SPDX-License-Identifier: Apache-2.0
#include "server/json_facts.hpp"

#include <chrono>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"

namespace understudy::studio {

using nlohmann::json;

std::string text_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json read_json(const fs::path& path) {
  const auto text = read_text(path, 16 << 20);
  auto value = parse_json(text.value_or(""));
  return value.is_object() ? value : json::object();
}

double changed(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  if (error) return 0;
  return std::chrono::duration<double>(std::chrono::file_clock::to_sys(time).time_since_epoch()).count();
}

bool settled(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  return !error && fs::file_time_type::clock::now() - time > std::chrono::milliseconds(100);
}

json picture_json(const Workspace& workspace, const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return nullptr;
  return {{"path", path_text(file.lexically_relative(workspace.root))}, {"v", fmt::format("{:x}", change_stamp(file))}};
}

}  // namespace understudy::studio
