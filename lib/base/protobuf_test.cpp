// SPDX-License-Identifier: Apache-2.0
// The examples of protobuf.dev, "Encoding", byte for byte.
#include "lib/base/protobuf.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::protobuf {
namespace {

std::string hex(const Message& message) {
  std::string text;
  for (const char c : message.bytes()) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

TEST(Protobuf, NumbersAreVarints) {
  EXPECT_EQ(hex(Message().varint(1, 150)), "089601");
  EXPECT_EQ(hex(Message().varint(1, 0)), "0800");
  EXPECT_EQ(hex(Message().varint(1, static_cast<std::uint64_t>(-2))), "08feffffffffffffffff01");
  EXPECT_EQ(hex(Message().varint(16, 1)), "800101");  // the first number whose key takes two bytes
}

TEST(Protobuf, TextAndMessagesHaveALength) {
  EXPECT_EQ(hex(Message().text(2, "testing")), "120774657374696e67");
  EXPECT_EQ(hex(Message().message(3, Message().varint(1, 150))), "1a03089601");
  const std::string long_text(300, 'x');
  EXPECT_EQ(Message().text(2, long_text).bytes(), "\x12\xac\x02" + long_text);
}

TEST(Protobuf, FloatsAreLittleEndian) {
  EXPECT_EQ(hex(Message().fixed32(2, 1.0f)), "150000803f");
  EXPECT_EQ(hex(Message().fixed64(1, -2.0)), "0900000000000000c0");
}

TEST(Protobuf, RepeatedFieldsFollowEachOther) {
  EXPECT_EQ(hex(Message().text(4, "hello").varint(5, 1).varint(5, 2).varint(5, 3)), "220568656c6c6f280128022803");
}

}  // namespace
}  // namespace understudy::protobuf
