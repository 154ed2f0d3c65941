// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/recorded_work.hpp"

#include "lib/base/system.hpp"

namespace understudy {

std::unique_ptr<RecordedWork> make_recorded_work(const Device& device) {
  if (!device.device.is_cuda()) return nullptr;
  using Make = RecordedWork* (*)();
  // A library of its own: it names symbols of libtorch_cuda.so, which a machine without a GPU does not have.
  const fs::path library = executable_path().parent_path() / "libunderstudy_cuda.so";
  const auto make = reinterpret_cast<Make>(library_function(library.c_str(), "understudy_make_cuda_graph"));
  return std::unique_ptr<RecordedWork>(make == nullptr ? nullptr : make());
}

}  // namespace understudy
