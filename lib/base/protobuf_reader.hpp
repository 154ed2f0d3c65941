// SPDX-License-Identifier: Apache-2.0
// Reads protobuf messages of files that may be hostile (protobuf.dev, "Encoding"): field by field, every length checked
// against the message around it, nothing held but what is asked for. protobuf.hpp writes them.
#pragma once

#include <fstream>
#include <optional>
#include <string>

#include "lib/base/files.hpp"

namespace understudy::protobuf {

// A file read in small pieces wherever wanted; it may be many times larger than memory.
class Input {
 public:
  static Result<Input> open(const fs::path&);
  std::uint64_t size() const { return size_; }
  std::optional<std::uint8_t> byte(std::uint64_t at);
  std::optional<std::string> bytes(std::uint64_t at, std::uint64_t count);

 private:
  Input(std::ifstream file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  bool load(std::uint64_t at);
  std::ifstream file_;
  std::uint64_t size_, window_at_ = 0;
  std::string window_;
};

struct ReadField {
  int number = 0;
  std::optional<std::uint64_t> value;  // of a number; texts, bytes and messages have none
  std::uint64_t begin = 0, end = 0;    // where their content lies in the input
};

// The fields of the message that lies at [begin, end) of an input.
class Fields {
 public:
  Fields(Input& input, std::uint64_t begin, std::uint64_t end) : input_(input), at_(begin), end_(end) {}
  Fields(Input& input, const ReadField& message) : Fields(input, message.begin, message.end) {}
  // Nothing at the end, and where the bytes are no message: damaged() tells.
  std::optional<ReadField> next();
  bool damaged() const { return damaged_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<ReadField> broken();
  Input& input_;
  std::uint64_t at_, end_;
  bool damaged_ = false;
};

}  // namespace understudy::protobuf
