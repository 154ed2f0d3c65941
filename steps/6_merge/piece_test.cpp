// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/piece.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

using Next = Result<std::optional<media::TimedImage>>;

class Piece : public ::testing::Test {
 protected:
  // One of `frames` frames, with a failure in the place of frame `failing`.
  Result<bool> write(int frames, int failing, Code code) {
    int asked = 0;
    media::VideoOptions options;
    options.preset = "ultrafast";
    return write_piece(file_, options, [&, asked]() mutable -> Next {
      if (asked == failing) return fail(code, "frame {} fails", asked);
      if (asked == frames) return std::optional<media::TimedImage>();
      return std::optional(media::TimedImage{ImageU8(64, 48, 3, 90), asked++});
    });
  }

  const ScratchFolder scratch_;
  const fs::path file_ = scratch_.path / "piece.mp4";
};

TEST_F(Piece, WithoutFramesItIsEmptyAndWithThemWritten) {
  EXPECT_EQ(write(0, -1, Code::internal), false);
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_EQ(write(3, -1, Code::internal), true);
  EXPECT_TRUE(fs::exists(file_));
}

TEST_F(Piece, WhateverFailsIsNoEmptyPiece) {
  for (const Code code : {Code::not_found, Code::io, Code::cancelled}) {
    for (const int failing : {0, 1, 2}) {
      const auto written = write(3, failing, code);
      ASSERT_FALSE(written) << failing;
      EXPECT_EQ(written.error().code, code) << failing;
      EXPECT_FALSE(fs::exists(file_));
    }
  }
}

}  // namespace
}  // namespace understudy
