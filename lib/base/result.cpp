// SPDX-License-Identifier: Apache-2.0
#include "lib/base/result.hpp"

namespace understudy {

Failure fail_with_hint(Code code, std::string message, std::string hint) {
  hint.erase(0, hint.find_first_not_of(' '));  // did_you_mean() begins with one
  return Failure(Error{code, std::move(message), std::move(hint), {}});
}

Failure during(Error error, std::string doing) {
  error.while_doing.push_back(std::move(doing));
  return Failure(std::move(error));
}

std::string to_sentence(const Error& error) {
  std::string text = error.message;
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] += 'A' - 'a';  // layers below begin with a part of the file
  for (const auto& doing : error.while_doing) text += fmt::format(" (while {})", doing);
  text += '.';
  if (!error.hint.empty()) text += fmt::format(" {}", error.hint);
  return text;
}

std::string_view code_name(Code code) {
  switch (code) {
    case Code::bad_option:
      return "bad_option";
    case Code::not_found:
      return "not_found";
    case Code::bad_file:
      return "bad_file";
    case Code::newer_version:
      return "newer_version";
    case Code::no_faces:
      return "no_faces";
    case Code::busy:
      return "busy";
    case Code::cancelled:
      return "cancelled";
    case Code::out_of_memory:
      return "out_of_memory";
    case Code::device:
      return "device";
    case Code::io:
      return "io";
    case Code::external:
      return "external";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

int exit_status(Code code) {
  if (code == Code::bad_option) return 2;
  if (code == Code::cancelled) return 130;
  return 1;
}

}  // namespace understudy
