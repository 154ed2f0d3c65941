// SPDX-License-Identifier: Apache-2.0
// Options declared once: a plain struct with its defaults in place, and one described row per member beside it. The
// rows give the command line, the saved JSON, the studio's form and the generated documentation.
//
//   struct ExtractOptions { FaceType face_type = FaceType::whole; int image_size = 512; };
//   template <> constexpr auto describe<ExtractOptions>() { return std::tuple{
//     field("face-type",  &ExtractOptions::face_type ).says("Face type", "How much of the head a crop covers."),
//     field("image-size", &ExtractOptions::image_size).says("Crop size", "Side of a face crop, in pixels.").range(64,
//     2048)};}
//   static_assert(all_described<ExtractOptions>);
//
// An enum used as an option needs its names:  template <> struct Names<FaceType> { static constexpr std::array
// all{"half", …}; }; in the order of its values, which count from 0.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "lib/base/result.hpp"

namespace understudy {

enum class When {
  creation,
  start,
  live
};  // until when a value may still be changed: model creation, each start, while running

template <class E>
struct Names;  // specialised beside each option enum

template <class S, class T>
struct Field {
  std::string_view key;
  T S::*member;
  std::string_view label = {}, help = {}, group_name = {};
  std::optional<double> lo = {}, hi = {}, step = {};
  When when = When::start;
  bool is_advanced = false;

  constexpr Field says(std::string_view l, std::string_view h) const {
    Field f = *this;
    f.label = l;
    f.help = h;
    return f;
  }
  constexpr Field range(double low, double high, std::optional<double> by = {}) const {
    Field f = *this;
    f.lo = low;
    f.hi = high;
    f.step = by;
    return f;
  }
  constexpr Field at_least(double low) const {
    Field f = *this;
    f.lo = low;
    return f;
  }
  constexpr Field may_change(When w) const {
    Field f = *this;
    f.when = w;
    return f;
  }
  constexpr Field in(std::string_view g) const {
    Field f = *this;
    f.group_name = g;
    return f;
  }
  constexpr Field advanced() const {
    Field f = *this;
    f.is_advanced = true;
    return f;
  }
};

template <class S, class T>
constexpr Field<S, T> field(std::string_view key, T S::*member) {
  return {key, member};
}

template <class S>
constexpr auto describe();  // specialised beside each options struct

// Counts the members of an aggregate, so that a member without a row fails the build.
struct AnyMember {
  template <class T>
  operator T() const;
};
template <class S, class... A>
consteval std::size_t member_count() {
  if constexpr (requires { S{A{}..., AnyMember{}}; }) {
    return member_count<S, A..., AnyMember>();
  } else {
    return sizeof...(A);
  }
}
template <class S>
inline constexpr bool all_described = std::tuple_size_v<decltype(describe<S>())> == member_count<S>();

enum class Kind { boolean, integer, number, text, path, choice };

// One option of one options object, with its type erased: values travel as text.
struct Row {
  std::string key, label, help, group;
  Kind kind = Kind::text;
  When when = When::start;
  bool advanced = false;
  std::optional<double> lo, hi, step;
  std::vector<std::string> choices;
  std::string default_text;
  bool given = false;  // set by the user (command line or file), not merely at its default
  std::function<std::string()> get;
  std::function<Result<>(std::string_view)> set;  // checks type, range and choices
};

namespace detail {
Result<bool> parse_bool(std::string_view key, std::string_view text);
Result<long long> parse_integer(std::string_view key, std::string_view text, std::optional<double> lo,
                                std::optional<double> hi);
Result<double> parse_number(std::string_view key, std::string_view text, std::optional<double> lo,
                            std::optional<double> hi);
Result<std::size_t> parse_choice(std::string_view key, std::string_view text, const std::vector<std::string>& choices);
std::string number_text(double);

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<T, bool>)
    return Kind::boolean;
  else if constexpr (std::is_enum_v<T>)
    return Kind::choice;
  else if constexpr (std::is_integral_v<T>)
    return Kind::integer;
  else if constexpr (std::is_floating_point_v<T>)
    return Kind::number;
  else if constexpr (std::is_same_v<T, std::filesystem::path>)
    return Kind::path;
  else {
    static_assert(std::is_same_v<T, std::string>, "an option is a bool, number, enum, string or path");
    return Kind::text;
  }
}

template <class T>
std::string to_text(const T& value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_enum_v<T>)
    return std::string(Names<T>::all.at(static_cast<std::size_t>(value)));
  else if constexpr (std::is_integral_v<T>)
    return std::to_string(value);
  else if constexpr (std::is_floating_point_v<T>)
    return number_text(static_cast<double>(value));
  else if constexpr (std::is_same_v<T, std::filesystem::path>)
    return value.string();
  else
    return value;
}

template <class T>
Result<> from_text(const Row& row, std::string_view text, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    TRY(value, parse_bool(row.key, text));
  } else if constexpr (std::is_enum_v<T>) {
    TRY(const auto index, parse_choice(row.key, text, row.choices));
    value = static_cast<T>(index);
  } else if constexpr (std::is_integral_v<T>) {
    TRY(const auto number, parse_integer(row.key, text, row.lo, row.hi));
    value = static_cast<T>(number);
  } else if constexpr (std::is_floating_point_v<T>) {
    TRY(const auto number, parse_number(row.key, text, row.lo, row.hi));
    value = static_cast<T>(number);
  } else {
    value = T(std::string(text));
  }
  return {};
}

template <class S, class T>
Row make_row(const Field<S, T>& f, S& object) {
  Row row;
  row.key = f.key;
  row.label = f.label;
  row.help = f.help;
  row.group = f.group_name;
  row.kind = kind_of<T>();
  row.when = f.when;
  row.advanced = f.is_advanced;
  row.lo = f.lo;
  row.hi = f.hi;
  row.step = f.step;
  if constexpr (std::is_enum_v<T>) row.choices.assign(Names<T>::all.begin(), Names<T>::all.end());
  row.default_text = to_text(S{}.*f.member);
  T* target = &(object.*f.member);
  row.get = [target] { return to_text(*target); };
  row.set = [target, plain = row](std::string_view text) { return from_text(plain, text, *target); };
  return row;
}
}  // namespace detail

// The rows of one object. They point into it: it must outlive them.
template <class S>
std::vector<Row> rows_of(S& object) {
  static_assert(all_described<S>, "an option has no row in describe<>()");
  std::vector<Row> rows;
  std::apply([&](const auto&... fields) { (rows.push_back(detail::make_row(fields, object)), ...); }, describe<S>());
  return rows;
}

}  // namespace understudy
