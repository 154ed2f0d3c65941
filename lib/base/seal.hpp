// SPDX-License-Identifier: Apache-2.0
// What this user's own runs wrote into a folder, told from what came there with somebody else's files: a checksum that
// only who has the user's key can make. The key never leaves the user's own folder.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

// $XDG_STATE_HOME/understudy (the XDG base directory specification); empty where there is no home.
fs::path own_folder();

// SipHash-2-4 with 128 bits (Aumasson and Bernstein): unlike xxh3() one that nobody can make without the key.
using SealKey = std::array<std::uint8_t, 16>;
std::array<std::uint8_t, 16> siphash(const SealKey&, std::string_view);

// Of documents that lie in one folder: a sealed one that is carried to another folder is not sealed there. A folder
// that was moved or renamed keeps its seals, and one that was mounted anew.
class Seal {
 public:
  explicit Seal(const fs::path& folder);
  // As "seals" in the document, an object. The user's key is made with the first; where none can be kept there is no
  // seal.
  void put_on(nlohmann::json& document) const;
  bool is_on(const nlohmann::json& document) const;

 private:
  std::vector<std::string> seals_of(const SealKey&, const nlohmann::json& document) const;
  std::vector<std::string> places_;  // by its path, and by what the file system knows it as
};

}  // namespace understudy
