// SPDX-License-Identifier: Apache-2.0
// A network of XSeg's kind as a Masker; internal to the room.
#pragma once

#include <map>

#include "lib/nets/xseg.hpp"
#include "lib/xseg/xseg_masker.hpp"

namespace understudy {

class NetMasker : public Masker {
 public:
  // Faces are brought to the network's resolution, and masks back.
  static Result<std::unique_ptr<Masker>> make(const XsegShape&, const std::map<std::string, Tensor>& weights,
                                              std::optional<FaceType>, const MaskerOptions&);
  Result<std::vector<ImageF>> masks(std::span<const ImageF> bgr) override;
  std::optional<FaceType> face_type() const override { return type_; }

 private:
  NetMasker(const XsegShape&, const Device&, Precision, std::optional<FaceType>);
  Parameters parameters_;
  XsegNet net_;
  std::optional<FaceType> type_;
};

}  // namespace understudy
