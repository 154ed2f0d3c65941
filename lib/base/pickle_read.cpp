// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>

#include "lib/base/pickle_objects.hpp"
#include "lib/base/pickle_reader.hpp"

namespace understudy::pickle {
namespace {

constexpr int max_depth = 64;
// Bounds on memory for hostile input; the largest honest file, a faceset.pak of 100,000 faces, stays below half of
// them.
constexpr std::size_t max_containers = std::size_t{1} << 24;
constexpr std::size_t max_values = std::size_t{1} << 26;
constexpr std::size_t max_marks = std::size_t{1} << 20;

// Python keeps the bytes of a file's name that are no UTF-8 as lone surrogates: U+DC80 to U+DCFF.
std::string bytes_of_python_text(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    const auto lone = text.find('\xed', at);
    bytes += text.substr(at, lone - at);
    if (lone == std::string_view::npos) break;
    const auto low = [&](std::size_t i) {
      return lone + i < text.size() ? static_cast<unsigned char>(text[lone + i]) : 0U;
    };
    const bool escaped = (low(1) == 0xb2 || low(1) == 0xb3) && (low(2) & 0xc0) == 0x80;
    bytes += escaped ? static_cast<char>((low(1) & 0x03) << 6 | (low(2) & 0x3f)) : text[lone];
    at = lone + (escaped ? 3 : 1);
  }
  return bytes;
}

}  // namespace

Result<Value> Reader::run() {
  bool done = false;
  Result<> outcome;
  while (!done && outcome) {
    const auto code = number<std::uint8_t>();
    outcome = code ? step(*code, done) : Failure(code.error());
    if (stack_.size() > max_values || marks_.size() > max_marks || containers_.size() > max_containers) {
      outcome = bad("it holds too many values");
    }
  }
  Value result;
  if (outcome) {
    if (auto top = pop()) {
      result = *std::move(top);
      if (auto checked = height(result, 0); !checked) outcome = Failure(checked.error());
    } else {
      outcome = Failure(top.error());
    }
  }
  if (!outcome) heights_.clear();
  release_containers(0, /*at_end=*/true);
  if (!outcome) return Failure(std::move(outcome).error());
  return result;
}

Result<> Reader::step(std::uint8_t code, bool& done) {
  if (code == '.') {
    done = true;
    return {};
  }
  bool handled = false;
  TRY_VOID(scalar_op(code, handled));
  if (!handled) TRY_VOID(memo_op(code, handled));
  if (!handled) TRY_VOID(container_op(code, handled));
  if (!handled) TRY_VOID(object_op(code, handled));
  if (!handled)
    return fail(Code::bad_file, "not a readable pickle: opcode 0x{:02x} at byte {} is not allowed", code,
                input_.position() - 1);
  return {};
}

Result<Value> Reader::long_integer(std::uint64_t size) {
  if (size > 8) return bad("an integer has more than 64 bits");
  TRY(const auto raw, take(size));
  std::uint64_t bits = size > 0 && (raw.data()[size - 1] & 0x80) ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < size; ++i) {
    bits &= ~(std::uint64_t{0xff} << (8 * i));
    bits |= std::uint64_t{raw.data()[i]} << (8 * i);
  }
  return Value(static_cast<std::int64_t>(bits));
}

Result<> Reader::scalar_op(std::uint8_t code, bool& handled) {
  handled = true;
  const auto whole = [this](auto value) -> Result<> {
    if (!value) return Failure(value.error());
    push(static_cast<std::int64_t>(*value));
    return {};
  };
  switch (code) {
    case 'N':
      push({});
      return {};
    case 0x88:
      push(true);
      return {};
    case 0x89:
      push(false);
      return {};
    case 'J':
      return whole(number<std::int32_t>());
    case 'K':
      return whole(number<std::uint8_t>());
    case 'M':
      return whole(number<std::uint16_t>());
    case 0x8a: {
      TRY(const auto size, number<std::uint8_t>());
      TRY(auto value, long_integer(size));
      push(std::move(value));
      return {};
    }
    case 'G': {
      TRY(const auto bits, number<std::uint64_t>());
      push(std::bit_cast<double>(__builtin_bswap64(bits)));
      return {};
    }
    default:
      return text_op(code, handled);
  }
}

Result<> Reader::text_op(std::uint8_t code, bool& handled) {
  const auto text = [this](Result<Blob> raw) -> Result<> {
    if (!raw) return Failure(raw.error());
    push(bytes_of_python_text({reinterpret_cast<const char*>(raw->data()), raw->size()}));
    return {};
  };
  const auto bytes = [this](Result<Blob> raw) -> Result<> {
    if (!raw) return Failure(raw.error());
    push(Value::bytes(*std::move(raw)));
    return {};
  };
  switch (code) {
    case 0x8c:
      return text(counted<std::uint8_t>());
    case 'X':
      return text(counted<std::uint32_t>());
    case 0x8d:
      return text(counted<std::uint64_t>());
    case 'U':  // Python 2's strings, which are bytes: kept as they are
    case 'T': {
      TRY(const Blob raw, code == 'U' ? counted<std::uint8_t>() : counted<std::uint32_t>());
      push(std::string(reinterpret_cast<const char*>(raw.data()), raw.size()));
      return {};
    }
    case 'C':
      return bytes(counted<std::uint8_t>());
    case 'B':
      return bytes(counted<std::uint32_t>());
    case 0x8e:
      return bytes(counted<std::uint64_t>());
    case 0x96:
      return bytes(counted<std::uint64_t>());  // BYTEARRAY8, protocol 5
    default:
      handled = false;
      return {};
  }
}

Result<> Reader::memoise(std::uint64_t index) {
  // Real pickles number their memo without gaps, so an index can never exceed the bytes read so far.
  if (index > std::min<std::uint64_t>(input_.position(), max_values)) return bad("a memo number is too large");
  if (stack_.size() <= floor()) return bad("the stack is empty");
  if (index >= memo_.size()) memo_.resize(index + 1);
  memo_[index] = stack_.back();
  return {};
}

Result<> Reader::recall(std::uint64_t index) {
  if (index >= memo_.size()) return bad("a memo number is unknown");
  // What has been handed over may come back and be changed.
  if (take_) containers_.push_back(memo_[index]);
  push(memo_[index]);
  return {};
}

Result<> Reader::memo_op(std::uint8_t code, bool& handled) {
  handled = true;
  switch (code) {
    case 0x80: {
      TRY(const auto protocol, number<std::uint8_t>());
      if (protocol < 2 || protocol > 5) return bad("its protocol is not 2 to 5");
      return {};
    }
    case 0x95: {  // FRAME: the length says nothing that is needed
      TRY([[maybe_unused]] const auto length, number<std::uint64_t>());
      return {};
    }
    case 0x94:
      return memoise(memo_.size());
    case 'q': {
      TRY(const auto index, number<std::uint8_t>());
      return memoise(index);
    }
    case 'r': {
      TRY(const auto index, number<std::uint32_t>());
      return memoise(index);
    }
    case 'h': {
      TRY(const auto index, number<std::uint8_t>());
      return recall(index);
    }
    case 'j': {
      TRY(const auto index, number<std::uint32_t>());
      return recall(index);
    }
    default:
      handled = false;
      return {};
  }
}

Result<> Reader::append_all(List items) {
  TRY(const auto target, pop());
  auto* list = get<List>(target);
  if (!list) return bad("appending to what is no list");
  if (outermost()) {
    TRY_VOID(hand_over(items, 1));
  } else {
    list->insert(list->end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  }
  push(target);
  return {};
}

Result<> Reader::hand_over(std::span<const Value> items, std::size_t step) {
  for (const auto& item : items) TRY_VOID(height(item, 1));
  for (std::size_t i = 0; i < items.size(); i += step)
    TRY_VOID((*take_)(step == 2 ? items[i] : Value(), items[i + step - 1]));
  release_containers(kept_containers_, /*at_end=*/false);
  kept_containers_ = containers_.size();
  heights_.clear();
  return {};
}

Result<> Reader::set_all(List items) {
  TRY(const auto target, pop());
  auto* dict = get<Dict>(target);
  if (!dict || items.size() % 2 != 0) return bad("setting items of what is no dict");
  if (outermost()) {
    TRY_VOID(hand_over(items, 2));
  } else {
    for (std::size_t i = 0; i < items.size(); i += 2) dict->emplace_back(std::move(items[i]), std::move(items[i + 1]));
  }
  push(target);
  return {};
}

Result<> Reader::container_op(std::uint8_t code, bool& handled) {
  handled = true;
  switch (code) {
    case '(':
      marks_.push_back(stack_.size());
      return {};
    case ']':
      push_container(Value::list());
      return {};
    case '}':
      push_container(Value::dict());
      return {};
    case ')':
      push_container(Value::tuple({}));
      return {};
    case 0x85:
    case 0x86:
    case 0x87: {
      List items(code - 0x84);
      for (auto item = items.rbegin(); item != items.rend(); ++item) {
        TRY(*item, pop());
      }
      push_container(Value::tuple(std::move(items)));
      return {};
    }
    case 't': {
      TRY(auto items, pop_to_mark());
      push_container(Value::tuple(std::move(items)));
      return {};
    }
    case 'a': {
      TRY(auto item, pop());
      return append_all({std::move(item)});
    }
    case 'e': {
      TRY(auto items, pop_to_mark());
      return append_all(std::move(items));
    }
    case 's': {
      TRY(auto value, pop());
      TRY(auto key, pop());
      return set_all({std::move(key), std::move(value)});
    }
    case 'u': {
      TRY(auto items, pop_to_mark());
      return set_all(std::move(items));
    }
    default:
      handled = false;
      return {};
  }
}

Result<int> Reader::height(const Value& value, int depth) {
  if (depth > max_depth) return bad("values are nested too deep");
  if (get<Opaque>(value)) return bad("a type in place of a value");
  if (const auto* array = value.as_array(); array && array->dtype.empty()) return bad("an array without content");
  const auto* items = value.as_sequence();
  const auto* dict = value.as_dict();
  const void* self = items ? static_cast<const void*>(items) : dict;
  if (!self) return 0;
  int below = 0;
  if (const auto known = heights_.find(self); known != heights_.end()) {
    below = known->second;
  } else {
    const auto descend = [&](const Value& part) -> Result<> {
      TRY(const int part_height, height(part, depth + 1));
      below = std::max(below, part_height + 1);
      return {};
    };
    if (items) {
      for (const auto& item : *items) TRY_VOID(descend(item));
    } else {
      for (const auto& [key, entry] : *dict) {
        TRY_VOID(descend(key));
        TRY_VOID(descend(entry));
      }
    }
    heights_.emplace(self, below);
  }
  if (depth + below > max_depth) return bad("values are nested too deep");
  return below;
}

void Reader::release_containers(std::size_t from, bool at_end) {
  const auto shared = [](const auto* held) { return held && held->use_count() > 1; };
  for (std::size_t i = containers_.size(); i-- > from;) {
    Value& value = containers_[i];
    auto* list = std::get_if<std::shared_ptr<List>>(&value.held_);
    auto* tuple = std::get_if<std::shared_ptr<Value::Tuple>>(&value.held_);
    auto* dict = std::get_if<std::shared_ptr<Dict>>(&value.held_);
    const auto* items = value.as_sequence();
    if (!heights_.contains(items ? static_cast<const void*>(items) : value.as_dict())) {
      if (!at_end && (shared(list) || shared(tuple) || shared(dict))) continue;
      if (list) (*list)->clear();
      if (tuple) (*tuple)->items.clear();
      if (dict) (*dict)->clear();
    }
    value = {};
  }
  std::erase_if(containers_, [](const Value& value) { return value.is_none(); });
}

Result<Value> read(Bytes pickle) { return Reader(Input(std::move(pickle))).run(); }

Result<Value> read_objects(Bytes pickle) {
  Reader reader{Input(std::move(pickle))};
  reader.take_objects();
  return reader.run();
}

namespace {

Result<> items_of(Input pickle, const TakeItem& take) {
  TRY(const Value rest, Reader(std::move(pickle), &take).run());
  if (!rest.as_list() && !rest.as_dict())
    return fail(Code::bad_file, "not a readable pickle: it is no list and no dict");
  // What was not put in at the outermost place.
  for (const auto& item : rest.as_list() ? *rest.as_list() : List{}) TRY_VOID(take({}, item));
  for (const auto& [key, item] : rest.as_dict() ? *rest.as_dict() : Dict{}) TRY_VOID(take(key, item));
  return {};
}

}  // namespace

Result<> read_items(Bytes pickle, const TakeItem& take) { return items_of(Input(std::move(pickle)), take); }
Result<> read_items(const fs::path& path, std::uint64_t offset, std::uint64_t size, const TakeItem& take) {
  return items_of(Input(path, offset, size), take);
}

Result<Value> read_file(const fs::path& path, std::uint64_t max_bytes) {
  TRY(auto bytes, understudy::read_file(path, max_bytes));
  auto value = read(std::move(bytes));
  if (!value) return during(value.error(), fmt::format("reading {}", path.string()));
  return value;
}

}  // namespace understudy::pickle
