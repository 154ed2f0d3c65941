// SPDX-License-Identifier: Apache-2.0
// The objects of a pickle: the few known names, called and given their state as numpy's arrays and DeepFaceLab's enums
// are.
#include "lib/base/pickle_objects.hpp"

#include <algorithm>
#include <optional>

#include "lib/base/pickle_reader.hpp"

namespace understudy::pickle {
namespace {

bool known_global(std::string_view module, std::string_view name) {
  const bool multiarray = module == "numpy.core.multiarray" || module == "numpy._core.multiarray";
  const bool numeric = module == "numpy.core.numeric" || module == "numpy._core.numeric";
  return (multiarray && (name == "_reconstruct" || name == "scalar")) || (numeric && name == "_frombuffer") ||
         (module == "numpy" && (name == "ndarray" || name == "dtype")) || (module == "_codecs" && name == "encode") ||
         ((module == "__builtin__" || module == "builtins") && name == "bytes") ||
         (module == "facelib.FaceType" && name == "FaceType") || (module == "samplelib.Sample" && name == "SampleType");
}

// Protocol 2 has no bytes: Python writes them as text of as many characters, U+0000 to U+00FF, and a call that takes
// them back. Empty when the text is no such.
std::optional<Bytes> from_latin1(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      bytes.push_back(first);
      continue;
    }
    const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if ((first != 0xc2 && first != 0xc3) || (second & 0xc0) != 0x80) return {};
    bytes.push_back(static_cast<std::uint8_t>((first & 0x03) << 6 | (second & 0x3f)));
    ++i;
  }
  return bytes;
}

}  // namespace

Result<std::string> Reader::line() {
  constexpr std::size_t longest = 256;
  TRY_VOID(input_.want(longest));
  const auto rest = input_.rest();
  const auto end = std::ranges::find(rest.first(std::min(rest.size(), longest)), '\n');
  const auto length = static_cast<std::size_t>(end - rest.begin());
  if (length >= rest.size() || rest[length] != '\n') return bad("a name has no end");
  std::string text(reinterpret_cast<const char*>(rest.data()), length);
  input_.skip(length + 1);
  return text;
}

Result<> Reader::push_global(std::string module, std::string name) {
  if (!known_global(module, name) && !takes_objects_) {
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
  if (!known_global(global->module, name)) {
    make_object(*global, *arguments);
    return {};
  }
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
  } else if (name == "encode") {
    TRY(made, encoded(*arguments));
  } else if (name == "bytes" && arguments->empty()) {
    made = Value::bytes({});
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
  if (auto* object = get<Dict>(target); takes_objects_ && object && target.find(class_key)) {
    TRY_VOID(build_object(*object, state));
    push(target);
    return {};
  }
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

// Python calls the class with these; here they are only put down. A class among them is told by its name.
void Reader::make_object(const Opaque& type, const List& arguments) {
  List plain = arguments;
  for (auto& argument : plain) {
    if (const auto* other = get<Opaque>(argument)) argument = Value(other->module + "." + other->name);
  }
  Value object = Value::dict();
  object.set(class_key, Value(type.module + "." + type.name));
  push_container(std::move(object));
  Value holder = stack_.back();
  push_container(Value::tuple(std::move(plain)));
  get<Dict>(holder)->emplace_back(Value(std::string(arguments_key)), stack_.back());
  stack_.pop_back();
}

// A state is a dict of attributes, or a pair of that and the attributes that lie in slots. All that objects are given
// was in the file once: a state that is given again and again would fill the memory.
Result<> Reader::build_object(Dict& object, const Value& state) {
  const auto* pair = state.as_tuple();
  const List states = pair ? *pair : List{state};
  for (const auto& part : states) {
    const Dict attributes = part.as_dict() ? *part.as_dict() : Dict{};  // of the object itself it may be
    attributes_given_ += attributes.size();
    if ((!part.as_dict() && !part.is_none()) || states.size() > 2 || attributes_given_ > input_.position())
      return bad("an object with an odd state");
    object.insert(object.end(), attributes.begin(), attributes.end());
  }
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
  const auto* text = raw.as_string();  // of Python 2, where bytes and text were one
  if (!extents || !type || type->kind != Opaque::Kind::dtype || (!raw.as_bytes() && !text))
    return bad("an array with an odd state");
  const Blob bytes = text ? Blob(Bytes(text->begin(), text->end())) : *raw.as_bytes();
  NdArray filled{type->dtype, {}, fortran, bytes};
  for (const auto& extent : *extents) {
    const auto value = extent.as_int();
    if (!value) return bad("an array with an odd shape");
    filled.shape.push_back(*value);
  }
  TRY(const auto size, byte_size(filled.dtype, filled.shape));
  if (size != bytes.size()) return bad("an array whose bytes do not fit its shape");
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

Result<Value> Reader::encoded(const List& arguments) {
  const auto* text = arguments.size() == 2 ? arguments[0].as_string() : nullptr;
  const auto* code = text ? arguments[1].as_string() : nullptr;
  auto bytes = code && (*code == "latin1" || *code == "latin-1") ? from_latin1(*text) : std::nullopt;
  if (!bytes) return bad("bytes in an odd code");
  return Value::bytes(Blob(*std::move(bytes)));
}

Result<Value> Reader::from_buffer(const List& arguments) {
  const auto* order = arguments.size() == 4 ? arguments[3].as_string() : nullptr;
  if (!order) return bad("an odd array buffer");
  NdArray array;
  TRY_VOID(fill(array, arguments[2], arguments[1], *order == "F", arguments[0]));
  return Value(std::move(array));
}

}  // namespace understudy::pickle
