// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/face/face_type.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

enum class CropType { half, midfull, full, whole, head, full_upright, head_upright, mark_only };
template <>
struct Names<CropType> {
  static constexpr std::array all{"h", "mf", "f", "wf", "head", "f-upright", "head-upright", "mark"};
};

enum class Smoothing { automatic, on, off };
template <>
struct Names<Smoothing> {
  static constexpr std::array all{"auto", "on", "off"};
};

enum class Resampling { area, compatible };
template <>
struct Names<Resampling> {
  static constexpr std::array all{"area", "compatible"};
};

struct ExtractOptions {
  CropType face_type = CropType::whole;
  int image_size = 0;
  int jpeg_quality = 90;
  int max_faces = 0;
  bool debug = false;
  Smoothing smooth = Smoothing::automatic;
  Resampling resampling = Resampling::area;
  bool thorough = false;
  std::filesystem::path manual;
  bool redo = false;
  bool redo_deleted = false;
  bool marked = false;
  bool missing = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

template <>
constexpr auto describe<ExtractOptions>() {
  return std::tuple{
      field("face-type", &ExtractOptions::face_type)
          .says("Face type",
                "How much of the head a crop covers: half, mid-full, full, whole face or head. f-upright and "
                "head-upright "
                "are not turned with the head; mark keeps the whole frame and only marks the face."),
      field("image-size", &ExtractOptions::image_size)
          .says("Crop size", "Side of a face crop, in pixels; 0 takes 512, or 768 for head.")
          .range(0, 2048),
      field("jpeg-quality", &ExtractOptions::jpeg_quality).says("JPEG quality", "Of the saved crops.").range(1, 100),
      field("max-faces", &ExtractOptions::max_faces)
          .says("Most faces a frame", "The largest ones are kept; 0 keeps all.")
          .at_least(0),
      field("debug", &ExtractOptions::debug)
          .says("Debug pictures", "Also write each frame with what was found drawn into it."),
      field("smooth", &ExtractOptions::smooth)
          .says("Smooth over time",
                "on: faces are followed through the clip, freed of trembling without lag, and filled in where they are "
                "lost "
                "for a few frames. off: every frame is taken by itself. auto: off for a folder of stills, else on."),
      field("resampling", &ExtractOptions::resampling)
          .says("Resampling",
                "area: filtered, so that nothing aliases when the crop is smaller than the face in the frame. "
                "compatible: bilinear, as "
                "DeepFaceLab does.")
          .advanced(),
      field("thorough", &ExtractOptions::thorough)
          .says(
              "Look thoroughly",
              "Also search tiles and turned copies of frames in which a face was found at once; several times slower."),
      field("manual", &ExtractOptions::manual)
          .says("Faces by hand",
                "A JSON file of frames with rectangles or landmarks; they count instead of what is found."),
      field("redo", &ExtractOptions::redo)
          .says("Start over", "Extract anew; faces that are there are moved to a backup folder."),
      field("redo-deleted", &ExtractOptions::redo_deleted)
          .says(
              "Redo deleted",
              "Look thoroughly again at frames whose debug picture was deleted, or a face of theirs where there are no "
              "debug pictures."),
      field("marked", &ExtractOptions::marked)
          .says("Redo marked",
                "Look thoroughly again at frames with faces that were marked for it in the studio; the marks go."),
      field("missing", &ExtractOptions::missing)
          .says("Redo without face", "Look thoroughly again at frames in which no face was found."),
      field("threads", &ExtractOptions::threads)
          .says("Threads", "0 takes one per processor. The result does not depend on it.")
          .range(0, 256)
          .advanced(),
      field("input", &ExtractOptions::input)
          .says("Input", "A video or a folder of frames, in place of the workspace's."),
      field("output", &ExtractOptions::output)
          .says("Output", "Folder for the faces, in place of the workspace's aligned folder."),
  };
}
static_assert(all_described<ExtractOptions>);

}  // namespace understudy
