// SPDX-License-Identifier: Apache-2.0
// DeepFaceLab's XSeg files: XSeg_256.npy, XSeg_256_opt.npy, XSeg_data.dat (spec networks-and-training.md 2). The
// pickles are read by the restricted reader.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/face/face_type.hpp"
#include "lib/loop/model_store.hpp"
#include "lib/xseg/xseg_options.hpp"

namespace understudy {

struct DflXseg {
  std::map<std::string, Tensor> weights;    // named as here, in LibTorch's layouts
  std::map<std::string, Tensor> optimizer;  // empty without its file
  std::optional<FaceType> face_type;        // none without XSeg_data.dat
  std::optional<int> batch_size;
  bool pretrain = false;
  std::int64_t iteration = 0;
  std::vector<float> losses;
};
// A tensor that is missing or does not fit is refused, never initialised anew. Weights from before May 2021 had another
// network and are refused with a sentence that says so.
Result<DflXseg> read_dfl_xseg(const fs::path& folder, bool optimizer);
// Whether its XSeg_data.dat says that it has only learned to redraw faces. One that cannot be read says nothing.
bool is_pretrained_dfl_xseg(const fs::path& folder);

// Writes the three files, or two where there is no optimiser's; returns their paths. Takes the folder meanwhile. A file
// that is there is Code::bad_option unless `replace`; then one that was not made here is put aside, and `tell` gets a
// sentence that says so. What is replaced goes when all is written: when anything fails before, the folder is as it
// was.
Result<std::vector<fs::path>> write_dfl_xseg(const XsegDescription&, const LoadedGeneration&, const fs::path& folder,
                                             bool replace, const std::function<void(std::string)>& tell = {});

}  // namespace understudy
