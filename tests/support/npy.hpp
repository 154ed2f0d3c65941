// SPDX-License-Identifier: Apache-2.0
// numpy's own files, in which the reference data lie: .npy and .npz (stored or deflated). Element types: f2 f4 f8,
// i1-i8, u1-u8, bool. DeepFaceLab's models bear the name .npy too, but are pickles (lib/base/pickle.hpp).
#pragma once

#include <map>
#include <string>

#include "lib/base/ndarray.hpp"

namespace understudy {

Result<NdArray> parse_npy(Blob file);
Result<NdArray> read_npy(const fs::path&);
Result<> write_npy(const fs::path&, const NdArray&);
// The arrays of an .npz by name, without the ".npy" ending.
Result<std::map<std::string, NdArray>> read_npz(const fs::path&);

}  // namespace understudy
