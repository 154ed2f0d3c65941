// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/options/shared_rows.hpp"

namespace understudy {

struct MaskStatusOptions {
  int threads = 0;
  std::filesystem::path input;
};

struct MaskFetchOptions {
  bool move = false;
  bool undo = false;
  std::filesystem::path input;
  std::filesystem::path output;
};

// mask remove, mask remove-labels
struct MaskRemoveOptions {
  std::string names;
  int threads = 0;
  std::filesystem::path input;
};

struct MaskLabelOptions {
  std::filesystem::path apply;
  std::string carry_from;
  bool from_masks = false;
  std::string names;
  bool replace = false;
  bool undo = false;
  bool redo = false;
  int threads = 0;
  std::filesystem::path input;
};

enum class LabelExport { all, masks, labelme, coco };
template <>
struct Names<LabelExport> {
  static constexpr std::array all{"all", "masks", "labelme", "coco"};
};
struct MaskExportOptions {
  LabelExport what = LabelExport::all;
  bool pictures = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

struct MaskImportOptions {
  std::filesystem::path from;
  int threads = 0;
  std::filesystem::path input;
};

enum class SheetFaces { all, labelled, masked, unmasked };
template <>
struct Names<SheetFaces> {
  static constexpr std::array all{"all", "labelled", "masked", "unmasked"};
};
struct MaskSheetOptions {
  SheetFaces faces = SheetFaces::all;
  int limit = 120;
  int cell = 192;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

struct MaskCheckOptions {
  int worst = 48;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

template <>
constexpr auto describe<MaskStatusOptions>() {
  using O = MaskStatusOptions;
  return std::tuple{shared_rows::threads(&O::threads), shared_rows::input(&O::input)};
}
static_assert(all_described<MaskStatusOptions>);

template <>
constexpr auto describe<MaskFetchOptions>() {
  using O = MaskFetchOptions;
  return std::tuple{
      field("move", &O::move).says("Move", "Move the labelled faces there; without, they are copied."),
      field("undo", &O::undo)
          .says(
              "Undo",
              "Bring the faces that --move took away last back to where they were, with what was drawn on them since."),
      shared_rows::input(&O::input),
      field("output", &O::output).says("Output", "Folder for the labelled faces, in place of <input>_xseg."),
  };
}
static_assert(all_described<MaskFetchOptions>);

namespace mask_rows {
template <class S>
constexpr auto names(std::string S::*member, std::string_view help) {
  return field("names", member).says("Names", help);
}
}  // namespace mask_rows

template <>
constexpr auto describe<MaskRemoveOptions>() {
  using O = MaskRemoveOptions;
  return std::tuple{
      mask_rows::names(&O::names, "Only of these faces: file names with commas between."),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
  };
}
static_assert(all_described<MaskRemoveOptions>);

template <>
constexpr auto describe<MaskLabelOptions>() {
  using O = MaskLabelOptions;
  return std::tuple{
      field("apply", &O::apply)
          .says("Apply", "A JSON file of operations on labels (docs/mask.md); all of them or none."),
      field("carry-from", &O::carry_from)
          .says("Carry from",
                "A labelled face; its labels go to the faces of its track, or to those of --names, as the face moves."),
      field("from-masks", &O::from_masks)
          .says("From masks", "Make labels of the masks that faces have, to work on them by hand."),
      mask_rows::names(&O::names, "Only these faces: file names with commas between."),
      field("replace", &O::replace)
          .says("Replace", "--carry-from, --from-masks: also where a face has labels already."),
      field("undo", &O::undo)
          .says("Undo",
                "Take back the last change of labels or masks that is not taken back yet; with --names, of these "
                "faces alone."),
      field("redo", &O::redo).says("Redo", "Do again what was taken back last."),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
  };
}
static_assert(all_described<MaskLabelOptions>);

template <>
constexpr auto describe<MaskExportOptions>() {
  using O = MaskExportOptions;
  return std::tuple{
      field("what", &O::what)
          .says("What",
                "masks = a PNG a face, labelme = a JSON file a face with its polygons, coco = one JSON file with all."),
      field("pictures", &O::pictures)
          .says("Pictures", "Put the faces' pictures beside them; those of a packed faceset are always."),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
      field("output", &O::output).says("Output", "Folder for the files, in place of <input>_labels."),
  };
}
static_assert(all_described<MaskExportOptions>);

template <>
constexpr auto describe<MaskImportOptions>() {
  using O = MaskImportOptions;
  return std::tuple{
      field("from", &O::from)
          .says("From", "A folder of PNGs and LabelMe files, or one COCO file, in place of <input>_labels."),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
  };
}
static_assert(all_described<MaskImportOptions>);

template <>
constexpr auto describe<MaskSheetOptions>() {
  using O = MaskSheetOptions;
  return std::tuple{
      field("faces", &O::faces).says("Faces", "Which ones: all, those with labels, with a mask, or without one."),
      field("limit", &O::limit)
          .says("Limit", "So many of them, evenly spread over the folder; 0 shows each.")
          .range(0, 1000000),
      field("cell", &O::cell).says("Cell", "Side of a picture on the page, in pixels.").range(48, 1024),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
      field("output", &O::output).says("Output", "Folder for the pages, in place of <input>_sheet."),
  };
}
static_assert(all_described<MaskSheetOptions>);

template <>
constexpr auto describe<MaskCheckOptions>() {
  using O = MaskCheckOptions;
  return std::tuple{
      field("worst", &O::worst).says("Worst", "So many of the most doubtful faces are drawn on pages.").range(0, 10000),
      shared_rows::threads(&O::threads),
      shared_rows::input(&O::input),
      field("output", &O::output).says("Output", "Folder for check.json and the pages, in place of <input>_check."),
  };
}
static_assert(all_described<MaskCheckOptions>);

}  // namespace understudy
