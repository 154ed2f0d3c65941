// SPDX-License-Identifier: Apache-2.0
// The weights of a convolution, transformed, for one panel of outputs at a time; internal to the room.
#pragma once

#include "lib/winograd/kernels.hpp"

namespace understudy::winograd {

class WeightPanels {
 public:
  // weight (out,3,3,in). `turned`: of the gradient of the inputs, whose outputs are the convolution's inputs and whose
  // kernels are turned by 180 degrees.
  WeightPanels(const float* weight, int in, int out, bool turned)
      : weight_(weight), in_(in), out_(out), turned_(turned) {}

  // For each input (rounded up to whole panels) 36 lines of outputs which*16 and on, `plane` floats apart.
  void make(int which, float* u, Step plane) const {
    turned_ ? make_turned(which, u, plane) : make_plain(which, u, plane);
  }

 private:
  void make_plain(int which, float* u, Step plane) const;
  void make_turned(int which, float* u, Step plane) const;

  const float* weight_;
  int in_, out_;
  bool turned_;
};

}  // namespace understudy::winograd
