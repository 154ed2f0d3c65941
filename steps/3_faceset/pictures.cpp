// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/pictures.hpp"

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/face/faceset.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/output.hpp"

namespace understudy {
namespace {

struct Kind {
  const char* folder_suffix;
  const char* name_suffix;
  const char* extension;
  int jpeg_quality;
};

ImageU8 with_landmarks(Face face) {
  const auto& info = face.info;
  darken_hull(face.image_bgr, info.landmarks);
  draw_landmarks(face.image_bgr, info.landmarks);
  // The picture is a whole frame then: the detector's rectangle and the area of the full face are worth seeing.
  if (info.face_type == FaceType::mark_only)
    draw_face(face.image_bgr, info.source_rect.value_or(rect_from_landmarks(info.landmarks)), info.landmarks,
              FaceType::full);
  return std::move(face.image_bgr);
}

Result<ImageU8> mask_picture(const Face& face) {
  ImageF mask;
  if (face.info.xseg_mask) {
    TRY(mask, decode_mask(*face.info.xseg_mask));
    for (float& v : mask.data) v = v < 0.5F ? 0.F : 1.F;
  } else if (!face.info.polygons.empty()) {
    mask = polygon_mask(face.image_bgr.width, face.image_bgr.height, face.info.polygons);
  } else {
    return fail(Code::not_found, "it has neither a mask nor polygons");
  }
  return to_u8_rounded(mask);
}

using Drawing = std::function<Result<ImageU8>(Face)>;

Result<std::string> write_pictures(const fs::path& folder, const PictureOptions& options, const Kind& kind, Run& run,
                                   const Drawing& draw) {
  TRY_VOID(look_at_faceset(folder));
  TRY(const auto names, loose_names(folder));
  fs::path target = options.output.empty() ? fs::path(folder.string() + kind.folder_suffix) : options.output;
  if (options.beside)
    target = folder;
  else
    TRY_VOID(check_output(target, {folder}));
  TRY(const auto lock, lock_folder(target));
  TRY(auto made, MadeFiles::open(target));
  Aside aside(target, [&run](std::string text) { run.note(std::move(text)); });
  run.stage("draw");
  Tally tally(run);
  tally.set("folder", target.string());
  const auto one = [&](std::size_t i, unsigned) -> Result<> {
    const fs::path name = names[i];
    if (name.stem().string().ends_with(kind.name_suffix)) return {};  // one of ours, from an earlier run
    auto face = read_face(folder / name);
    auto picture = face ? draw(*std::move(face)) : Result<ImageU8>(Failure(std::move(face).error()));
    if (!picture) {
      tally.skip(names[i], picture.error());
      return {};
    }
    const auto file =
        fmt::format("{}{}{}", name.stem().string(), kind.name_suffix, options.beside ? ".jpg" : kind.extension);
    TRY(const Bytes encoded, options.beside || kind.extension == std::string_view(".jpg")
                                 ? encode_jpeg(*picture, {.quality = kind.jpeg_quality})
                                 : encode_png(*picture));
    TRY_VOID(aside.make_way(made, name.parent_path() / file));
    TRY_VOID(made.write(name.parent_path() / file, encoded));
    tally.count("pictures");
    return {};
  };
  TRY_VOID(for_each_index(names.size(), options.threads, run, "faces", one));
  return tally.report();
}

}  // namespace

Result<std::string> draw_landmark_pictures(const fs::path& folder, const PictureOptions& options, Run& run) {
  return write_pictures(folder, options, {"_landmarks", "_debug", ".jpg", 50}, run, with_landmarks);
}

Result<std::string> export_masks(const fs::path& folder, const PictureOptions& options, Run& run) {
  return write_pictures(folder, options, {"_masks", "_mask", ".png", 100}, run, mask_picture);
}

}  // namespace understudy
