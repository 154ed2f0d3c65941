// SPDX-License-Identifier: Apache-2.0
// What people and other programs write: filter expressions and lists of faces placed by hand.
#include "fuzz/target.hpp"
#include "lib/selection/filter.hpp"
#include "steps/2_extract/manual.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  auto bytes = [](std::string_view text) { return Bytes(text.begin(), text.end()); };
  std::string mark = "[1.5,2]";
  std::string marks = mark;
  for (int i = 1; i < 68; ++i) marks += "," + mark;
  return {bytes("yaw < -0.4 && blur > 0.2"), bytes("!(mouth_open >= 0.1) || source ~ '0001'"),
          bytes("abs(yaw) + 2 * max(pitch, roll) != known(blur)"),
          bytes(R"({"frames":{"00001.png":{"faces":[{"rect":[1,2,30,40]},{"landmarks":[)" + marks + "]}]}}}")};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto filter = Filter::parse(text)) (void)filter->holds(CatalogueEntry{});
  (void)read_manual(fuzz::as_file(data, size, "manual.json"));
  return 0;
}
