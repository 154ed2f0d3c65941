// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "lib/base/pickle.hpp"
#include "lib/base/pickle_parts.hpp"

namespace understudy::pickle {
namespace {

constexpr int max_depth = 64;
// Bounds on memory for hostile input; the largest honest file, a faceset.pak of 100,000 faces, stays below half of
// them.
constexpr std::size_t max_containers = std::size_t{1} << 24;
constexpr std::size_t max_values = std::size_t{1} << 26;
constexpr std::size_t max_marks = std::size_t{1} << 20;

bool known_global(std::string_view module, std::string_view name) {
  const bool multiarray = module == "numpy.core.multiarray" || module == "numpy._core.multiarray";
  const bool numeric = module == "numpy.core.numeric" || module == "numpy._core.numeric";
  return (multiarray && (name == "_reconstruct" || name == "scalar")) || (numeric && name == "_frombuffer") ||
         (module == "numpy" && (name == "ndarray" || name == "dtype")) ||
         (module == "facelib.FaceType" && name == "FaceType") || (module == "samplelib.Sample" && name == "SampleType");
}

}  // namespace

// A stack machine over the opcodes of protocols 2 to 5. Containers are shared between stack, memo and parent, as in
// Python, because a container is memoised before it is filled.
class Reader {
 public:
  // With `take` the items of the outermost list or dict go there.
  explicit Reader(Bytes pickle, const TakeItem* take = nullptr) : input_(std::move(pickle)), take_(take) {}
  Result<Value> run();

 private:
  using Opaque = Value::Opaque;
  template <class T>
  static T* get(const Value& value) {
    const auto* shared = std::get_if<std::shared_ptr<T>>(&value.held_);
    return shared ? shared->get() : nullptr;
  }

  Failure bad(std::string_view what) const {
    return fail(Code::bad_file, "not a readable pickle: {} at byte {}", what, at_);
  }
  template <class T>
  Result<T> number() {
    if (input_.size() - at_ < sizeof(T)) return bad("it ends too early");
    T value;
    std::memcpy(&value, input_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  Result<Blob> take(std::uint64_t size) {
    if (size > input_.size() - at_) return bad("a length reaches past the end");
    at_ += size;
    return input_.slice(at_ - size, size);
  }
  template <class Length>
  Result<Blob> counted() {
    TRY(const auto size, number<Length>());
    return take(size);
  }

  Result<> step(std::uint8_t code, bool& done);
  Result<> scalar_op(std::uint8_t code, bool& handled);
  Result<> memo_op(std::uint8_t code, bool& handled);
  Result<> container_op(std::uint8_t code, bool& handled);
  Result<> object_op(std::uint8_t code, bool& handled);

  void push(Value value) { stack_.push_back(std::move(value)); }
  // Keeps hold of each container, so that a failed read can empty them one by one: no deep recursion, no cycle.
  void push_container(Value value) {
    containers_.push_back(value);
    push(std::move(value));
  }
  Result<Value> pop() {
    if (stack_.size() <= floor()) return bad("the stack is empty");
    Value top = std::move(stack_.back());
    stack_.pop_back();
    return top;
  }
  // Whether what was popped last is what the whole pickle is about, and its items are to be handed over.
  bool outermost() const { return take_ && stack_.empty() && marks_.empty(); }
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  Result<List> pop_to_mark() {
    if (marks_.empty()) return bad("a mark is missing");
    List items(std::make_move_iterator(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back())),
               std::make_move_iterator(stack_.end()));
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  Result<> memoise(std::uint64_t index);
  Result<> recall(std::uint64_t index);
  Result<Value> long_integer(std::uint64_t size);
  Result<> append_all(List items);
  Result<> hand_over(std::span<const Value> items, std::size_t step);
  Result<> set_all(List items);
  Result<std::string> line();
  Result<> push_global(std::string module, std::string name);
  Result<> reduce();
  Result<> build();
  Result<Value> scalar(const List& arguments);
  Result<Value> from_buffer(const List& arguments);
  Result<> build_dtype(Opaque& dtype, const List& state);
  Result<> build_array(NdArray& array, const List& state);
  Result<> fill(NdArray& array, const Value& shape, const Value& dtype, bool fortran, const Value& raw);
  // The height of the tree below a value; refuses cycles, too deep nesting, and opaque leftovers.
  Result<int> height(const Value& value, int depth);
  void empty_containers();

  Blob input_;
  const TakeItem* take_;
  std::size_t at_ = 0;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::vector<Value> memo_;
  std::vector<Value> containers_;
  std::unordered_map<const void*, int> heights_;
};

Result<Value> Reader::run() {
  bool done = false;
  Result<> outcome;
  while (!done && outcome) {
    if (at_ >= input_.size()) {
      outcome = bad("it ends too early");
      break;
    }
    outcome = step(input_.data()[at_++], done);
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
  if (!outcome) {
    empty_containers();
    return Failure(std::move(outcome).error());
  }
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
    return fail(Code::bad_file, "not a readable pickle: opcode 0x{:02x} at byte {} is not allowed", code, at_ - 1);
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
  const auto text = [this](Result<Blob> raw) -> Result<> {
    if (!raw) return Failure(raw.error());
    push(std::string(reinterpret_cast<const char*>(raw->data()), raw->size()));
    return {};
  };
  const auto bytes = [this](Result<Blob> raw) -> Result<> {
    if (!raw) return Failure(raw.error());
    push(Value::bytes(*std::move(raw)));
    return {};
  };
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
    case 0x8c:
      return text(counted<std::uint8_t>());
    case 'X':
      return text(counted<std::uint32_t>());
    case 0x8d:
      return text(counted<std::uint64_t>());
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
  if (index > std::min(at_, max_values)) return bad("a memo number is too large");
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
  heights_.clear();
  containers_.clear();
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

Result<std::string> Reader::line() {
  const auto rest = input_.span().subspan(at_);
  const auto end = std::ranges::find(rest.first(std::min<std::size_t>(rest.size(), 256)), '\n');
  const auto length = static_cast<std::size_t>(end - rest.begin());
  if (length >= rest.size() || rest[length] != '\n') return bad("a name has no end");
  std::string text(reinterpret_cast<const char*>(rest.data()), length);
  at_ += length + 1;
  return text;
}

Result<> Reader::push_global(std::string module, std::string name) {
  if (!known_global(module, name)) {
    return fail_with_hint(
        Code::bad_file,
        fmt::format("the pickle asks for '{}.{}', which is not allowed", module.substr(0, 80), name.substr(0, 80)),
        "Only plain values and numpy arrays are read, since other pickles can run code.");
  }
  Value value;
  value.held_ = std::make_shared<Opaque>(Opaque{Opaque::Kind::global, std::move(module), std::move(name), {}});
  push(std::move(value));
  return {};
}

Result<> Reader::object_op(std::uint8_t code, bool& handled) {
  handled = true;
  switch (code) {
    case 'c': {
      TRY(auto module, line());
      TRY(auto name, line());
      return push_global(std::move(module), std::move(name));
    }
    case 0x93: {
      TRY(const auto name, pop());
      TRY(const auto module, pop());
      if (!name.as_string() || !module.as_string()) return bad("a global has no name");
      return push_global(*module.as_string(), *name.as_string());
    }
    case 'R':
    case 0x81:
      return reduce();
    case 'b':
      return build();
    default:
      handled = false;
      return {};
  }
}

Result<> Reader::reduce() {
  TRY(const auto arguments_value, pop());
  TRY(const auto callee, pop());
  const auto* arguments = arguments_value.as_tuple();
  const auto* global = get<Opaque>(callee);
  if (!arguments || !global || global->kind != Opaque::Kind::global) return bad("a call of what is no function");
  const auto& name = global->name;
  Value made;
  if (name == "_reconstruct") {
    made = Value(NdArray{"", {0}, false, {}});  // filled by BUILD
  } else if (name == "dtype") {
    const auto* code = arguments->empty() ? nullptr : arguments->front().as_string();
    if (!code || item_size(*code) == 0) {
      return fail(Code::bad_file, "the pickle holds an array of type '{}', which is not read",
                  code ? code->substr(0, 20) : "?");
    }
    made.held_ = std::make_shared<Opaque>(Opaque{Opaque::Kind::dtype, {}, {}, *code});
  } else if (name == "scalar") {
    TRY(made, scalar(*arguments));
  } else if (name == "_frombuffer") {
    TRY(made, from_buffer(*arguments));
  } else if (name == "FaceType" || name == "SampleType") {
    const auto value = arguments->size() == 1 ? arguments->front().as_int() : std::nullopt;
    if (!value) return bad("an enum without a number");
    made = Value(Enum{global->module, global->name, *value});
  } else {
    return bad("a call that is not allowed");
  }
  push(std::move(made));
  return {};
}

Result<> Reader::build() {
  TRY(const auto state, pop());
  TRY(const auto target, pop());
  const auto* parts = state.as_tuple();
  if (!parts) return bad("an object state that is no tuple");
  if (auto* array = get<NdArray>(target)) {
    TRY_VOID(build_array(*array, *parts));
  } else if (auto* dtype = get<Opaque>(target); dtype && dtype->kind == Opaque::Kind::dtype) {
    TRY_VOID(build_dtype(*dtype, *parts));
  } else {
    return bad("a state for what is no array");
  }
  push(target);
  return {};
}

Result<> Reader::build_dtype(Opaque& dtype, const List& state) {
  const auto* order = state.size() >= 2 ? state[1].as_string() : nullptr;
  if (!order) return bad("an array type without byte order");
  if (*order == ">") return fail(Code::bad_file, "the pickle holds a big-endian array, which is not read");
  for (std::size_t i = 2; i < std::min<std::size_t>(state.size(), 5); ++i) {
    if (!state[i].is_none()) return bad("a structured array type");
  }
  check(!dtype.dtype.empty(), "a dtype has its code");
  return {};
}

Result<> Reader::fill(NdArray& array, const Value& shape, const Value& dtype, bool fortran, const Value& raw) {
  const auto* extents = shape.as_tuple();
  const auto* type = get<Opaque>(dtype);
  const auto* bytes = raw.as_bytes();
  if (!extents || !type || type->kind != Opaque::Kind::dtype || !bytes) return bad("an array with an odd state");
  NdArray filled{type->dtype, {}, fortran, *bytes};
  for (const auto& extent : *extents) {
    const auto value = extent.as_int();
    if (!value) return bad("an array with an odd shape");
    filled.shape.push_back(*value);
  }
  TRY(const auto size, byte_size(filled.dtype, filled.shape));
  if (size != bytes->size()) return bad("an array whose bytes do not fit its shape");
  array = std::move(filled);
  return {};
}

Result<> Reader::build_array(NdArray& array, const List& state) {
  if (state.size() != 5) return bad("an array with an odd state");
  const auto fortran = state[3].as_int();  // numpy writes a bool; some writers an int
  if (!fortran) return bad("an array with an odd state");
  return fill(array, state[1], state[2], *fortran != 0, state[4]);
}

Result<Value> Reader::scalar(const List& arguments) {
  if (arguments.size() != 2) return bad("an odd numpy scalar");
  NdArray array;
  TRY_VOID(fill(array, Value::tuple({}), arguments[0], false, arguments[1]));
  if (array.dtype[0] == 'f') return Value(array.to<double>().front());
  if (array.dtype[0] == 'b') return Value(array.to<std::uint8_t>().front() != 0);
  return Value(array.to<std::int64_t>().front());
}

Result<Value> Reader::from_buffer(const List& arguments) {
  const auto* order = arguments.size() == 4 ? arguments[3].as_string() : nullptr;
  if (!order) return bad("an odd array buffer");
  NdArray array;
  TRY_VOID(fill(array, arguments[2], arguments[1], *order == "F", arguments[0]));
  return Value(std::move(array));
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

void Reader::empty_containers() {
  for (auto& value : containers_) {
    if (auto* list = get<List>(value)) list->clear();
    if (auto* dict = get<Dict>(value)) dict->clear();
    if (auto* tuple = get<Value::Tuple>(value)) tuple->items.clear();
  }
}

Result<Value> read(Bytes pickle) { return Reader(std::move(pickle)).run(); }

Result<> read_items(Bytes pickle, const TakeItem& take) {
  TRY(const Value rest, Reader(std::move(pickle), &take).run());
  if (!rest.as_list() && !rest.as_dict())
    return fail(Code::bad_file, "not a readable pickle: it is no list and no dict");
  // What was not put in at the outermost place.
  for (const auto& item : rest.as_list() ? *rest.as_list() : List{}) TRY_VOID(take({}, item));
  for (const auto& [key, item] : rest.as_dict() ? *rest.as_dict() : Dict{}) TRY_VOID(take(key, item));
  return {};
}

Result<Value> read_file(const fs::path& path, std::uint64_t max_bytes) {
  TRY(auto bytes, understudy::read_file(path, max_bytes));
  auto value = read(std::move(bytes));
  if (!value) return during(value.error(), fmt::format("reading {}", path.string()));
  return value;
}

}  // namespace understudy::pickle
