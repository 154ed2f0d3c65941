// SPDX-License-Identifier: Apache-2.0
// An XSeg model as its folder describes it (spec networks-and-training.md 8.4, and what goes beyond it).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "lib/loop/model_store.hpp"
#include "lib/options/describe.hpp"
#include "lib/training/class_options.hpp"

namespace understudy {

enum class XsegStart { generic, none };
template <>
struct Names<XsegStart> {
  static constexpr std::array all{"generic", "none"};
};
struct XsegOptions {
  XsegStart start = XsegStart::generic;
  ModelFaceType face_type = ModelFaceType::wf;
  int batch_size = 4;
  bool pretrain = false;
  double lr = 1e-4;
  bool lr_dropout = true;
  bool augment = true;
  bool occluders = true;
  bool winograd = true;
};
template <>
constexpr auto describe<XsegOptions>() {
  using O = XsegOptions;
  return std::tuple{
      field("start", &O::start)
          .says("Start",
                "What a new model begins with. generic: the generic mask, so that few labels and minutes are enough; "
                "none: weights drawn by chance, as DeepFaceLab's.")
          .may_change(When::creation)
          .in("Network"),
      field("face-type", &O::face_type)
          .says("Face type", "How much of the head the masked crops cover; faces of other types are brought to it.")
          .may_change(When::creation)
          .in("Network"),
      field("batch-size", &O::batch_size).says("Batch size", "Faces per iteration.").range(2, 16).in("Training"),
      field("pretrain", &O::pretrain)
          .says("Pretrain",
                "Learns to redraw faces in grey through the bottleneck alone, from --pretrain-set. Switched off later, "
                "the iterations count anew and all weights stay.")
          .in("Training"),
      field("lr", &O::lr).says("Learning rate", "Of RMSprop.").range(1e-7, 0.01).in("Training").advanced(),
      field("lr-dropout", &O::lr_dropout)
          .says("Learning-rate dropout", "Each weight takes part in three of ten steps, as in DeepFaceLab.")
          .in("Training")
          .advanced(),
      field("augment", &O::augment)
          .says("Augment",
                "Backgrounds of other faces, warps, glows, colours, sharpening, blur and compression. Off only for "
                "tests: an unaugmented network learns its labels by heart.")
          .in("Training")
          .advanced(),
      field("occluders", &O::occluders)
          .says("Occluders",
                "Lays drawn hands, hair, hats, cups and other things before two of three labelled faces and takes what "
                "they hide out of the mask: what no label shows yet is left out, too. DeepFaceLab has none.")
          .in("Training"),
      field("winograd", &O::winograd)
          .says("Winograd", "In fp32 on a processor: 3x3 convolutions by Winograd's algorithm.")
          .in("Training")
          .advanced(),
  };
}
static_assert(all_described<XsegOptions>);

struct XsegDescription {
  XsegOptions options;
  std::uint64_t seed = 0;
};

constexpr std::string_view xseg_class = "xseg";  // in model.json
nlohmann::json to_json(const XsegDescription&);
Result<XsegDescription> xseg_description_from_json(const nlohmann::json&, std::string_view file);
const ModelKind& xseg_model_kind();
// What the model was when that was saved, by its note; without one what its folder says, which may be what a training
// has only begun to make of it.
Result<XsegDescription> xseg_description_of(const ModelStore&, const LoadedGeneration&);

}  // namespace understudy
