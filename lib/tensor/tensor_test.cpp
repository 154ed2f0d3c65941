// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "lib/base/scratch_folder.hpp"
#include "lib/tensor/caching_allocator.hpp"
#include "lib/tensor/parallel.hpp"
#include "lib/tensor/safetensors.hpp"
#include "lib/tensor/spinning.hpp"

namespace understudy {
namespace {

TEST(Safetensors, RoundTripKeepsShapesTypesAndValues) {
  const ScratchFolder scratch;
  const auto path = scratch.path / "a.safetensors";
  const Tensor a = torch::randn({3, 4, 5, 2}).contiguous(torch::MemoryFormat::ChannelsLast);
  const Tensor b = torch::randn({7}).to(torch::kBFloat16), c = torch::tensor({42L});
  const auto checksum = write_safetensors(path, {{"a", a}, {"b/weight", b}, {"iters", c}, {"none", torch::empty({0})}});
  ASSERT_TRUE(checksum);
  const auto read = read_safetensors(path, *checksum);
  ASSERT_TRUE(read) << to_sentence(read.error());
  EXPECT_TRUE(torch::equal(read->at("a"), a));
  EXPECT_TRUE(torch::equal(read->at("b/weight"), b));
  EXPECT_EQ(read->at("iters").item<long>(), 42);
  EXPECT_EQ(read->at("none").numel(), 0);
  EXPECT_FALSE(read_safetensors(path, *checksum + 1));
}

// Every single byte of the header region turned over: never a crash, and never accepted under the checksum.
TEST(Safetensors, DamageIsRefused) {
  const ScratchFolder scratch;
  const auto path = scratch.path / "a.safetensors";
  const auto checksum = *write_safetensors(path, {{"a", torch::ones({4, 4})}});
  const Bytes good = *read_file(path);
  for (std::size_t i = 0; i < good.size(); i += 3) {
    Bytes bad = good;
    bad[i] ^= 0x5a;
    ASSERT_TRUE(write_file(path, bad));
    EXPECT_FALSE(read_safetensors(path, checksum)) << i;
    (void)read_safetensors(path);
  }
  for (std::size_t size : {0u, 7u, 20u, static_cast<unsigned>(good.size() - 1)}) {
    ASSERT_TRUE(write_file(path, std::span(good).first(size)));
    EXPECT_FALSE(read_safetensors(path)) << size;
  }
}

TEST(Tensor, ImagesGoThereAndBack) {
  ImageF image(5, 3, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = static_cast<float>(i);
  const Tensor t = to_tensor(std::array{image, image});
  EXPECT_EQ(t.sizes(), torch::IntArrayRef({2, 3, 3, 5}));
  EXPECT_TRUE(t.is_contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_EQ(t[1][2][1][4].item<float>(), image.at(4, 1, 2));
  EXPECT_EQ(to_image(t, 1), image);
}

TEST(CachingAllocator, KeepsBlocksForTheSameSize) {
  install_caching_allocator();
  { const Tensor t = torch::ones({1 << 20}); }
  EXPECT_GE(cached_memory_bytes(), std::size_t{4} << 20);
  const auto before = cached_memory_bytes();
  const Tensor t = torch::full({1 << 20}, 3.0f);
  EXPECT_LT(cached_memory_bytes(), before);
  EXPECT_EQ(t.sum().item<float>(), 3.0f * (1 << 20));
  release_cached_memory();
  EXPECT_EQ(cached_memory_bytes(), 0u);
}

TEST(Parallel, DoesEachItemOnceAndPassesErrorsOn) {
  const int threads = at::get_num_threads();
  at::set_num_threads(3);
  std::vector<int> done(1000);
  parallel_items(1000, [&](int item, int thread) {
    ++done[static_cast<std::size_t>(item)];
    EXPECT_LT(thread, 3);
  });
  EXPECT_EQ(done, std::vector<int>(1000, 1));
  EXPECT_THROW(parallel_items(100, [](int item, int) { check(item != 50, "stop"); }), std::exception);
  at::set_num_threads(threads);
}

// Whether the machine is busy decides, and only how threads wait: a loop does the same with sleeping ones.
TEST(Parallel, WorksWithSleepingThreads) {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  std::vector<int> done(100);
  {
    const SleepingThreads sleeping;
    for (int round = 0; round < 10; ++round)
      parallel_items(100, [&](int item, int) { ++done[static_cast<std::size_t>(item)]; });
  }
  parallel_items(100, [&](int item, int) { ++done[static_cast<std::size_t>(item)]; });
  EXPECT_EQ(done, std::vector<int>(100, 11));
  at::set_num_threads(threads);
}

// A file of a few hundred bytes asks for no more memory than it has.
TEST(Safetensors, EntriesThatShareTheirBytesAreRefused) {
  const auto parsed = [](const std::string& header, std::size_t data) {
    const std::uint64_t size = header.size();
    Bytes bytes(sizeof size + header.size() + data);
    std::memcpy(bytes.data(), &size, sizeof size);
    std::ranges::copy(header, bytes.begin() + sizeof size);
    return parse_safetensors(bytes, "a.safetensors");
  };
  const std::string whole = R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})";
  EXPECT_TRUE(parsed(R"({"a":)" + whole + "}", 16));
  const auto twice = parsed(R"({"a":)" + whole + R"(,"b":)" + whole + "}", 16);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::bad_file);
  for (const char* shape :
       {"[0,4611686018427387904,4611686018427387904]", "[4611686018427387904,4611686018427387904,0]"}) {
    const auto vast = parsed(fmt::format(R"({{"a":{{"dtype":"F32","shape":{},"data_offsets":[0,0]}}}})", shape), 16);
    ASSERT_FALSE(vast) << shape;
    EXPECT_EQ(vast.error().code, Code::bad_file);
  }
  const auto none = parsed(R"({"a":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}})", 0);
  ASSERT_TRUE(none) << to_sentence(none.error());
  EXPECT_EQ(none->at("a").size(1), 5);
}

}  // namespace
}  // namespace understudy
