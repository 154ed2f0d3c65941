// SPDX-License-Identifier: Apache-2.0
// How far a list of moves that lies in a folder may lead. The folder may have come from anybody, and such a list with
// it: one that this user's own runs did not seal (seal.hpp) is carried out only within the places that lists of its
// kind lead to.
#pragma once

#include <span>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

struct MovePlaces {
  fs::path folder;             // where the list lies; when it is a link, what that leads to
  std::vector<fs::path> also;  // others, each beside it or in it; one that is a link leads elsewhere and is none
};

// bad_file, naming the list, unless all the files lie in these places, whatever links are on the way, and none is on
// the way to another: a link that is moved there first would lead the next one anywhere.
Result<> check_places(const MovePlaces&, std::span<const fs::path> files, const fs::path& list);
// The latter alone.
Result<> check_apart(std::span<const fs::path> files);

}  // namespace understudy
