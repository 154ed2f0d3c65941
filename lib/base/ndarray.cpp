// SPDX-License-Identifier: Apache-2.0
#include "lib/base/ndarray.hpp"

#include <array>
#include <bit>
#include <type_traits>

namespace understudy {
namespace {

static_assert(std::endian::native == std::endian::little);

struct Half {
  std::uint16_t bits;
};

float widen(Half half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half.bits >> 15) << 31;
  const int exponent = (half.bits >> 10) & 31;
  std::uint32_t fraction = half.bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (fraction << 13));
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (static_cast<std::uint32_t>(exponent + 112) << 23) | (fraction << 13));
}

template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<From, Half>) {
    return static_cast<To>(widen(value));
  } else {
    return static_cast<To>(value);
  }
}

// Byte steps along each axis.
std::vector<std::size_t> strides(const NdArray& array) {
  std::vector<std::size_t> steps(array.shape.size());
  std::size_t step = item_size(array.dtype);
  const std::size_t axes = steps.size();
  for (std::size_t i = 0; i < axes; ++i) {
    const std::size_t axis = array.fortran ? i : axes - 1 - i;
    steps[axis] = step;
    step *= static_cast<std::size_t>(array.shape[axis]);
  }
  return steps;
}

template <class To, class From>
std::vector<To> gather(const NdArray& array) {
  std::vector<To> out(array.size());
  if (out.empty()) return out;
  const std::uint8_t* bytes = array.data.data();
  if (!array.fortran || array.shape.size() < 2) {
    if constexpr (std::is_same_v<To, From>) {
      std::memcpy(out.data(), bytes, out.size() * sizeof(To));
      return out;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      From value;
      std::memcpy(&value, bytes + i * sizeof(From), sizeof value);
      out[i] = convert<To>(value);
    }
    return out;
  }
  const auto steps = strides(array);
  std::vector<std::int64_t> index(array.shape.size(), 0);
  std::size_t offset = 0;
  for (auto& element : out) {
    From value;
    std::memcpy(&value, bytes + offset, sizeof value);
    element = convert<To>(value);
    for (std::size_t axis = index.size(); axis-- > 0;) {
      offset += steps[axis];
      if (++index[axis] < array.shape[axis]) break;
      offset -= steps[axis] * static_cast<std::size_t>(array.shape[axis]);
      index[axis] = 0;
    }
  }
  return out;
}

template <class T>
constexpr const char* name_of() {
  if constexpr (std::is_same_v<T, float>) return "f4";
  if constexpr (std::is_same_v<T, double>) return "f8";
  if constexpr (std::is_same_v<T, std::int32_t>) return "i4";
  if constexpr (std::is_same_v<T, std::int64_t>) return "i8";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "u1";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "u2";
  return "";
}

}  // namespace

std::size_t item_size(std::string_view dtype) {
  static constexpr std::array<std::string_view, 12> names = {"f2", "f4", "f8", "i1", "i2", "i4",
                                                             "i8", "u1", "u2", "u4", "u8", "b1"};
  for (const auto name : names) {
    if (name == dtype) return static_cast<std::size_t>(name[1] - '0');
  }
  return 0;
}

Result<std::size_t> byte_size(std::string_view dtype, std::span<const std::int64_t> shape) {
  const std::size_t item = item_size(dtype);
  if (item == 0) return fail(Code::bad_file, "arrays of type '{}' are not read", dtype);
  if (shape.size() > 16) return fail(Code::bad_file, "an array has {} axes", shape.size());
  constexpr std::size_t limit = std::size_t{1} << 40;
  std::size_t total = item;
  bool empty = false;
  for (const auto extent : shape) {
    if (extent < 0) return fail(Code::bad_file, "an array has a negative extent");
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (static_cast<std::size_t>(extent) > limit / total) return fail(Code::bad_file, "an array is too large");
    total *= static_cast<std::size_t>(extent);
  }
  return empty ? 0 : total;
}

std::size_t NdArray::size() const {
  std::size_t total = 1;
  for (const auto extent : shape) total *= static_cast<std::size_t>(extent);
  return total;
}

template <class T>
std::vector<T> NdArray::to() const {
  check(data.size() == size() * item_size(dtype), "array bytes match the shape");
  if (dtype == "f2") return gather<T, Half>(*this);
  if (dtype == "f4") return gather<T, float>(*this);
  if (dtype == "f8") return gather<T, double>(*this);
  if (dtype == "i1") return gather<T, std::int8_t>(*this);
  if (dtype == "i2") return gather<T, std::int16_t>(*this);
  if (dtype == "i4") return gather<T, std::int32_t>(*this);
  if (dtype == "i8") return gather<T, std::int64_t>(*this);
  if (dtype == "u2") return gather<T, std::uint16_t>(*this);
  if (dtype == "u4") return gather<T, std::uint32_t>(*this);
  if (dtype == "u8") return gather<T, std::uint64_t>(*this);
  return gather<T, std::uint8_t>(*this);  // u1, b1
}

template <class T>
NdArray NdArray::of(std::span<const T> values, std::vector<std::int64_t> shape) {
  NdArray array{name_of<T>(), std::move(shape), false, {}};
  check(array.size() == values.size(), "the shape matches the number of values");
  Bytes bytes(values.size_bytes());
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  array.data = Blob(std::move(bytes));
  return array;
}

template std::vector<float> NdArray::to() const;
template std::vector<double> NdArray::to() const;
template std::vector<std::int32_t> NdArray::to() const;
template std::vector<std::int64_t> NdArray::to() const;
template std::vector<std::uint8_t> NdArray::to() const;
template std::vector<std::uint16_t> NdArray::to() const;
template NdArray NdArray::of(std::span<const float>, std::vector<std::int64_t>);
template NdArray NdArray::of(std::span<const double>, std::vector<std::int64_t>);
template NdArray NdArray::of(std::span<const std::int32_t>, std::vector<std::int64_t>);
template NdArray NdArray::of(std::span<const std::int64_t>, std::vector<std::int64_t>);
template NdArray NdArray::of(std::span<const std::uint8_t>, std::vector<std::int64_t>);
template NdArray NdArray::of(std::span<const std::uint16_t>, std::vector<std::int64_t>);

}  // namespace understudy
