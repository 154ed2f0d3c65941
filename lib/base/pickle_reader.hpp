// SPDX-License-Identifier: Apache-2.0
// The machine that reads a pickle, for pickle_*.cpp only: pickle_read.cpp runs it over plain values and containers,
// pickle_objects.cpp has numpy's arrays and the enums.
#pragma once

#include <cstring>
#include <unordered_map>

#include "lib/base/pickle.hpp"
#include "lib/base/pickle_input.hpp"
#include "lib/base/pickle_parts.hpp"

namespace understudy::pickle {

// A stack machine over the opcodes of protocols 2 to 5. Containers are shared between stack, memo and parent, as in
// Python, because a container is memoised before it is filled.
class Reader {
 public:
  // With `take` the items of the outermost list or dict go there.
  explicit Reader(Input pickle, const TakeItem* take = nullptr) : input_(std::move(pickle)), take_(take) {}
  // Objects of unknown classes become dicts, see read_objects().
  void take_objects() { takes_objects_ = true; }
  Result<Value> run();

 private:
  using Opaque = Value::Opaque;
  template <class T>
  static T* get(const Value& value) {
    const auto* shared = std::get_if<std::shared_ptr<T>>(&value.held_);
    return shared ? shared->get() : nullptr;
  }

  Failure bad(std::string_view what) const {
    return fail(Code::bad_file, "not a readable pickle: {} at byte {}", what, input_.position());
  }
  template <class T>
  Result<T> number() {
    TRY_VOID(input_.want(sizeof(T)));
    if (input_.at_hand() < sizeof(T)) return bad("it ends too early");
    T value;
    std::memcpy(&value, input_.rest().data(), sizeof value);
    input_.skip(sizeof value);
    return value;
  }
  Result<Blob> take(std::uint64_t size) {
    TRY_VOID(input_.want(size));
    if (size > input_.at_hand()) return bad("a length reaches past the end");
    return input_.take(size);
  }
  template <class Length>
  Result<Blob> counted() {
    TRY(const auto size, number<Length>());
    return take(size);
  }

  Result<> step(std::uint8_t code, bool& done);
  Result<> scalar_op(std::uint8_t code, bool& handled);
  Result<> text_op(std::uint8_t code, bool& handled);  // texts and bytes
  Result<> memo_op(std::uint8_t code, bool& handled);
  Result<> container_op(std::uint8_t code, bool& handled);
  Result<> object_op(std::uint8_t code, bool& handled);

  void push(Value value) { stack_.push_back(std::move(value)); }
  // Keeps hold of each container until release_containers().
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
  void make_object(const Opaque& type, const List& arguments);
  Result<> build_object(Dict& object, const Value& state);
  Result<Value> scalar(const List& arguments);
  Result<Value> from_buffer(const List& arguments);
  Result<Value> encoded(const List& arguments);
  Result<> build_dtype(Opaque& dtype, const List& state);
  Result<> build_array(NdArray& array, const List& state);
  Result<> fill(NdArray& array, const Value& shape, const Value& dtype, bool fortran, const Value& raw);
  // The height of the tree below a value; refuses cycles, too deep nesting, and opaque leftovers.
  Result<int> height(const Value& value, int depth);
  // Frees the containers from that number on which no checked value holds: one by one and emptied, so that it neither
  // recurses nor leaves a cycle. What may still be recalled is kept, unless it is the end.
  void release_containers(std::size_t from, bool at_end);

  Input input_;
  const TakeItem* take_;
  bool takes_objects_ = false;
  std::uint64_t attributes_given_ = 0;  // to all objects
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::vector<Value> memo_;
  std::vector<Value> containers_;
  std::size_t kept_containers_ = 0;  // of those before, at the front
  std::unordered_map<const void*, int> heights_;
};

}  // namespace understudy::pickle
