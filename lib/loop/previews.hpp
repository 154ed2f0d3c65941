// SPDX-License-Identifier: Apache-2.0
// Pictures by which a training is looked at.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/image/image.hpp"
#include "lib/loop/loss_graph.hpp"

namespace understudy {

struct NamedPreview {
  std::string name;  // "SAEHD masked"
  ImageU8 bgr;
};

// Previews that are still to be drawn. The thread that trains runs the network and keeps in here what came out; any
// other may draw, without LibTorch.
struct Previews {
  std::vector<std::string> names;  // in the order in which the space key shows them
  std::size_t main = 0;            // the one that preview.png holds until another is asked for
  // `range` and `marks` are the loss graph's; every name gets the `suffix`.
  std::function<std::vector<NamedPreview>(const LossHistory&, std::int64_t range, const LossMarks&,
                                          const std::string& suffix)>
      draw;
};

}  // namespace understudy
