// SPDX-License-Identifier: Apache-2.0
#include "steps/score/measure.hpp"

#include <algorithm>
#include <cmath>

#include "lib/face/faceset.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/jobs/each.hpp"
#include "lib/score/surroundings.hpp"

namespace understudy {
namespace {

constexpr double least_score = 0.5;  // of the mesh network: below, there is no face
constexpr int most_detail_side = 256;
constexpr std::size_t src_faces = 40;  // are enough for a mean, a median and a percentile

ImageU8 thumbnail_of(const ImageU8& picture, const Landmarks68& landmarks) {
  return warp_antialiased(picture, face_matrix(landmarks, thumbnail, FaceType::whole), thumbnail, thumbnail);
}

void measure_pixels(const ClipPlace& place, const FramePictures& pictures, const SrcMeasures& src,
                    score::FrameMeasures& m) {
  const auto detail = [&](const ImageU8& picture) {
    return score::detail_energy(score::cut_face(picture, place.landmarks, src.side)) / src.detail;
  };
  m.sharpness = detail(*pictures.result);
  m.plate_sharpness = detail(*pictures.plate);
  const score::Surroundings view(place.landmarks);
  const ImageU8 plate = view.of(*pictures.plate), result = view.of(*pictures.result);
  const ImageF matte = view.matte(pictures.matte ? *pictures.matte : ImageU8());
  m.seam = score::seam(plate, result, matte);
  m.skin = score::skin_mismatch(plate, result, matte, view.landmarks());
  if (!pictures.plate_before || !pictures.result_before) return;
  const ImageF inside = view.face(matte);
  const auto change = [&](const ImageU8& now, const Picture& before) {
    return score::unexplained_change(view.face(view.of(*before)), view.face(now), inside);
  };
  m.change = change(result, pictures.result_before);
  m.plate_change = change(plate, pictures.plate_before);
}

ImageU8 hull_of(const ImageU8& picture, const Landmarks68& landmarks) {
  return to_u8_rounded(hull_mask(picture.width, picture.height, landmarks));
}

}  // namespace

int detail_side(const Clip& clip) {
  std::vector<double> sides;
  for (const auto& place : clip.places) sides.push_back(score::standing_side(place.landmarks));
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::nth_element(sides.begin(), middle, sides.end());
  return std::clamp(static_cast<int>(*middle), 32, most_detail_side);
}

Result<SrcMeasures> measure_src(const fs::path& aligned, int side, const std::vector<score::FaceReader>& readers,
                                Run& run) {
  TRY(const Faceset set, Faceset::open(aligned));
  const std::size_t count = std::min(src_faces, set.entries().size());
  std::vector<Embedding> embeddings(count);
  std::vector<double> details(count), eyes(count);
  std::vector<score::FaceReader> own;
  for (const auto& reader : readers) own.push_back(reader.share());
  TRY_VOID(for_each_index(count, static_cast<int>(own.size()), run, "", [&](std::size_t i, unsigned t) -> Result<> {
    const std::size_t index = (2 * i + 1) * set.entries().size() / (2 * count);
    const Landmarks68& landmarks = set.entries()[index].info.landmarks;
    TRY(const ImageU8 picture, set.image(index));
    TRY(embeddings[i], own[t].embed(picture, landmarks));
    TRY(const Roi square, own[t].square_of(picture, landmarks));
    TRY(const auto look, own[t].look(picture, square));
    eyes[i] = look.play.eyes_open;
    details[i] = score::detail_energy(score::cut_face(picture, landmarks, side));
    return {};
  }));
  SrcMeasures src;
  src.side = side;
  src.mean = score::mean_of(embeddings);
  constexpr double open_share = 0.8;  // most eyes are open most of the time
  src.look.eyes_open = score::percentile(eyes, open_share);
  src.detail = score::percentile(details, 0.5);
  return src;
}

Result<MeasuredFrame> FrameMeter::measure(score::FaceReader& reader, const ClipPlace& place,
                                          const FramePictures& pictures, bool with_truth) const {
  MeasuredFrame out;
  auto& m = out.measures;
  m.frame = place.frame;
  const ImageU8 &plate = *pictures.plate, &result = *pictures.result;
  if (plate.width != result.width || plate.height != result.height)
    return fail(Code::bad_file, "A merged frame is {}x{} and its dst frame {}x{}", result.width, result.height,
                plate.width, plate.height);
  TRY(const Roi square, reader.square_of(plate, place.landmarks));
  TRY(const auto dst, reader.look(plate, square));
  TRY(const auto own, reader.look(result, square));
  m.seen = own.mesh.score >= least_score;
  m.dst = dst.play, m.result = own.play;
  if (m.seen) m.pose = score::pose_change(dst.mesh.points, own.mesh.points);
  if (m.seen && place.whole) {
    TRY(const Embedding before, reader.embed(plate, dst.landmarks));
    TRY(const Embedding after, reader.embed(result, own.landmarks));
    m.identity = score::identity_share(before, after, src_.mean);
    m.src_distance = distance(after, src_.mean);
  }
  if (place.whole) measure_pixels(place, pictures, src_, m);
  if (known_.eyes_shut) m.eyes_shut = known_.eyes_shut(place.frame);
  if (known_.mouth_open) m.mouth_open = known_.mouth_open(place.frame);
  if (pictures.truth && with_truth) {
    const ImageU8 mask = hull_of(plate, place.landmarks);
    m.truth = score::compare_with_truth(result, *pictures.truth, mask);
    m.untouched = score::compare_with_truth(plate, *pictures.truth, mask);
  } else if (with_truth && known_.truth) {
    const auto truth = known_.truth(place.frame);
    m.truth = score::compare_with_truth(result, truth.frame_bgr, truth.mask);
    m.untouched = score::compare_with_truth(plate, truth.frame_bgr, truth.mask);
    if (known_.ceiling && pictures.matte) {
      const ImageU8 matte = normalise_channels(*pictures.matte, 1);
      TRY(const ImageU8 best, known_.ceiling({plate, truth.frame_bgr, matte, place.landmarks}));
      m.ceiling = score::compare_with_truth(best, truth.frame_bgr, truth.mask);
    }
  }
  out.plate_face = thumbnail_of(plate, place.landmarks);
  out.result_face = thumbnail_of(result, place.landmarks);
  return out;
}

}  // namespace understudy
