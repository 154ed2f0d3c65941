// SPDX-License-Identifier: Apache-2.0
#include "fuzz/faces.hpp"
#include "fuzz/target.hpp"
#include "lib/base/pickle_objects.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  const auto dict = dict_from_face_info(face_info());
  const float numbers[] = {1, 2, 3, 4, 5, 6};
  pickle::Value mixed = pickle::Value::dict();
  mixed.set("array", NdArray::of<float>(numbers, {2, 3}));
  mixed.set("enum", pickle::Enum{"facelib.FaceType", "FaceType", 4});
  mixed.set("list", pickle::Value::list({1, 2.5, "text", true, {}}));
  return {pickle::write(dict, pickle::Protocol::three), pickle::write(dict), pickle::write(mixed)};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  if (const auto value = pickle::read(Bytes(data, data + size))) {
    (void)pickle::write(*value);
    (void)face_info_from_dict(*value);
  }
  (void)pickle::read_objects(Bytes(data, data + size));
  (void)pickle::read_items(Bytes(data, data + size), [](const auto&, const auto&) -> Result<> { return {}; });
  return 0;
}
