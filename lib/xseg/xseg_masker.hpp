// SPDX-License-Identifier: Apache-2.0
// A trained mask network as a function of faces, whatever it was saved as.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/face/face_type.hpp"
#include "lib/image/image.hpp"

namespace understudy {

class Masker {
 public:
  virtual ~Masker() = default;
  // Pictures of 256 x 256 BGR, 0..1, to masks of that size, 0..1, with all below 0.1 at 0. Not thread-safe.
  virtual Result<std::vector<ImageF>> masks(std::span<const ImageF> bgr) = 0;
  // What it was trained on, where its files tell.
  virtual std::optional<FaceType> face_type() const = 0;
  // Of the weights that were opened: two numbers for two networks, whatever they are called.
  std::uint64_t content() const { return content_; }
  void set_content(std::uint64_t content) { content_ = content; }

 private:
  std::uint64_t content_ = 0;
};

struct MaskerOptions {
  int threads = 0;
  bool gpu = true;
};

// Where a workspace's XSeg model lies: MODELS/XSeg, or MODELS itself where DeepFaceLab's files are and ours has not
// learned from labels yet. A damaged one of ours stays it: whoever opens it tells.
fs::path xseg_model_in(const fs::path& models);
// Whether open_masker() would find anything there: a model of our own that has not learned from labels yet is none.
bool is_masker(const fs::path&);
// That it is DeepFaceLab's model that is taken there, in a sentence; empty where it is not.
std::string whose_masker(const fs::path&);
std::string why_no_masker(const fs::path&);  // that the generic mask is taken in its place, in a sentence
// A folder of our own model; a folder with DeepFaceLab's XSeg_256.npy (and XSeg_data.dat); an XSeg .onnx file.
Result<std::unique_ptr<Masker>> open_masker(const fs::path&, const MaskerOptions&, std::vector<std::string>& warnings);

}  // namespace understudy
