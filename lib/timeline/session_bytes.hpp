// SPDX-License-Identifier: Apache-2.0
// A merger session as Python pickles one, for tests: objects of classes that hold attributes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

class SessionBytes {
 public:
  static std::string text(const std::string& s) { return std::string("\x8c") + static_cast<char>(s.size()) + s; }
  static std::string number(int n) {
    std::string out = "J";
    for (int i = 0; i < 4; ++i) out += static_cast<char>(static_cast<unsigned>(n) >> (8 * i));
    return out;
  }
  using Attributes = std::vector<std::pair<std::string, std::string>>;
  static std::string dict(const Attributes& entries) {
    std::string out = "}(";
    for (const auto& [key, value] : entries) out += text(key) + value;
    return out + "u";
  }
  static std::string object(const std::string& module, const std::string& name, const Attributes& attributes) {
    return std::string("c") + module + "\n" + name + "\n)\x81" + dict(attributes) + "b";
  }
  static std::string path(const std::vector<std::string>& parts) {
    std::string out = "cpathlib\nWindowsPath\n(";
    for (const auto& part : parts) out += text(part);
    return out + "tR";
  }
  static std::string frame(const std::string& file, const Attributes& settings) {
    const auto info = object("merger.Info", "Info", {{"filepath", path({"C:\\", "data_dst", file})}});
    const auto config = settings.empty() ? std::string("N") : object("merger.Config", "Config", settings);
    return object("merger.Frame", "Frame", {{"frame_info", info}, {"cfg", config}, {"is_done", "\x88"}});
  }
  static Bytes session(const std::vector<std::string>& frames) {
    std::string list = "](";
    for (const auto& f : frames) list += f;
    const std::string all =
        std::string("\x80\x04") +
        dict({{"frames", list + "e"}, {"frames_idxs", "]"}, {"frames_done_idxs", "]"}, {"model_iter", number(7)}}) +
        ".";
    return {all.begin(), all.end()};
  }
};

}  // namespace understudy
