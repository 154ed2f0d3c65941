// SPDX-License-Identifier: Apache-2.0
// What one training iteration works on.
#pragma once

#include "lib/tensor/tensor.hpp"

namespace understudy {

// One side of a batch, float32 0..1: images (N,3,R,R) BGR, masks (N,1,R,R).
struct BatchSide {
  Tensor warped;      // network input
  Tensor target;      // what it shall give back
  Tensor mask;        // full face
  Tensor eyes_mouth;  // only read with the eyes_mouth rule
};
struct Batch {
  BatchSide src, dst;  // dst's tensors are undefined in a batch of src alone (--dst-every)
  bool has_dst() const { return dst.target.defined(); }
  std::int64_t size() const { return src.target.size(0); }
  // The batch of f(tensor) of every tensor that is there.
  template <class F>
  Batch each(F&& f) const {
    auto of = [&](const Tensor& t) { return t.defined() ? f(t) : t; };
    auto side = [&](const BatchSide& s) { return BatchSide{of(s.warped), of(s.target), of(s.mask), of(s.eyes_mouth)}; };
    return {side(src), side(dst)};
  }
  // Samples [from, from + count) of every tensor.
  Batch part(std::int64_t from, std::int64_t count) const;
};

}  // namespace understudy
