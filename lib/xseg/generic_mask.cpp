// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/generic_mask.hpp"

#include "lib/base/hash.hpp"
#include "lib/face/masks.hpp"
#include "lib/image/filter.hpp"
#include "lib/tensor/safetensors.hpp"
#include "lib/xseg/built_in.hpp"
#include "lib/xseg/generic_mask_file.hpp"
#include "lib/xseg/net_masker.hpp"

namespace understudy {
namespace {

// Inside the hull of the landmarks, for face. More is better for filmed faces with nothing before them (2.5: 0.001 of
// IoU), and worse for drawn ones with hands before them (0.01).
constexpr double odds_inside = 1.6;
// How far beyond its landmarks a face may reach, as a part of their distance from its middle.
constexpr double beyond_landmarks = 0.1;

// Where a face can be: around its landmarks, and any height above them.
ImageF reach_of(int width, int height, const Landmarks68& landmarks) {
  Point middle{};
  for (const auto& point : landmarks) middle = middle + point * (1.0 / static_cast<double>(landmarks.size()));
  const Point up = (landmarks[27] - landmarks[8]) * 3;
  std::vector<Point> reach;
  for (const auto& point : landmarks) {
    reach.push_back(middle + (point - middle) * (1 + beyond_landmarks));
    reach.push_back(reach.back() + up);
  }
  return convex_mask(width, height, reach);
}

}  // namespace

bool has_generic_mask() { return !built_in::generic_mask().empty(); }

Result<std::map<std::string, Tensor>> generic_mask_weights() {
  if (!has_generic_mask()) return fail(Code::internal, "This understudy was built without the generic mask");
  TRY(auto weights, parse_safetensors(built_in::generic_mask(), "the generic mask"));
  for (auto& [name, tensor] : weights) tensor = tensor.to(torch::kFloat32);
  return weights;
}

Result<std::unique_ptr<Masker>> open_generic_masker(const MaskerOptions& options) {
  TRY(const auto weights, generic_mask_weights());
  TRY(std::unique_ptr<Masker> masker, NetMasker::make(generic_mask_shape, weights, FaceType::whole, options));
  masker->set_content(xxh3(built_in::generic_mask()));
  return masker;
}

void weigh_by_landmarks(ImageF& mask, const Landmarks68& landmarks) {
  const int w = mask.width, h = mask.height;
  const auto odd = [w](double part) { return 2 * static_cast<int>(w * part / 2) + 1; };
  const ImageF inside = gaussian_blur(erode(hull_mask(w, h, landmarks), odd(0.02)), odd(0.06));
  const ImageF reach = reach_of(w, h, landmarks);
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const double p = mask.data[i], odds = p * (1 + (odds_inside - 1) * inside.data[i]);
    mask.data[i] = reach.data[i] > 0 && p > 0 ? static_cast<float>(odds / (odds + 1 - p)) : 0;
  }
}

Result<> write_generic_mask(const fs::path& file, const std::map<std::string, Tensor>& weights) {
  std::vector<NamedTensor> small;
  for (const auto& [name, tensor] : weights) {
    // Numbers that are not weights of sums stay as they are: eps is below what 16 bits can tell from 0.
    small.push_back({name, tensor.dim() > 1 ? tensor.to(torch::kFloat16) : tensor});
  }
  TRY_VOID(make_folders(file.parent_path()));
  TRY(const auto written, write_safetensors(file, small));
  return (void)written, Result<>{};
}

}  // namespace understudy
