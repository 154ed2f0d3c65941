// SPDX-License-Identifier: Apache-2.0
// Numbers by which two trainings can be compared: how well a model gives a fixed set of faces back.
#pragma once

#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/files.hpp"
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

// "validation/src_ssim" and so on, for a MetricEvent and for TensorBoard.
std::vector<std::pair<std::string, double>> named_values(const ValidationNumbers&);

// The mean SSIM of both sides in the last row of a validation.csv; nothing when it has none.
std::optional<double> last_ssim(const fs::path& file);

// validation.csv: iteration, seconds trained so far, the numbers.
class ValidationLog {
 public:
  // Keeps the rows up to `iteration`: a run that went back to an older save writes the later ones anew. A file with
  // other columns is refused (bad_file).
  static Result<ValidationLog> open(const fs::path& file, std::int64_t iteration);
  // An iteration that has its row already keeps it.
  Result<> add(std::int64_t iteration, double seconds, const ValidationNumbers&);

 private:
  ValidationLog(const fs::path& path, std::int64_t last) : path_(path), file_(path, std::ios::app), last_(last) {}
  fs::path path_;
  std::ofstream file_;
  std::int64_t last_;  // iteration of the last row; -1: none
};

}  // namespace understudy
