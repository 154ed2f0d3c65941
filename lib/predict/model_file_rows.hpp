// SPDX-License-Identifier: Apache-2.0
// A model given as a file, as options: the same rows for all verbs that put faces through one.
#pragma once

#include "lib/options/describe.hpp"
#include "lib/predict/file_predictor.hpp"

namespace understudy {

// What a face is cut to; auto: as the model's file tells, else as most of the faces are.
enum class FileFaceType { automatic, h, mf, f, wf, head };
template <>
struct Names<FileFaceType> {
  static constexpr std::array all{"auto", "h", "mf", "f", "wf", "head"};
};

// A base of the options of such a verb.
struct ModelFileChoice {
  std::filesystem::path model_file;  // empty: none
  FileFaceType model_face_type = FileFaceType::automatic;
  int model_resolution = 0;
};

template <class S>  // derived from ModelFileChoice
constexpr auto model_file_rows() {
  return std::tuple{
      field<S, std::filesystem::path>("model-file", &S::model_file)
          .says("Model file", "A .dfm or .onnx file in place of a model: exported here, by DeepFaceLab or by others.")
          .in("Run"),
      field<S, FileFaceType>("model-face-type", &S::model_face_type)
          .says("Its face type", "Of --model-file; auto: as the file tells, else as most of the faces are cut.")
          .in("Run"),
      field<S, int>("model-resolution", &S::model_resolution)
          .says("Its resolution", "Of a --model-file that leaves it open; 0: as the file tells.")
          .range(0, 2048)
          .in("Run")
          .advanced()};
}
// all_described<S> of options that have the rows of model_file_rows() beside one for each member of their own.
template <class S>
inline constexpr bool described_with_model_file = std::tuple_size_v<decltype(describe<S>())> ==
                                                  std::tuple_size_v<decltype(model_file_rows<S>())> +
                                                      member_count<S>() - 1;

// `usual`: what most of the faces are cut to.
inline ModelFileOptions file_options(const ModelFileChoice& chosen, int threads, FaceType usual) {
  const auto asked = face_type_from_key(Names<FileFaceType>::all[static_cast<std::size_t>(chosen.model_face_type)]);
  return {threads, asked, chosen.model_resolution, usual};
}

}  // namespace understudy
