// SPDX-License-Identifier: Apache-2.0
// A restricted reader and writer of Python pickles, as far as DeepFaceLab's files need it (spec formats.md 0,
// pipeline.md 3.2). It builds plain values and numpy arrays; every other global is refused, so nothing can run.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lib/base/ndarray.hpp"

namespace understudy::pickle {

// A member of one of DeepFaceLab's two enum classes: ("facelib.FaceType", "FaceType") and
// ("samplelib.Sample", "SampleType").
struct Enum {
  std::string module;
  std::string name;
  std::int64_t value = 0;
  bool operator==(const Enum&) const = default;
};

class Value;
using List = std::vector<Value>;
using Dict = std::vector<std::pair<Value, Value>>;  // in file order; a later entry with the same key wins

// A Python value. Copies share what they hold; the setters un-share first, so a copy never changes its origin.
class Value {
 public:
  Value() = default;  // None
  Value(bool value) : held_(value) {}
  Value(int value) : held_(static_cast<std::int64_t>(value)) {}
  Value(std::int64_t value) : held_(value) {}
  Value(double value) : held_(value) {}
  Value(std::string text);
  Value(const char* text) : Value(std::string(text)) {}
  Value(NdArray array);
  Value(Enum member);
  static Value bytes(Blob blob);
  static Value list(List items = {});
  static Value tuple(List items);
  static Value dict(Dict entries = {});

  bool is_none() const { return std::holds_alternative<std::monostate>(held_); }
  // The held value when it is of that kind, else empty. Integers are also taken from bool and Enum, numbers also from
  // integers, as Python does.
  std::optional<bool> as_bool() const;
  std::optional<std::int64_t> as_int() const;
  std::optional<double> as_number() const;
  const std::string* as_string() const;
  const Blob* as_bytes() const;
  const NdArray* as_array() const;
  const Enum* as_enum() const;
  const List* as_list() const;      // a list
  const List* as_tuple() const;     // a tuple
  const List* as_sequence() const;  // either
  const Dict* as_dict() const;

  // Entry of a dict by its key; null when this is no dict or has no such key.
  const Value* find(std::string_view key) const;
  // Sets or adds an entry of a dict; this must be a dict.
  void set(std::string_view key, Value value);
  void erase(std::string_view key);
  // Appends to a list; this must be a list.
  void append(Value value);

  // All numbers of an array, or of a list or tuple nested up to three deep, row by row (DeepFaceLab's readers wrap
  // points in np.array(), so files hold either). Empty when something in it is no number.
  std::optional<std::vector<double>> numbers() const;

  bool operator==(const Value&) const;

 private:
  friend class Reader;
  struct Tuple;
  struct Opaque;  // what only exists while reading: a global, a dtype
  template <class T>
  using Shared = std::shared_ptr<T>;
  using Held = std::variant<std::monostate, bool, std::int64_t, double, Shared<std::string>, Shared<Blob>,
                            Shared<NdArray>, Shared<Enum>, Shared<List>, Shared<Tuple>, Shared<Dict>, Shared<Opaque>>;
  Held held_;
};

// Reads protocols 2 to 5. The buffer is moved in and large byte strings stay slices of it. Depth is limited to 64 and
// memory to a small multiple of the input.
Result<Value> read(Bytes pickle);
Result<Value> read_file(const fs::path&, std::uint64_t max_bytes = std::uint64_t{1} << 33);

// The items of a long list (with None as key) or dict, handed over in their order and not kept, so that no set need fit
// into memory as values. What the writer numbered for later use stays: Python numbers everything, PieceWriter nothing.
using TakeItem = std::function<Result<>(const Value& key, const Value& item)>;
Result<> read_items(Bytes pickle, const TakeItem&);
// The same of a part of a file, of which no more than some megabytes are in memory at a time.
Result<> read_items(const fs::path&, std::uint64_t offset, std::uint64_t size, const TakeItem&);

// Protocol 3 loads on every Python 3 that DeepFaceLab ships with, 4 on 3.4 and later (weights, faceset.pak).
enum class Protocol { three = 3, four = 4 };
Bytes write(const Value&, Protocol = Protocol::four);

// The pickle of one long list or dict, piece by piece, for those whose values would not fit into memory at once.
class PieceWriter {
 public:
  enum class Kind { list, dict };
  using Sink = std::function<void(std::span<const std::uint8_t>)>;
  PieceWriter(Kind, Protocol, Sink);
  void add(const Value&);  // an item; of a dict each key and then what belongs to it
  void finish() &&;

 private:
  Kind kind_;
  Protocol protocol_;
  Sink sink_;
  std::size_t in_batch_ = 0;
};

}  // namespace understudy::pickle
