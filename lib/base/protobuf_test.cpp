// SPDX-License-Identifier: Apache-2.0
// The examples of protobuf.dev, "Encoding", byte for byte.
#include "lib/base/protobuf.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lib/base/protobuf_reader.hpp"
#include "lib/base/scratch_folder.hpp"

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

class ProtobufReader : public ::testing::Test {
 protected:
  Input input(std::string_view bytes) {
    EXPECT_TRUE(write_text(file_, bytes));
    return *Input::open(file_);
  }
  const ScratchFolder scratch_;
  const fs::path file_ = scratch_.path / "message";
};

TEST_F(ProtobufReader, GivesBackWhatWasWritten) {
  const std::string long_text(10'000, 'x');  // longer than what is read at once
  const Message inner = Message().varint(1, 150).text(2, "testing");
  auto in = input(Message().message(3, inner).text(4, long_text).fixed32(5, 1).fixed64(6, 2).varint(16, ~0ull).bytes());
  Fields fields(in, 0, in.size());
  const auto message = fields.next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->number, 3);
  EXPECT_FALSE(message->value);
  Fields within(in, *message);
  EXPECT_EQ(within.next()->value, 150u);
  const auto text = within.next();
  EXPECT_EQ(in.bytes(text->begin, text->end - text->begin), "testing");
  EXPECT_FALSE(within.next());
  EXPECT_FALSE(within.damaged());
  const auto skipped = fields.next();
  EXPECT_EQ(in.bytes(skipped->begin, skipped->end - skipped->begin), long_text);
  for (const std::uint64_t size : {4u, 8u}) {
    const auto number = fields.next();
    EXPECT_EQ(number->end - number->begin, size);
  }
  const auto last = fields.next();
  EXPECT_EQ(last->number, 16);
  EXPECT_EQ(last->value, ~0ull);
  EXPECT_FALSE(fields.next());
  EXPECT_FALSE(fields.damaged());
}

TEST_F(ProtobufReader, NothingReachesPastItsMessage) {
  const std::string past =
                        "\x0a\x05"
                        "abc",
                    group = "\x0b", endless(12, '\xff'), cut = "\x08", no_number("\x00\x01", 2),
                    huge = "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  for (const auto& bytes : {past, group, endless, cut, no_number, huge}) {
    auto in = input(bytes);
    Fields fields(in, 0, in.size());
    EXPECT_FALSE(fields.next());
    EXPECT_TRUE(fields.damaged());
    EXPECT_FALSE(fields.next());
  }
  auto in = input("abc");
  EXPECT_EQ(in.bytes(1, 2), "bc");
  EXPECT_FALSE(in.bytes(1, 3));
  EXPECT_FALSE(in.bytes(4, 0));
  EXPECT_FALSE(in.byte(3));
}

}  // namespace
}  // namespace understudy::protobuf
