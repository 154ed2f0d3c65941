// SPDX-License-Identifier: Apache-2.0
#include "lib/training/grow.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

// Sides of the grids that the two dense layers see (spec networks-and-training.md 1.1, 1.2).
std::int64_t grid_in(const ModelSpec& spec) { return spec.shape.resolution / (spec.shape.archi.deep ? 32 : 16); }
std::int64_t grid_out(const ModelSpec& spec) { return spec.shape.resolution / (spec.shape.archi.doubled ? 32 : 16); }

// (to, from): bilinear weights of the old grid's cells for each cell of the new one. Outside the old crop there is
// either nothing, or what its border has.
Tensor sampling(std::int64_t from, std::int64_t to, double zoom, double shift, bool nothing_outside) {
  Tensor weights = torch::zeros({to, from});
  auto w = weights.accessor<float, 2>();
  for (std::int64_t i = 0; i < to; ++i) {
    const double v = 0.5 + zoom * ((static_cast<double>(i) + 0.5) / static_cast<double>(to) - 0.5) + shift;
    if (nothing_outside && (v < 0 || v > 1)) continue;
    const double x = v * static_cast<double>(from) - 0.5, low = std::floor(x);
    const auto at = [&](double k) { return std::clamp<std::int64_t>(static_cast<std::int64_t>(k), 0, from - 1); };
    w[i][at(low)] += static_cast<float>(1 - (x - low));
    w[i][at(low + 1)] += static_cast<float>(x - low);
  }
  return weights;
}

}  // namespace

CropMap crop_map(ModelFaceType from_key, ModelFaceType to_key) {
  const FaceType from = face_type_of(from_key), to = face_type_of(to_key);
  return {face_crop_side(to) / face_crop_side(from),
          (face_crop_rise(from) - face_crop_rise(to)) / face_crop_side(from)};
}

bool is_growth(const ModelDescription& from, const ModelDescription& to) {
  if (from.model_class != to.model_class || from.quick()) return false;
  const auto a = spec_of(from), b = spec_of(to);
  if (!a || !b) return false;
  SaehdShape same = b->shape;
  same.resolution = a->shape.resolution;
  if (!(same == a->shape) || a->inter_dims != b->inter_dims) return false;
  return a->shape.resolution != b->shape.resolution || from.face_type() != to.face_type();
}

Tensor grown(const std::string& name, const Tensor& tensor, const ModelSpec& from, const ModelSpec& to,
             const CropMap& map) {
  const bool reads = name.ends_with("/dense1/weight");
  if (!reads && !name.ends_with("/dense2/weight") && !name.ends_with("/dense2/bias")) return tensor;
  const std::int64_t a = reads ? grid_in(from) : grid_out(from), b = reads ? grid_in(to) : grid_out(to);
  const Tensor y = sampling(a, b, map.zoom, map.shift, reads).to(tensor.device(), tensor.scalar_type());
  const Tensor x = sampling(a, b, map.zoom, 0, reads).to(tensor.device(), tensor.scalar_type());
  if (reads) {
    // A sum over the crop: each new cell stands for that many old ones.
    const double cells = map.zoom * static_cast<double>(a) / static_cast<double>(b);
    const Tensor maps = tensor.reshape({-1, a, a});
    return (torch::matmul(torch::matmul(y, maps), x.t()) * (cells * cells)).reshape({tensor.size(0), -1}).contiguous();
  }
  // Rows (channel, y, x) of the weight, or numbers of the bias.
  const std::int64_t columns = tensor.dim() == 2 ? tensor.size(1) : 1;
  const Tensor maps = tensor.reshape({-1, a, a, columns}).permute({0, 3, 1, 2}).contiguous();
  const Tensor wide = torch::matmul(torch::matmul(y, maps), x.t()).permute({0, 2, 3, 1});
  return (tensor.dim() == 2 ? wide.reshape({-1, columns}) : wide.reshape({-1})).contiguous();
}

}  // namespace understudy
