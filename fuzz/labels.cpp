// SPDX-License-Identifier: Apache-2.0
// Labels as people and labelling programs send them: operations, whole documents of them, LabelMe, COCO.
#include <nlohmann/json.hpp>

#include "fuzz/target.hpp"
#include "lib/face/labels/operations.hpp"
#include "steps/4_mask/label_document.hpp"
#include "steps/4_mask/label_formats.hpp"

namespace understudy::fuzz {
namespace {

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

std::vector<Bytes> seeds() {
  const LabelledPicture picture{
      "a.jpg",
      {96, 96},
      {{Polygon::Kind::include, {{10, 10}, {50, 12.5}, {30, 60}}}, {Polygon::Kind::exclude, {{1, 1}, {2, 3}, {5, 1}}}}};
  return {bytes_of(R"({"format":"understudy.labels","version":1,"what":"x","faces":{"a.jpg":[{"do":"add-polygon",
                       "kind":"include","points":[[1,2],[3,4],[5,6.5]]}],"person/b.jpg":[{"do":"drop-open"}]}})"),
          bytes_of(labelme_json(picture, "a.jpg").dump()), bytes_of(coco_json({picture, picture}).dump()),
          bytes_of(R"([{"do":"add-polygon","kind":"include","points":[[1,2],[3,4],[5,6.5]]},
                       {"do":"insert-point","polygon":0,"point":1,"at":[7,8]},{"do":"delete-point","polygon":0,"point":3},
                       {"do":"start-polygon","kind":"exclude","points":[[1,1]]},{"do":"insert-point","at":[9,9]},
                       {"do":"close-polygon"},{"do":"drop-open"},{"do":"set-polygons","polygons":[]}])")};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const auto value = nlohmann::json::parse(data, data + size, nullptr, false);
  if (value.is_discarded()) return 0;
  (void)polygons_from_labelme(value, {96, 96});
  (void)pictures_from_coco(value);
  (void)work_of(value);
  if (!value.is_array()) return 0;
  FaceLabels labels;
  for (const auto& one : value) {
    const auto operation = operation_from_json(one);
    if (!operation || !check_operation(*operation)) continue;
    const FaceLabels before = labels;
    const auto back = apply(*operation, labels);
    if (!back) continue;
    FaceLabels again = labels;
    check(apply(*back, again) && again == before, "an operation is taken back by its inverse");
  }
  return 0;
}
