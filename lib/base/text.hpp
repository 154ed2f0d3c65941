// SPDX-License-Identifier: Apache-2.0
// Small text helpers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

std::string lower_case(std::string_view);
std::vector<std::string> split(std::string_view, char separator);
// The candidate with the smallest edit distance, if it is near enough to be a likely typing slip, else empty.
std::string nearest_name(std::string_view wanted, std::span<const std::string> candidates);
// " Did you mean 'x'?" or an empty string.
std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates);
// "a, b, c and 7 more": at most `most` of the names, for a sentence.
std::string some_of(std::span<const std::string> names, std::size_t most = 3);
// 754 -> "12:34", 3723 -> "1:02:03"
std::string clock_time(double seconds);

}  // namespace understudy
