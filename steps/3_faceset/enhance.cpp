// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/enhance.hpp"

#include <cmath>

#include "lib/base/system.hpp"
#include "lib/enhance/enhancer.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "steps/3_faceset/recrop.hpp"
#include "steps/3_faceset/rewriting.hpp"

namespace understudy {
namespace {

// The network's picture at the face's own size.
ImageF at_own_size(const ImageF& network, int size) {
  if (network.width == size) return network;
  return resize(network, size, size, network.width > size ? Interpolation::area : Interpolation::lanczos4);
}

// Between the picture as it was and the network's, both of one size.
ImageU8 blended(const ImageU8& before, ImageF after, double strength) {
  const auto s = static_cast<float>(strength);
  for (std::size_t i = 0; i < after.data.size(); ++i)
    after.data[i] = s * after.data[i] + (1 - s) * static_cast<float>(before.data[i]) / 255;
  return to_u8_rounded(after);
}

// The network's larger picture brought to another crop size than the face had, in one step.
ImageF at_size(const ImageF& network, int old_size, int new_size) {
  const double times = static_cast<double>(network.width) / old_size, ratio = static_cast<double>(new_size) / old_size;
  // Network pixels to old ones by pixel centres, old to new as recropped() has it.
  const Affine map{{ratio / times, 0, (0.5 / times - 0.5) * ratio, 0, ratio / times, (0.5 / times - 0.5) * ratio}};
  return warp_antialiased(network, map, new_size, new_size, Border::replicate);
}

// How much smaller than the crop a network that enlarges gets it. A crop that was enlarged itself shows the network no
// detail but blur, which it was not made to take back; and pictures of a film are softer than their pixels.
int shrink_for(const Face& face, int asked, int factor) {
  if (asked > 0 || factor == 1) return std::max(asked, 1);
  const auto& map = face.info.image_to_face_mat;
  const double enlarged = map ? std::hypot(map->m[0], map->m[3]) : 1;
  return std::clamp(static_cast<int>(enlarged) + 1, 2, factor);
}

Result<ImageF> enhanced(const Face& face, int shrink, Enhancer& enhancer) {
  const ImageF picture = to_float(face.image_bgr);
  const int side = std::max(16, picture.width / shrink);
  return enhancer.enhance(side < picture.width ? resize(picture, side, side, Interpolation::area) : picture);
}

}  // namespace

Result<std::string> enhance_faceset(const EnhancePaths& paths, const EnhanceOptions& options, Run& run) {
  const int threads = thread_count(options.threads);
  TRY(auto first,
      Enhancer::load(options.network, {options.range, options.colour_order, options.tile, options.control, threads}));
  std::vector<Enhancer> enhancers;
  for (int i = 1; i < threads; ++i) enhancers.push_back(first.share());
  enhancers.push_back(std::move(first));
  const auto make = [&](const Face& face, unsigned thread, Tally&) -> Result<Face> {
    if (face.image_bgr.width != face.image_bgr.height) return fail(Code::bad_file, "it is not square");
    const int size = face.image_bgr.width, wanted = options.image_size > 0 ? options.image_size : size;
    Enhancer& enhancer = enhancers[thread];
    TRY(const ImageF better, enhanced(face, shrink_for(face, options.shrink, enhancer.factor()), enhancer));
    Face out = face;
    if (wanted != size) {
      TRY(out, recropped(face, wanted, {}));
      out.image_bgr = blended(out.image_bgr, at_size(better, size, wanted), options.strength);
    } else {
      out.image_bgr = blended(face.image_bgr, at_own_size(better, size), options.strength);
    }
    return out;
  };
  EnhanceOptions copy = options;
  const Rewriting work{paths.faces, paths.results, "enhance", options.jpeg_quality, options.replace, threads};
  return rewrite_faces(work, rows_of(copy), {}, run, make);
}

}  // namespace understudy
