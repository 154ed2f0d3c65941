// SPDX-License-Identifier: Apache-2.0
// From MediaPipe's 468 mesh points to the 68 iBUG points that DeepFaceLab's alignment is defined on.
#pragma once

#include "lib/detect/face_mesh.hpp"
#include "lib/face/landmarks.hpp"

namespace understudy {

Landmarks68 landmarks68(const Mesh&);

// The square to look into for a face with these landmarks, one and a half times its box with a forehead, turned so that
// the eyes are level.
Roi square_around(const Landmarks68&);

}  // namespace understudy
