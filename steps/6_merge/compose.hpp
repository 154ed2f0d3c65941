// SPDX-License-Identifier: Apache-2.0
// The heart of merging: one frame, its faces and a predictor in; the composite and its matte out. Follows spec
// pipeline.md 7.3 and 7.4 step by step. Knows no network, no file and no job.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "lib/base/result.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/image/colour.hpp"
#include "lib/image/colour_moments.hpp"
#include "lib/image/image.hpp"
#include "lib/timeline/merge_settings.hpp"
#include "steps/6_merge/gaze.hpp"

namespace understudy {

// Raised whenever the same input gives other pictures, so that those of earlier programs are made anew.
inline constexpr std::uint64_t compose_version = 3;

// How much wider an enhanced face is (spec pipeline.md 7.3 D).
inline constexpr int enlargement = 4;

// All res x res, 0..1; masks have one channel.
struct Prediction {
  ImageF face_bgr;
  ImageF mask_prd, mask_dst;
};
struct MergeModel {
  FaceType face_type = FaceType::whole;
  int resolution = 0;
  std::function<Result<Prediction>(const ImageF& face_bgr)> predict;
  // Optional. 256 x 256 face in, mask of that size out, 0..1 with what is below 0.1 set to 0.
  std::function<Result<ImageF>(const ImageF& face_bgr)> xseg;
  // Optional. `enlargement` times the side.
  std::function<Result<ImageF>(const ImageF& face_bgr)> enhance;
  // Optional. Of the face with these landmarks in a picture of any size; nothing where none is seen.
  std::function<Result<std::optional<SeenEyes>>(const ImageF& bgr, const Landmarks68&)> eyes;
};

// How far the face's centre moves from the frame before to the frame after, in pixels, and where to, in degrees.
struct FaceMotion {
  double power = 0;
  double angle = 0;
};
struct MergeFace {
  Landmarks68 landmarks{};      // in the frame
  FaceMotion motion;            // as DeepFaceLab measures it
  std::optional<int> person;    // as extraction numbered them; nothing where it did not say
  std::optional<double> score;  // of detector and landmarks, 0..1, where the extraction said it
  std::size_t entry = 0;        // its place in the faceset
  Point step;                   // how far it moves in the frame's time, in pixels of the frame; for our own rules
};

struct Merged {
  ImageU8 image_bgr;  // the frame's size; resolution x resolution in raw_predict (4 times that with super resolution)
  ImageU8 mask;       // one channel, same size
};

// The faces are laid over the frame in their order. No face gives the frame as it is and a black mask (raw_predict:
// black). `random` feeds idt, sot and mix; a source that starts equal in each frame keeps a clip from flickering.
Result<Merged> merge_frame(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings&,
                           const MergeModel&, const TransferRandom& random);
// The same with settings and a model for each face. raw_predict is a mode of all of them or of none; `raw_side` is then
// the side of the black picture that a frame without a face gives, else 0. Settings and models are held by reference.
// What a colour transfer sees of a face and of the frame under it, as far as the settings' one needs it.
struct ColourMeasure {
  ColourTransfer transfer = ColourTransfer::none;
  ColourMoments face, target;  // rct, lct, mkl, mkl-m
  // The others, and the modes that match histograms: the frame's crop and where in it the mask is; else empty.
  ImageU16 target_bgr;
  ImageU8 inside;
};
struct WeightedMeasure {
  const ColourMeasure* measure = nullptr;
  double weight = 1;
};
// Between the colours that a plate is encoded in and SDR in BT.709, which networks see and draw; BGR, in place. None
// where the plate is in SDR.
struct PlateColours {
  std::function<void(ImageF&)> tone_mapped;  // to 0..1
  std::function<void(ImageF&)> to_codes;     // 0..1 and, for what is brighter than SDR's white, above
  std::function<void(ImageF&)> from_codes;   // its inverse
};
struct FaceLook {
  const MergeFace* face = nullptr;
  const MergeSettings* settings = nullptr;
  const MergeModel* model = nullptr;
  const PlateColours* plate = nullptr;      // null: SDR
  std::span<const WeightedMeasure> window;  // of the same face in the frames around and in this one; empty: by itself
};
// What the transfer of that face measures; nothing where there is none to be made.
template <class T>  // std::uint8_t or std::uint16_t
Result<std::optional<ColourMeasure>> measure_colours(const Image<T>& frame_bgr, const FaceLook&, const TransferRandom&);
Result<Merged> merge_looks(const ImageU8& frame_bgr, std::span<const FaceLook> faces, int raw_side,
                           const TransferRandom& random);
// A plate of 16 bits comes out at 16 bits, rounded: where the mask is 0, its pixels are the plate's to the bit.
struct DeepMerged {
  ImageU16 image_bgr, mask;
};
Result<DeepMerged> merge_looks(const ImageU16& frame_bgr, std::span<const FaceLook> faces, int raw_side,
                               const TransferRandom& random);
// The same before the conversion to 8 bit. In raw_predict the mask's interpolation may overshoot 0..1.
struct MergedFloat {
  ImageF image_bgr;
  ImageF mask;
};
Result<MergedFloat> merge_frame_float(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings&,
                                      const MergeModel&, const TransferRandom& random);
template <class T>  // std::uint8_t or std::uint16_t
Result<MergedFloat> merge_looks_float(const Image<T>& frame_bgr, std::span<const FaceLook> faces, int raw_side,
                                      const TransferRandom& random);
// With a fixed seed for every frame.
Result<Merged> merge_frame(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings&,
                           const MergeModel&);

// What the face's model is shown first, resolution x resolution; empty where nothing is asked. A merge of the same
// shows the same, to the bit.
template <class T>  // std::uint8_t or std::uint16_t
ImageF shown_first(const Image<T>& frame_bgr, const FaceLook&);

// Step F alone: a mask of side 4 * resolution, eroded, kept off the border, blurred (spec pipeline.md 7.3 F). With our
// own rules an element of even size, which has no middle, shifts nothing.
ImageF soften_mask(const ImageF& mask, int resolution, int erode, int blur, Compat = Compat::dfl);

}  // namespace understudy
