// SPDX-License-Identifier: Apache-2.0
// Writes the faces of one frame where an earlier run may have written others: what somebody did by hand is carried
// over, what was weeded out stays out, and what is not ours any more is put aside rather than replaced.
#pragma once

#include <set>

#include "lib/base/made_files.hpp"
#include "steps/2_extract/present_faces.hpp"

namespace understudy {

struct NewFace {
  Face face;
  bool by_hand = false;  // placed by hand: it is wanted whatever was thrown out before
};

// Which track goes through a face that lies there.
struct TrackOfFace {
  Rect box;  // face_box()
  int track = 0;
};

// Thread-safe: each call is about one frame's own faces.
class FaceKeeper {
 public:
  FaceKeeper(fs::path folder, PresentFaces present, int jpeg_quality, std::function<void(std::string)> tell)
      : folder_(std::move(folder)),
        present_(std::move(present)),
        jpeg_quality_(jpeg_quality),
        aside_(folder_, std::move(tell)) {}

  // `before`: the frame's record of an earlier run, or null. `bring_back`: faces that were thrown out are wanted again.
  // Fills in the record's files, marks and out.
  Result<> write(std::span<NewFace>, const FrameRecord* before, bool bring_back, FrameRecord&);
  // Has the frame's faces say the numbers that their tracks bear now, and the record know them so. Nothing else of them
  // changes.
  Result<> renumber(std::span<const TrackOfFace>, FrameRecord&);
  const PresentFaces& present() const { return present_; }
  const Aside& aside() const { return aside_; }

 private:
  struct Frame;
  Result<> replace(Frame&, std::size_t present, NewFace&, FrameRecord&);
  Result<> add(Frame&, const NewFace&, FrameRecord&);
  Result<> put(const std::string& name, const Bytes& jpeg, const Rect& box, FrameRecord&);
  static Result<> note(const std::string& name, const Bytes& jpeg, const Rect& box, FrameRecord&);
  Result<> clear_leftovers(const Frame&);
  Result<std::string> free_name(const Frame&, const std::string& frame_name);

  fs::path folder_;
  PresentFaces present_;
  int jpeg_quality_;
  Aside aside_;
};

}  // namespace understudy
