// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/prediction_cache.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

ImageF picture(int side, int channels, float value) {
  ImageF image(side, side, channels);
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = value + 0.001f * static_cast<float>(i % 100);
  return at_sixteen_bits(std::move(image));
}

class Predictions : public testing::Test {
 protected:
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) count += entry.path().extension() == ".prediction";
    return count;
  }
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path / "predictions";
  const std::vector<ImageF> answer_{picture(32, 3, 0.1f), picture(32, 1, 0.2f)};
};

TEST_F(Predictions, ComeBackAlsoInAnotherRun) {
  PredictionCache cache(folder_, 1 << 20);
  EXPECT_FALSE(cache.find(7));
  cache.keep(7, answer_);
  EXPECT_EQ(cache.find(7), answer_);
  PredictionCache again(folder_, 1 << 20);
  EXPECT_EQ(again.find(7), answer_);
  EXPECT_FALSE(again.find(8));
  EXPECT_EQ(again.found(), 1u);
}

TEST_F(Predictions, KeysTellQuestionsAndNetworksApart) {
  const ImageF face = picture(32, 3, 0.3f);
  ImageF other = face;
  other.at(5, 5, 1) += 0.01f;
  EXPECT_EQ(PredictionCache::key_of(face, 1), PredictionCache::key_of(face, 1));
  EXPECT_NE(PredictionCache::key_of(face, 1), PredictionCache::key_of(face, 2));
  EXPECT_NE(PredictionCache::key_of(face, 1), PredictionCache::key_of(other, 1));
}

TEST_F(Predictions, DamagedOnesAreMadeAgain) {
  PredictionCache cache(folder_, 1 << 20);
  cache.keep(7, answer_);
  const fs::path file = fs::directory_iterator(folder_)->path();
  Bytes bytes = *read_file(file);
  for (const std::size_t at : {std::size_t{3}, std::size_t{12}, std::size_t{16}, bytes.size() - 1}) {
    Bytes broken = bytes;
    broken[at] ^= 1;
    ASSERT_TRUE(write_file(file, broken));
    EXPECT_FALSE(cache.find(7)) << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, bytes.size() / 2}) {
    ASSERT_TRUE(write_file(file, std::span(bytes).first(size)));
    EXPECT_FALSE(cache.find(7)) << size;
  }
  cache.keep(7, answer_);
  EXPECT_EQ(cache.find(7), answer_);
}

TEST_F(Predictions, TheOldestGoWhenThereIsNoRoomAndOthersFilesStay) {
  fs::create_directories(folder_);
  ASSERT_TRUE(write_text(folder_ / "notes.txt", "somebody's"));
  ASSERT_TRUE(write_text(folder_ / "x.prediction", "somebody's"));
  constexpr std::uint64_t each = 32 * 32 * 4 * 2 + 40;  // bytes of one answer
  PredictionCache cache(folder_, 3 * each);
  for (std::uint64_t key = 1; key <= 3; ++key) cache.keep(key, answer_);
  EXPECT_TRUE(cache.find(1));  // so that 2 is the one that nobody asked for longest
  cache.keep(4, answer_);
  EXPECT_FALSE(cache.find(2));
  for (const std::uint64_t key : {1, 3, 4}) EXPECT_TRUE(cache.find(key)) << key;
  EXPECT_EQ(files(), 4u);
  PredictionCache(folder_, each);
  EXPECT_EQ(files(), 2u);
  PredictionCache(folder_, 0);
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(*read_text(folder_ / "x.prediction"), "somebody's");
  EXPECT_EQ(*read_text(folder_ / "notes.txt"), "somebody's");
}

TEST_F(Predictions, NoBudgetKeepsNothing) {
  PredictionCache cache(folder_, 0);
  cache.keep(7, answer_);
  EXPECT_FALSE(cache.find(7));
  EXPECT_FALSE(fs::exists(folder_));
}

}  // namespace
}  // namespace understudy
