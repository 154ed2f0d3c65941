// SPDX-License-Identifier: Apache-2.0
// Labels in the formats of labelling programs: LabelMe's (a JSON file a picture) and COCO's (one file with all). Both
// count pixels from the picture's corner, as DeepFaceLab's polygons do once they are truncated to whole pixels.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/face/masks.hpp"
#include "lib/image/codec.hpp"

namespace understudy {

struct LabelledPicture {
  std::string name;  // "person/a.jpg"
  ImageSize size;
  std::vector<Polygon> polygons;
};

// `picture`: where the picture lies, as seen from the file.
nlohmann::json labelme_json(const LabelledPicture&, const std::string& picture);
// The polygons in pixels of a picture of that size. Shapes are polygons or rectangles labelled "include" or "exclude";
// bad_file in one sentence for others.
Result<std::vector<Polygon>> polygons_from_labelme(const nlohmann::json&, ImageSize);

nlohmann::json coco_json(const std::vector<LabelledPicture>&);
// Each picture with its size in the file; categories as above. Masks in run lengths are refused.
Result<std::vector<LabelledPicture>> pictures_from_coco(const nlohmann::json&);

std::vector<Polygon> scaled_polygons(std::vector<Polygon>, ImageSize from, ImageSize to);

}  // namespace understudy
