// SPDX-License-Identifier: Apache-2.0
// What a face is called by what a user said of it: neither a sort, nor labels, nor a mask change it.
#pragma once

#include <string>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

// Its frame and the size of its rectangle there; the file's name where it does not say.
std::string face_key(const CatalogueEntry&);

// What the catalogue would know of a face that is not measured yet, read from its file, so that it is called now as it
// will be then. Empty where the file does not say.
struct FaceOrigin {
  std::string source;
  double rect_size = unknown;
};
FaceOrigin face_origin(const fs::path&);

}  // namespace understudy
