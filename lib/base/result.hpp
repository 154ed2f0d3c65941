// SPDX-License-Identifier: Apache-2.0
// Values for what can happen: every call that can fail on input, disk or device returns Result<T>.
// Exceptions are for broken invariants only (check()) and never leave a room for bad input.
#pragma once

#include <fmt/format.h>

#include <source_location>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace understudy {

enum class Code {
  bad_option,
  not_found,
  bad_file,
  newer_version,
  no_faces,
  busy,
  cancelled,
  out_of_memory,
  device,
  io,
  external,
  internal
};

struct Error {
  Code code = Code::internal;
  std::string message;                   // one sentence that names the file, without a final stop
  std::string hint;                      // what the user can do about it, or empty
  std::vector<std::string> while_doing;  // innermost first, one entry a layer
};

template <class T = void>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

// return fail(Code::bad_file, "{} is no video", path);
template <class... Args>
[[nodiscard]] Failure fail(Code code, fmt::format_string<Args...> text, Args&&... args) {
  return Failure(Error{code, fmt::format(text, std::forward<Args>(args)...), {}, {}});
}
// The same with the remedy beside it.
[[nodiscard]] Failure fail_with_hint(Code code, std::string message, std::string hint);
// Adds one layer of context on the way up: return during(result.error(), "reading frame 1042 of dst.mp4");
[[nodiscard]] Failure during(Error error, std::string doing);

// "message (while …): hint" on one line, for the terminal.
std::string to_sentence(const Error&);
std::string_view code_name(Code);  // "bad_file", for JSON
int exit_status(Code);             // 2 for bad_option, 130 for cancelled, else 1

// A broken invariant (a bug of ours, never bad input): throws std::logic_error with the place.
inline void check(bool holds, std::string_view what, std::source_location at = std::source_location::current()) {
  if (!holds) throw std::logic_error(fmt::format("{}:{}: {}", at.file_name(), at.line(), what));
}

}  // namespace understudy

// Evaluates an expression of type Result<T>; on error returns it, else binds the value:  TRY(auto frame,
// reader.read(i));
#define US_CONCAT_(a, b) a##b
#define US_CONCAT(a, b) US_CONCAT_(a, b)
#define TRY(declaration, expression) TRY_(US_CONCAT(try_, __LINE__), declaration, expression)
#define TRY_(temporary, declaration, expression)                              \
  auto temporary = (expression);                                              \
  if (!temporary) return ::understudy::Failure(std::move(temporary).error()); \
  declaration = *std::move(temporary)
// The same for Result<void> or an ignored value:  TRY_VOID(write_file(path, bytes));
#define TRY_VOID(expression) TRY_VOID_(US_CONCAT(try_, __LINE__), expression)
#define TRY_VOID_(temporary, expression)                                                                       \
  do {                                                                                                         \
    if (auto temporary = (expression); !temporary) return ::understudy::Failure(std::move(temporary).error()); \
  } while (false)
