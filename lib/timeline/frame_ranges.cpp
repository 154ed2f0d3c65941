// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/frame_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "lib/base/text.hpp"

namespace understudy {
namespace {

std::optional<std::int64_t> frame_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > most_frames) return {};
  return number;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Result<std::vector<FrameRange>> parse_frames(std::string_view text) {
  std::vector<FrameRange> ranges;
  for (const auto& part : split(text, ',')) {
    const auto piece = trimmed(part);
    const auto dash = piece.find('-');
    const auto first = frame_number(trimmed(piece.substr(0, dash)));
    const auto last = dash == std::string_view::npos ? first : frame_number(trimmed(piece.substr(dash + 1)));
    if (!first || !last || *last < *first) {
      return fail_with_hint(Code::bad_option, fmt::format("'{}' names no frames", std::string(text)),
                            "Write numbers from 1 on and ranges, with commas between: 100-250,300");
    }
    ranges.push_back({*first - 1, *last - 1});
  }
  return joined_ranges(std::move(ranges));
}

std::string frames_text(const std::vector<FrameRange>& ranges) {
  std::string text;
  for (const auto& range : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.first + 1);
    if (range.last > range.first) text += fmt::format("-{}", range.last + 1);
  }
  return text;
}

std::vector<FrameRange> joined_ranges(std::vector<FrameRange> ranges) {
  std::ranges::sort(ranges, {}, &FrameRange::first);
  std::vector<FrameRange> out;
  for (const auto& range : ranges) {
    if (!out.empty() && range.first <= out.back().last + 1)
      out.back().last = std::max(out.back().last, range.last);
    else
      out.push_back(range);
  }
  return out;
}

bool has_frame(const std::vector<FrameRange>& sorted, std::int64_t frame) {
  const auto behind = std::ranges::upper_bound(sorted, frame, {}, &FrameRange::first);
  return behind != sorted.begin() && std::prev(behind)->last >= frame;
}

std::int64_t frames_in(const std::vector<FrameRange>& ranges) {
  std::int64_t sum = 0;
  for (const auto& range : ranges) sum += range.last - range.first + 1;
  return sum;
}

}  // namespace understudy
