// SPDX-License-Identifier: Apache-2.0
// Writes pickles without memo and frames: every unpickler takes them so, and they need no bookkeeping.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "lib/base/path_text.hpp"
#include "lib/base/pickle.hpp"

namespace understudy::pickle {
namespace {

class Writer {
 public:
  explicit Writer(Protocol protocol) : protocol_(protocol) {
    op(0x80);
    op(static_cast<std::uint8_t>(protocol));
  }
  void value(const Value& value);
  Bytes finish() {
    op('.');
    return std::move(out_);
  }

 private:
  void op(std::uint8_t code) { out_.push_back(code); }
  template <class T>
  void number(T value) {
    const auto at = out_.size();
    out_.resize(at + sizeof value);
    std::memcpy(out_.data() + at, &value, sizeof value);
  }
  void raw(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    out_.insert(out_.end(), bytes, bytes + size);
  }
  void integer(std::int64_t value);
  void real(double value) {
    op('G');
    number(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
  }
  void text(std::string_view text);
  void bytes(std::span<const std::uint8_t> bytes);
  void global(std::string_view module, std::string_view name);
  void dtype(std::string_view code);
  void array(const NdArray& array);
  void tuple(const List& items);
  void dict(const Dict& entries);

  Protocol protocol_;
  Bytes out_;
};

void Writer::integer(std::int64_t value) {
  if (value >= 0 && value < 256) {
    op('K');
    number(static_cast<std::uint8_t>(value));
  } else if (value >= 0 && value < 65536) {
    op('M');
    number(static_cast<std::uint16_t>(value));
  } else if (value >= INT32_MIN && value <= INT32_MAX) {
    op('J');
    number(static_cast<std::int32_t>(value));
  } else {
    op(0x8a);
    number(std::uint8_t{8});
    number(value);
  }
}

// What is no UTF-8 (a file's name may be any bytes) as Python writes it: lone surrogates, U+DC80 to U+DCFF for the
// bytes 0x80 to 0xff ("surrogateescape", written with "surrogatepass").
std::string python_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      const auto byte = static_cast<unsigned char>(text[0]);
      out += {'\xed', static_cast<char>(0xb0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3f))};
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

void Writer::text(std::string_view bytes) {
  const std::string text = python_text(bytes);
  if (protocol_ == Protocol::four && text.size() < 256) {
    op(0x8c);
    number(static_cast<std::uint8_t>(text.size()));
  } else {
    op('X');
    number(static_cast<std::uint32_t>(text.size()));
  }
  raw(text.data(), text.size());
}

void Writer::bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 256) {
    op('C');
    number(static_cast<std::uint8_t>(bytes.size()));
  } else if (bytes.size() <= UINT32_MAX) {
    op('B');
    number(static_cast<std::uint32_t>(bytes.size()));
  } else {
    op(0x8e);
    number(static_cast<std::uint64_t>(bytes.size()));
  }
  raw(bytes.data(), bytes.size());
}

void Writer::global(std::string_view module, std::string_view name) {
  if (protocol_ == Protocol::four) {
    text(module);
    text(name);
    op(0x93);
    return;
  }
  op('c');
  raw(module.data(), module.size());
  op('\n');
  raw(name.data(), name.size());
  op('\n');
}

// numpy.dtype(code, False, True) with the state (3, '<' or '|', None, None, None, -1, -1, 0).
void Writer::dtype(std::string_view code) {
  global("numpy", "dtype");
  text(code);
  op(0x89);
  op(0x88);
  op(0x87);
  op('R');
  op('(');
  integer(3);
  text(code[1] == '1' ? "|" : "<");
  op('N');
  op('N');
  op('N');
  integer(-1);
  integer(-1);
  integer(0);
  op('t');
  op('b');
}

// The module is numpy.core: old numpy cannot resolve numpy._core, new numpy resolves both (spec formats.md 0).
void Writer::array(const NdArray& array) {
  global("numpy.core.multiarray", "_reconstruct");
  global("numpy", "ndarray");
  integer(0);
  op(0x85);
  const std::uint8_t b = 'b';
  bytes({&b, 1});
  op(0x87);
  op('R');
  op('(');
  integer(1);
  List shape;
  for (const auto extent : array.shape) shape.emplace_back(extent);
  tuple(shape);
  dtype(array.dtype);
  op(array.fortran ? 0x88 : 0x89);
  bytes(array.data.span());
  op('t');
  op('b');
}

void Writer::tuple(const List& items) {
  if (items.empty()) return op(')');
  if (items.size() > 3) op('(');
  for (const auto& item : items) value(item);
  op(items.size() > 3 ? 't' : static_cast<std::uint8_t>(0x84 + items.size()));
}

void Writer::dict(const Dict& entries) {
  op('}');
  if (entries.empty()) return;
  op('(');
  for (const auto& [key, entry] : entries) {
    value(key);
    value(entry);
  }
  op('u');
}

void Writer::value(const Value& value) {
  if (value.is_none()) {
    op('N');
  } else if (const auto truth = value.as_bool()) {
    op(*truth ? 0x88 : 0x89);
  } else if (const auto* member = value.as_enum()) {
    global(member->module, member->name);
    integer(member->value);
    op(0x85);
    op('R');
  } else if (const auto whole = value.as_int()) {
    integer(*whole);
  } else if (const auto number = value.as_number()) {
    real(*number);
  } else if (const auto* string = value.as_string()) {
    text(*string);
  } else if (const auto* blob = value.as_bytes()) {
    bytes(blob->span());
  } else if (const auto* numbers = value.as_array()) {
    array(*numbers);
  } else if (const auto* items = value.as_list()) {
    op(']');
    if (items->empty()) return;
    op('(');
    for (const auto& item : *items) this->value(item);
    op('e');
  } else if (const auto* parts = value.as_tuple()) {
    tuple(*parts);
  } else if (const auto* entries = value.as_dict()) {
    dict(*entries);
  }
}

}  // namespace

Bytes write(const Value& value, Protocol protocol) {
  Writer writer(protocol);
  writer.value(value);
  return writer.finish();
}

namespace {

constexpr std::size_t batch = 1000;  // as Python has it: what a reader holds at once

std::uint8_t end_of(PieceWriter::Kind kind) { return kind == PieceWriter::Kind::list ? 'e' : 'u'; }

}  // namespace

PieceWriter::PieceWriter(Kind kind, Protocol protocol, Sink sink)
    : kind_(kind), protocol_(protocol), sink_(std::move(sink)) {
  const std::uint8_t empty = kind == Kind::list ? ']' : '}';
  sink_(std::array<std::uint8_t, 4>{0x80, static_cast<std::uint8_t>(protocol), empty, '('});
}

// Our pickles have no memo, so that one may stand inside another without its head and its stop.
void PieceWriter::add(const Value& value) {
  if (in_batch_ == batch) {
    sink_(std::array<std::uint8_t, 2>{end_of(kind_), '('});
    in_batch_ = 0;
  }
  const Bytes one = write(value, protocol_);
  sink_(std::span(one).subspan(2, one.size() - 3));
  ++in_batch_;
}

void PieceWriter::finish() && { sink_(std::array<std::uint8_t, 2>{end_of(kind_), '.'}); }

}  // namespace understudy::pickle
