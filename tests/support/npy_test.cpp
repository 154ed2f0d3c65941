// SPDX-License-Identifier: Apache-2.0
#include "tests/support/npy.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

fs::path reference() {
  const char* set = std::getenv("UNDERSTUDY_REFERENCE");
  return set ? fs::path(set) : fs::path("../shared/reference");
}

TEST(Npy, RoundTrip) {
  const ScratchFolder scratch;
  const auto path = scratch.path / "a.npy";
  const std::vector<double> values = {1, 2, 3, 4, 5, 6};
  for (const auto& shape : {std::vector<std::int64_t>{6}, {2, 3}, {1, 3, 2}}) {
    const auto array = NdArray::of<double>(values, shape);
    ASSERT_TRUE(write_npy(path, array));
    const auto back = read_npy(path);
    ASSERT_TRUE(back) << to_sentence(back.error());
    EXPECT_EQ(*back, array);
  }
}

TEST(RealNpy, EveryArchiveIsRead) {
  if (!fs::exists(reference() / "dfl")) GTEST_SKIP() << "no reference data";
  int archives = 0;
  for (const auto& entry : fs::recursive_directory_iterator(reference() / "dfl")) {
    if (entry.path().extension() != ".npz") continue;
    const auto arrays = read_npz(entry.path());
    ASSERT_TRUE(arrays) << to_sentence(arrays.error());
    EXPECT_FALSE(arrays->empty());
    ++archives;
  }
  EXPECT_GT(archives, 0);
}

}  // namespace
}  // namespace understudy
