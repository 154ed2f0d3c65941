// SPDX-License-Identifier: Apache-2.0
// Batches for XSeg, made ahead: of labelled faces, or, while pretraining, of any faces that are to be redrawn in grey.
#pragma once

#include <functional>
#include <memory>

#include "lib/loop/batches_ahead.hpp"
#include "lib/tensor/tensor.hpp"
#include "lib/xseg/labelled_faces.hpp"
#include "lib/xseg/xseg_augment.hpp"

namespace understudy {

struct XsegBatch {
  Tensor bgr;     // (N,3,256,256), 0..1
  Tensor target;  // (N,1,256,256): the mask, or the same faces in grey
};

struct XsegSourceSettings {
  int batch_size = 4;
  bool augment = true;
  bool occluders = false;  // drawn things before some of the labelled faces
  std::uint64_t seed = 0;
  int threads = 0;  // that make batches; 0: half the processors
  Device device;    // where batches are wanted
};

class XsegSource {
 public:
  static Result<std::unique_ptr<XsegSource>> of_labels(LabelledFaces, const XsegSourceSettings&);
  // `folders`: each of aligned faces or with their faceset.pak.
  static Result<std::unique_ptr<XsegSource>> of_grey(const std::vector<fs::path>& folders, FaceType,
                                                     const XsegSourceSettings&);

  // Batch number k, the same whatever was asked for before. Asking for k, k+1, … finds them ready.
  Result<XsegBatch> batch(std::int64_t k) { return batches_.take(k); }
  double seconds_waited() const { return batches_.seconds_waited(); }
  // Faces as they are, evenly spread over the set.
  Result<XsegBatch> fixed(int count);
  std::size_t count() const { return faces_->count(); }
  std::vector<std::string> take_warnings() { return faces_->take_warnings(); }

  // Where its samples come from; internal to the room. Thread-safe.
  class Faces {
   public:
    virtual ~Faces() = default;
    virtual std::size_t count() const = 0;
    virtual Result<XsegSample> plain(std::size_t index) = 0;    // `mask` is the target
    virtual Result<XsegSample> drawn(std::uint64_t place) = 0;  // of the endless order
    virtual std::vector<std::string> take_warnings() = 0;
  };

 private:
  XsegSource(std::unique_ptr<Faces>, const XsegSourceSettings&);
  static Result<std::unique_ptr<XsegSource>> started(std::unique_ptr<Faces>, const XsegSourceSettings&);
  Result<XsegBatch> made(std::int64_t k);
  std::unique_ptr<Faces> faces_;
  XsegSourceSettings settings_;
  BatchesAhead<XsegBatch> batches_;  // behind what its threads read
};

// BT.601 luma of BGR 0..1, one channel.
ImageF grey_of(const ImageF& bgr);

}  // namespace understudy
