// SPDX-License-Identifier: Apache-2.0
// numpy's own files: .npy and .npz (stored or deflated). Element types: f2 f4 f8, i1-i8, u1-u8, bool.
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
