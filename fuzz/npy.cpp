// SPDX-License-Identifier: Apache-2.0
#include "lib/base/npy.hpp"

#include "fuzz/target.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  const float numbers[] = {1, 2, 3, 4, 5, 6};
  const fs::path path = as_file(nullptr, 0, "seed.npy");
  if (!write_npy(path, NdArray::of<float>(numbers, {3, 2}))) return {};
  return {*read_file(path)};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  if (const auto array = parse_npy(Blob(Bytes(data, data + size)))) (void)array->to<float>();
  (void)read_npz(fuzz::as_file(data, size, "input.npz"));
  return 0;
}
