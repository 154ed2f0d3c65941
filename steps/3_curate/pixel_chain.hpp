// SPDX-License-Identifier: Apache-2.0
// The sort by absolute pixel difference (spec pipeline.md 5.4).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "lib/image/image.hpp"
#include "lib/jobs/run.hpp"

namespace understudy {

// Picture number i, BGR; called from several threads.
using LoadPicture = std::function<Result<ImageU8>(std::size_t)>;

// The chain of DeepFaceLab's "absdiff": from picture 0 on, always the nearest (or with `farthest` the farthest) of the
// remaining ones by the sum of |a - b| over all pixels and channels; of equals the first. The order is exactly that of
// comparing all pairs pixel by pixel; most pairs are ruled out by what their mean colours and deviations, block by
// block, say that the sum is at least, or at most. Pictures stay in memory up to `cache_bytes` and are loaded again
// when they are needed again. All must have one size (bad_option).
struct PixelChainOptions {
  bool farthest = false;
  int threads = 0;
  std::uint64_t cache_bytes = std::uint64_t{512} << 20;
};
struct PixelChain {
  std::vector<std::size_t> order;
  std::uint64_t compared = 0;  // pairs of pictures, pixel by pixel
  std::uint64_t loaded = 0;    // pictures, counting repeats
};
Result<PixelChain> pixel_chain(std::size_t count, const LoadPicture&, const PixelChainOptions&, Run&);

}  // namespace understudy
