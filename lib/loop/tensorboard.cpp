// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/tensorboard.hpp"

#include <array>
#include <bit>

#include "lib/base/protobuf.hpp"
#include "lib/base/system.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

using protobuf::Message;
using protobuf::put_little_endian;

constexpr std::array<std::uint32_t, 256> castagnoli_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
    table[byte] = crc;
  }
  return table;
}();

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::uint32_t masked_crc(std::string_view data) { return std::rotr(crc32c(bytes_of(data)), 15) + 0xa282ead8u; }

// Event: wall_time = 1, step = 2, then one of file_version = 3, summary = 5, session_log = 7.
Message event_at(std::int64_t step) {
  return Message().fixed64(1, wall_time()).varint(2, static_cast<std::uint64_t>(step));
}

std::string record(std::string_view data) {
  std::string out;
  put_little_endian(out, std::uint64_t{data.size()});
  put_little_endian(out, masked_crc(out));
  out += data;
  put_little_endian(out, masked_crc(data));
  return out;
}

}  // namespace

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = ~0u;
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ castagnoli_table[(crc ^ byte) & 0xFF];
  return ~crc;
}

EventWriter::EventWriter(fs::path path) : path_(std::move(path)), file_(path_, std::ios::binary | std::ios::app) {}

Result<std::unique_ptr<EventWriter>> EventWriter::open(const fs::path& folder, std::int64_t iteration) {
  TRY_VOID(make_folders(folder));
  const auto seconds = static_cast<std::int64_t>(wall_time());
  std::unique_ptr<EventWriter> writer(
      new EventWriter(folder / fmt::format("events.out.tfevents.{:010}.understudy", seconds)));
  TRY_VOID(writer->add(event_at(0).text(3, "brain.Event:2").bytes()));
  TRY_VOID(writer->went_back(iteration));
  return writer;
}

// SessionLog.START (status = 1) means: a run goes on from here, and what has this step or a later one is void.
Result<> EventWriter::went_back(std::int64_t iteration) {
  return add(event_at(iteration + 1).message(7, Message().varint(1, 1)).bytes());
}

Result<> EventWriter::add(std::string_view event) {
  std::lock_guard lock(mutex_);
  if (broken_) return {};
  file_ << record(event) << std::flush;
  if (file_) return {};
  broken_ = true;
  return failure();
}

Failure EventWriter::failure() const {
  return fail(Code::io, "Cannot write {}: nothing more is written there in this run", path_.string());
}

// Summary: repeated value = 1; Value: tag = 1, simple_value = 2 or image = 4.
Result<> EventWriter::scalars(std::int64_t iteration, const std::vector<std::pair<std::string, double>>& values) {
  Message summary;
  for (const auto& [tag, value] : values)
    summary.message(1, Message().text(1, tag).fixed32(2, static_cast<float>(value)));
  return add(event_at(iteration).message(5, summary).bytes());
}

// Image: height = 1, width = 2, colorspace = 3 (3: RGB), encoded_image_string = 4.
Result<> EventWriter::image(std::int64_t iteration, std::string_view tag, const ImageU8& bgr) {
  {
    std::lock_guard lock(mutex_);
    if (broken_) return std::exchange(told_by_image_, true) ? Result<>() : failure();
  }
  TRY(const auto png, encode_png(bgr, {.level = 6, .xmp = composite_marking_xmp}));
  Message picture;
  picture.varint(1, static_cast<std::uint64_t>(bgr.height)).varint(2, static_cast<std::uint64_t>(bgr.width));
  picture.varint(3, 3).text(4, {reinterpret_cast<const char*>(png.data()), png.size()});
  return add(event_at(iteration).message(5, Message().message(1, Message().text(1, tag).message(4, picture))).bytes());
}

}  // namespace understudy
