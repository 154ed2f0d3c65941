// SPDX-License-Identifier: Apache-2.0
// One enhancing network for any number of threads.
#pragma once

#include <memory>

#include "lib/enhance/enhancer.hpp"
#include "lib/infer/pool.hpp"

namespace understudy {

// Thread-safe. Up to `use.threads` pictures are made at the same time.
class EnhancerPool {
 public:
  // As Enhancer::load(). not_found and bad_file tell what is wrong with the file.
  static Result<std::unique_ptr<EnhancerPool>> open(const std::filesystem::path& network, const NetworkUse&);
  // The same number for the same network, used in the same way, and nothing else; wherever its file lies.
  std::uint64_t content() const { return content_; }
  // The network's picture of a square BGR picture 0..1, brought to `side` x `side` pixels. 0..1.
  Result<ImageF> enhance(const ImageF& bgr, int side);

 private:
  explicit EnhancerPool(Enhancer first, std::uint64_t content) : pool_(std::move(first)), content_(content) {}
  infer::Pool<Enhancer> pool_;
  std::uint64_t content_;
};

}  // namespace understudy
