// SPDX-License-Identifier: Apache-2.0
// A numpy-like array as files hold it: element type, shape and raw little-endian bytes. Shared by pickle and npy.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/base/result.hpp"

namespace understudy {

// Read-only bytes that share ownership of the buffer they lie in, so that the tensors of a 500 MB weights file are
// slices of the one buffer the file was read into.
class Blob {
 public:
  Blob() = default;
  explicit Blob(Bytes bytes) : Blob(std::make_shared<const Bytes>(std::move(bytes))) {}
  explicit Blob(std::shared_ptr<const Bytes> owner) : owner_(std::move(owner)), view_(*owner_) {}
  Blob slice(std::size_t offset, std::size_t size) const {
    Blob part = *this;
    part.view_ = view_.subspan(offset, size);
    return part;
  }
  std::span<const std::uint8_t> span() const { return view_; }
  const std::uint8_t* data() const { return view_.data(); }
  std::size_t size() const { return view_.size(); }
  bool operator==(const Blob& other) const {
    return size() == other.size() && (size() == 0 || std::memcmp(data(), other.data(), size()) == 0);
  }

 private:
  std::shared_ptr<const Bytes> owner_;
  std::span<const std::uint8_t> view_;
};

struct NdArray {
  std::string dtype;                // "f2" "f4" "f8" "i1" "i2" "i4" "i8" "u1" "u2" "u4" "u8" "b1"; always little-endian
  std::vector<std::int64_t> shape;  // empty for a scalar
  bool fortran = false;             // column-major bytes
  Blob data;                        // size() * item_size(dtype) bytes, not necessarily aligned

  std::size_t size() const;  // number of elements
  bool operator==(const NdArray&) const = default;

  // All elements converted to T, in row-major order whatever the order in the file.
  template <class T>
  std::vector<T> to() const;
  template <class T>
  static NdArray of(std::span<const T> values, std::vector<std::int64_t> shape);
};

// Bytes of one element; 0 for a type that is not read.
std::size_t item_size(std::string_view dtype);
// The number of bytes that the shape and type ask for; an error for a negative or absurdly large shape.
Result<std::size_t> byte_size(std::string_view dtype, std::span<const std::int64_t> shape);

}  // namespace understudy
