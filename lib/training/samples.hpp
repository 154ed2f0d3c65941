// SPDX-License-Identifier: Apache-2.0
// One training sample out of one aligned face (spec networks-and-training.md 3). What is drawn at random is a plain
// value, apart from what is done with it, so that drawn values of the original can be replayed.
#pragma once

#include <optional>
#include <vector>

#include "lib/face/face_file.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/face/masks.hpp"
#include "lib/image/image.hpp"
#include "lib/training/augment.hpp"
#include "lib/training/class_options.hpp"
#include "lib/training/random.hpp"

namespace understudy {

struct SampleRules {
  int resolution = 128;
  FaceType face_type = FaceType::full;
  bool warp = true;
  double warp_share = 1;                           // part of the samples that it distorts
  bool eyes_mouth = false;                         // make that mask at all
  bool uniform_yaw = false;                        // faces come evenly over the head's turn, not evenly over the set
  bool by_worth = false;                           // rare and wanted kinds of faces come more often (face_worth.hpp)
  SampleTransfer transfer = SampleTransfer::none;  // towards a reference of the other side
  double rotation_deg = 10;                        // ±
  double scale = 0.15;                             // U(1/(1+scale), 1+scale); Quick96 0.05
  double shift = 0.05;                             // ± of the side
  double move = 1;                                 // part of rotation, scale and shift that is used, 0..1
  double flip_probability = 0;                     // 0.4 when mirroring is on
  double hsv_power = 0;
  AugmentRules augment;  // of the input alone
};

struct SampleDraw {
  double rotation_deg = 0, scale = 1, shift_x = 0, shift_y = 0;  // shift as a part of the side
  bool flip = false;
  double hue_deg = 0, saturation = 0, value = 0;
  int cell_size = 0;                     // of the warp grid, pixels at the warp's working size
  std::vector<double> noise_x, noise_y;  // (nodes-2)² each, row by row, |z| <= 1
  std::uint64_t transfer_seed = 0;       // of the directions of idt and sot
  AugmentDraw augment;
  bool warped = true;
};
// What a rule leaves off draws no number, so that switching one on changes no other number of the sample.
SampleDraw draw_sample(CounterRandom&, const SampleRules&);
// The warp works at least at this size (spec 3.4).
int warp_size(int resolution);

// A face brought to the model's face type and resolution: all that a sample needs, and the same for all its samples.
struct PreparedFace {
  ImageF bgr;         // R x R, 0..1
  ImageF mask;        // R x R, 0..1: stored XSeg mask, else the landmark hull
  ImageF eyes_mouth;  // R x R, empty unless asked for
};
Result<PreparedFace> prepare_face(const ImageU8& image_bgr, const FaceInfo&, const SampleRules&);

struct Sample {
  ImageF warped, target;    // R x R x 3
  ImageF mask, eyes_mouth;  // R x R; eyes_mouth empty unless asked for
};
// `reference_bgr`: a random face of the other side for the colour transfer, any size; null for none. The transfer is
// worked out once and used for input and target alike. The original does it for each output, so that idt's and sot's
// random directions put a colour noise between input and target, at twice the cost (spec 9 no. 14).
Sample make_sample(const PreparedFace&, const SampleRules&, const SampleDraw&, const ImageU8* reference_bgr = nullptr);

// The parts of make_sample that the parity tests look at.
struct WarpMaps {
  ImageF x, y;  // source coordinates per pixel, w x w
};
WarpMaps warp_maps(int w, int cell_size, const std::vector<double>& noise_x, const std::vector<double>& noise_y);
Affine sample_affine(int w, const SampleDraw&);
ImageF shift_hsv(const ImageF& bgr, double hue_deg, double saturation, double value);

}  // namespace understudy
