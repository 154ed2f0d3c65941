// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/landmarks68.hpp"

namespace understudy {
namespace {

// The mesh vertex nearest to each iBUG point. Derivation: over 13 frames of two people whose 68 points are known, each
// point's vertex is the one with the smallest mean distance (0.8 to 3 % of the distance between the eyes; the next best
// vertex is mostly several times farther off). Three ties within noise (2: 93 or 137, 64: 308 or 292, 67 and 61 against
// inner neighbours) are settled by symmetry with the other half of the face. detect_test.cpp repeats the comparison.
constexpr std::array<int, 68> vertex_of{162, 234, 93,  58,  172, 136, 149, 148, 152, 377, 378, 365,
                                        397, 288, 323, 454, 389,       // 0-16 jaw
                                        71,  63,  105, 66,  107,       // 17-21 image-left brow
                                        336, 296, 334, 293, 301,       // 22-26 image-right brow
                                        168, 197, 5,   4,              // 27-30 bridge of the nose
                                        75,  97,  2,   326, 305,       // 31-35 nostrils
                                        33,  160, 158, 133, 153, 144,  // 36-41 image-left eye
                                        362, 385, 387, 263, 373, 380,  // 42-47 image-right eye
                                        61,  39,  37,  0,   267, 269, 291, 405, 314, 17,  84,  181,  // 48-59 outer lips
                                        78,  82,  13,  312, 308, 317, 14,  87};                      // 60-67 inner lips

}  // namespace

Landmarks68 landmarks68(const Mesh& mesh) {
  Landmarks68 points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& p = mesh.points[static_cast<std::size_t>(vertex_of[i])];
    points[i] = {p[0], p[1]};
  }
  return points;
}

}  // namespace understudy
