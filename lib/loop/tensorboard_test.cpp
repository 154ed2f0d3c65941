// SPDX-License-Identifier: Apache-2.0
// The event files, read back by a parser of their own: bit by bit CRC, records, protobuf's wire format.
#include "lib/loop/tensorboard.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <thread>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

std::uint32_t crc_of(std::string_view text) {
  return crc32c({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// The definition, one bit after another.
std::uint32_t slow_crc(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    for (int bit = 0; bit < 8; ++bit) {
      const std::uint32_t carry = (crc ^ (static_cast<std::uint8_t>(c) >> bit)) & 1;
      crc = (crc >> 1) ^ (carry != 0 ? 0x82F63B78 : 0);
    }
  }
  return crc ^ 0xFFFFFFFF;
}

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.substr(at, sizeof(T)).data(), sizeof(T));  // the tests run on little-endian machines
  return value;
}

std::uint32_t unmasked(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xa282ead8;
  return rotated << 15 | rotated >> 17;
}

// The records of a whole file; every length and checksum is checked.
std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  std::size_t at = 0;
  while (at < file.size()) {
    const auto length = number_at<std::uint64_t>(file, at);
    EXPECT_EQ(unmasked(number_at<std::uint32_t>(file, at + 8)), slow_crc(file.substr(at, 8)));
    if (at + 16 + length > file.size()) {
      ADD_FAILURE() << "a record reaches beyond the file";
      break;
    }
    records.push_back(file.substr(at + 12, length));
    EXPECT_EQ(unmasked(number_at<std::uint32_t>(file, at + 12 + length)), slow_crc(records.back()));
    at += 16 + length;
  }
  return records;
}

// A message's fields by number; varints and fixed numbers as their 8 or 4 raw bytes.
std::multimap<int, std::string> fields_of(std::string_view bytes) {
  std::multimap<int, std::string> fields;
  std::size_t at = 0;
  auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0; at < bytes.size(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes[at++]);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if ((byte & 0x80) == 0) break;
    }
    return value;
  };
  while (at < bytes.size()) {
    const auto key = varint();
    std::string value;
    if ((key & 7) == 0) {
      const auto v = varint();
      value.assign(reinterpret_cast<const char*>(&v), 8);
    } else {
      const std::size_t size = (key & 7) == 1 ? 8 : (key & 7) == 5 ? 4 : (key & 7) == 2 ? varint() : bytes.size() + 1;
      if (at + size > bytes.size()) {
        ADD_FAILURE() << "a field of kind " << (key & 7) << " reaches beyond its message";
        return fields;
      }
      value = bytes.substr(at, size);
      at += size;
    }
    fields.emplace(static_cast<int>(key >> 3), value);
  }
  return fields;
}

std::string only(const std::multimap<int, std::string>& fields, int number) {
  EXPECT_EQ(fields.count(number), 1u) << number;
  const auto it = fields.find(number);
  return it == fields.end() ? std::string(8, '\0') : it->second;
}

TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(crc_of("123456789"), 0xE3069283u);
  EXPECT_EQ(crc_of(""), 0u);
  // RFC 3720 B.4: 32 zeros, 32 ones, 0..31 up and down.
  std::string up, down;
  for (int i = 0; i < 32; ++i) {
    up += static_cast<char>(i);
    down += static_cast<char>(31 - i);
  }
  EXPECT_EQ(crc_of(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc_of(std::string(32, '\xff')), 0x62A8AB43u);
  EXPECT_EQ(crc_of(up), 0x46DD794Eu);
  EXPECT_EQ(crc_of(down), 0x113FDB5Cu);
}

TEST(Tensorboard, EventsReadBack) {
  const ScratchFolder scratch;
  ImageU8 picture(5, 3, 3);
  for (std::size_t i = 0; i < picture.data.size(); ++i) picture.data[i] = static_cast<std::uint8_t>(i * 5);
  fs::path path;
  {
    auto writer = EventWriter::open(scratch.path / "tensorboard", 300).value();
    path = writer->path();
    ASSERT_TRUE(writer->scalars(301, {{"src_loss", 0.25}, {"dst_loss", 1e-3}}));
    ASSERT_TRUE(writer->image(1000000, "SAEHD masked", picture));
    ASSERT_TRUE(writer->went_back(150));
  }
  EXPECT_TRUE(path.filename().string().starts_with("events.out.tfevents."));
  EXPECT_EQ(path.extension(), ".understudy");
  const auto records = records_of(read_text(path).value());
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(only(fields_of(records[0]), 3), "brain.Event:2");
  for (const auto& [number, first] : {std::pair{1, 301u}, {4, 151u}}) {
    const auto start = fields_of(records[static_cast<std::size_t>(number)]);
    EXPECT_EQ(number_at<std::uint64_t>(only(start, 2), 0), first);
    EXPECT_EQ(number_at<std::uint64_t>(only(fields_of(only(start, 7)), 1), 0), 1u);  // SessionLog.START
  }

  const auto scalars = fields_of(records[2]);
  EXPECT_NEAR(number_at<double>(only(scalars, 1), 0), static_cast<double>(::time(nullptr)), 60);
  EXPECT_EQ(number_at<std::uint64_t>(only(scalars, 2), 0), 301u);
  std::map<std::string, float> values;
  const auto summary = fields_of(only(scalars, 5));
  for (const auto& [number, value] : summary) {
    EXPECT_EQ(number, 1);
    values[only(fields_of(value), 1)] = number_at<float>(only(fields_of(value), 2), 0);
  }
  EXPECT_EQ(values, (std::map<std::string, float>{{"src_loss", 0.25f}, {"dst_loss", 1e-3f}}));

  const auto event = fields_of(records[3]);
  EXPECT_EQ(number_at<std::uint64_t>(only(event, 2), 0), 1000000u);
  const auto value = fields_of(only(fields_of(only(event, 5)), 1));
  EXPECT_EQ(only(value, 1), "SAEHD masked");
  const auto image = fields_of(only(value, 4));
  EXPECT_EQ(number_at<std::uint64_t>(only(image, 1), 0), 3u);
  EXPECT_EQ(number_at<std::uint64_t>(only(image, 2), 0), 5u);
  EXPECT_EQ(number_at<std::uint64_t>(only(image, 3), 0), 3u);
  const auto png = only(image, 4);
  EXPECT_NE(png.find("compositeWithTrainedAlgorithmicMedia"), std::string::npos);
  EXPECT_EQ(decode_image({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()}).value(), picture);
}

TEST(Tensorboard, EveryEventIsOnDiskAtOnceAndThreadsDoNotMix) {
  const ScratchFolder scratch;
  auto writer = EventWriter::open(scratch.path, 0).value();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(writer->scalars(i, {{std::string(static_cast<std::size_t>(100 * (t + 1)), 'x'), i}}));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(records_of(read_text(writer->path()).value()).size(), 2u + 200);  // still open
}

// /dev/full takes no byte: it stands for a full disk.
TEST(Tensorboard, AFullDiskIsToldOnce) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full here";
  const ScratchFolder scratch;
  fs::create_directories(scratch.path);
  const auto now = static_cast<std::int64_t>(::time(nullptr));
  for (int ahead = 0; ahead < 5; ++ahead)
    fs::create_symlink("/dev/full", scratch.path / fmt::format("events.out.tfevents.{:010}.understudy", now + ahead));
  const auto writer = EventWriter::open(scratch.path, 0);
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message.find("events.out.tfevents"), std::string::npos);
}

TEST(Tensorboard, AFolderThatCannotBeMadeIsAnError) {
  const ScratchFolder scratch;
  ASSERT_TRUE(write_text(scratch.path / "file", "no folder"));
  EXPECT_FALSE(EventWriter::open(scratch.path / "file" / "tensorboard", 0));
}

}  // namespace
}  // namespace understudy
