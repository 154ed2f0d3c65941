// SPDX-License-Identifier: Apache-2.0
// Numbers by which two trainings can be compared: how well a model gives a fixed set of faces back.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/loop/validation_log.hpp"
#include "lib/nets/face_net.hpp"
#include "lib/training/batch.hpp"

namespace understudy {

constexpr int validation_faces = 8;  // of the fixed batch that is looked at while training

// Means over the faces. SSIM and PSNR are those of src->src and dst->dst within the face mask (lib/image/quality.hpp);
// IoU compares the predicted mask with the face mask, both from 0.5 on. Faces without any mask are left out.
struct ValidationNumbers {
  double src_ssim = 0, dst_ssim = 0;
  double src_psnr = 0, dst_psnr = 0;  // dB
  double src_mask_iou = 0, dst_mask_iou = 0;
  double src_loss = 0, dst_loss = 0;  // as given
};

// `faces` are unwarped (SampleSource::fixed_batch), worked on `chunk` at a time to bound the memory; the losses are
// what FaceTrainer::evaluate says of the same faces. Throws as LibTorch does (guard_torch).
ValidationNumbers validate(const FaceNet&, const Batch& faces, std::array<double, 2> losses = {}, int chunk = 4);

// "src_ssim" and so on, in the order of validation.csv's columns.
NamedValues named_values(const ValidationNumbers&);
std::vector<std::string> validation_names();

// The mean SSIM of both sides in the last row of a validation.csv (lib/loop/validation_log.hpp); nothing when it has
// none.
std::optional<double> last_ssim(const fs::path& file);
double ssim_of(const ValidationRow&);

}  // namespace understudy
