// SPDX-License-Identifier: Apache-2.0
#include "lib/base/pickle.hpp"

#include <algorithm>

#include "lib/base/pickle_parts.hpp"

namespace understudy::pickle {
namespace {

template <class T, class Held>
const T* held_in(const Held& held) {
  const auto* shared = std::get_if<std::shared_ptr<T>>(&held);
  return shared ? shared->get() : nullptr;
}

bool collect_numbers(const Value& value, int depth, std::vector<double>& out) {
  if (const auto number = value.as_number()) {
    out.push_back(*number);
    return true;
  }
  if (const auto* array = value.as_array()) {
    const auto numbers = array->to<double>();
    out.insert(out.end(), numbers.begin(), numbers.end());
    return true;
  }
  const auto* items = value.as_sequence();
  if (!items || depth == 0) return false;
  return std::ranges::all_of(*items, [&](const Value& item) { return collect_numbers(item, depth - 1, out); });
}

}  // namespace

Value::Value(std::string text) : held_(std::make_shared<std::string>(std::move(text))) {}
Value::Value(NdArray array) : held_(std::make_shared<NdArray>(std::move(array))) {}
Value::Value(Enum member) : held_(std::make_shared<Enum>(std::move(member))) {}

Value Value::bytes(Blob blob) {
  Value value;
  value.held_ = std::make_shared<Blob>(std::move(blob));
  return value;
}
Value Value::list(List items) {
  Value value;
  value.held_ = std::make_shared<List>(std::move(items));
  return value;
}
Value Value::tuple(List items) {
  Value value;
  value.held_ = std::make_shared<Tuple>(Tuple{std::move(items)});
  return value;
}
Value Value::dict(Dict entries) {
  Value value;
  value.held_ = std::make_shared<Dict>(std::move(entries));
  return value;
}

std::optional<bool> Value::as_bool() const {
  const auto* held = std::get_if<bool>(&held_);
  return held ? std::optional(*held) : std::nullopt;
}
std::optional<std::int64_t> Value::as_int() const {
  if (const auto* held = std::get_if<std::int64_t>(&held_)) return *held;
  if (const auto* held = std::get_if<bool>(&held_)) return *held ? 1 : 0;
  if (const auto* member = as_enum()) return member->value;
  return std::nullopt;
}
std::optional<double> Value::as_number() const {
  if (const auto* held = std::get_if<double>(&held_)) return *held;
  if (const auto integer = as_int()) return static_cast<double>(*integer);
  return std::nullopt;
}
const std::string* Value::as_string() const { return held_in<std::string>(held_); }
const Blob* Value::as_bytes() const { return held_in<Blob>(held_); }
const NdArray* Value::as_array() const { return held_in<NdArray>(held_); }
const Enum* Value::as_enum() const { return held_in<Enum>(held_); }
const List* Value::as_list() const { return held_in<List>(held_); }
const List* Value::as_tuple() const {
  const auto* tuple = held_in<Tuple>(held_);
  return tuple ? &tuple->items : nullptr;
}
const List* Value::as_sequence() const { return as_list() ? as_list() : as_tuple(); }
const Dict* Value::as_dict() const { return held_in<Dict>(held_); }

const Value* Value::find(std::string_view key) const {
  const auto* dict = as_dict();
  if (!dict) return nullptr;
  for (auto entry = dict->rbegin(); entry != dict->rend(); ++entry) {
    const auto* name = entry->first.as_string();
    if (name && *name == key) return &entry->second;
  }
  return nullptr;
}

void Value::set(std::string_view key, Value value) {
  auto* held = std::get_if<Shared<Dict>>(&held_);
  check(held != nullptr, "set() needs a dict");
  if (held->use_count() > 1) *held = std::make_shared<Dict>(**held);
  for (auto entry = (*held)->rbegin(); entry != (*held)->rend(); ++entry) {
    const auto* name = entry->first.as_string();
    if (!name || *name != key) continue;
    entry->second = std::move(value);
    return;
  }
  (*held)->emplace_back(std::string(key), std::move(value));
}

void Value::erase(std::string_view key) {
  auto* held = std::get_if<Shared<Dict>>(&held_);
  check(held != nullptr, "erase() needs a dict");
  if (held->use_count() > 1) *held = std::make_shared<Dict>(**held);
  std::erase_if(**held, [key](const auto& entry) {
    const auto* name = entry.first.as_string();
    return name && *name == key;
  });
}

void Value::append(Value value) {
  auto* held = std::get_if<Shared<List>>(&held_);
  check(held != nullptr, "append() needs a list");
  if (held->use_count() > 1) *held = std::make_shared<List>(**held);
  (*held)->push_back(std::move(value));
}

std::optional<std::vector<double>> Value::numbers() const {
  std::vector<double> out;
  if (!collect_numbers(*this, 3, out)) return std::nullopt;
  return out;
}

bool Value::operator==(const Value& other) const {
  if (held_.index() != other.held_.index()) return false;
  return std::visit(
      [&other](const auto& mine) {
        using T = std::decay_t<decltype(mine)>;
        const auto& theirs = std::get<T>(other.held_);
        if constexpr (std::is_same_v<T, Shared<Tuple>>) {
          return mine->items == theirs->items;
        } else if constexpr (std::is_same_v<T, Shared<Opaque>>) {
          return mine == theirs;
        } else if constexpr (requires { *mine == *theirs; }) {
          return *mine == *theirs;
        } else {
          return mine == theirs;
        }
      },
      held_);
}

}  // namespace understudy::pickle
