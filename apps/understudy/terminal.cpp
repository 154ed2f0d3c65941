// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string rate_text(const ProgressEvent& p) {
  if (p.per_second <= 0) return {};
  const std::string unit = p.what.ends_with('s') ? p.what.substr(0, p.what.size() - 1) : p.what;
  return p.per_second >= 1 ? fmt::format("{:.1f} {}/s", p.per_second, p.what)
                           : fmt::format("{:.2f} s/{}", 1 / p.per_second, unit);
}

std::string progress_text(const ProgressEvent& p, int columns, const std::string& metrics) {
  std::string tail =
      p.total > 0 ? fmt::format(" {}/{} {}", p.done, p.total, p.what) : fmt::format(" {} {}", p.done, p.what);
  if (const auto rate = rate_text(p); !rate.empty()) tail += "  " + rate;
  if (p.seconds_left >= 0) tail += "  " + clock_time(p.seconds_left) + " left";
  if (!metrics.empty()) tail += "  " + metrics;
  if (p.total == 0) return tail.substr(1);
  const int width = std::clamp(columns - static_cast<int>(tail.size()) - 8, 8, 40);
  const int filled =
      static_cast<int>(width * std::min(1.0, static_cast<double>(p.done) / static_cast<double>(p.total)));
  return fmt::format("[{}{}] {:3.0f}%{}", std::string(filled, '#'), std::string(width - filled, '.'),
                     100.0 * static_cast<double>(p.done) / static_cast<double>(p.total), tail);
}

// "src_ssim 0.571  src_psnr 18.5": the values whose names lie in the group (before the '/'), or in none.
std::string values_text(const MetricEvent& metric, std::string_view group) {
  std::string text;
  for (const auto& [name, value] : metric.values) {
    const auto slash = name.find('/');
    const std::string_view own = slash == std::string::npos ? "" : std::string_view(name).substr(0, slash);
    if (own != group) continue;
    const std::string_view rest = slash == std::string::npos ? name : std::string_view(name).substr(slash + 1);
    text += fmt::format("{}{} {:.4g}", text.empty() ? "" : "  ", rest, value);
  }
  return text;
}

}  // namespace

TerminalReader::TerminalReader() : is_terminal_(is_terminal_stderr()) {}

void TerminalReader::line(const std::string& text) {
  if (bar_open_) std::fputs("\r\033[K", stderr);
  bar_open_ = false;
  std::fprintf(stderr, "%s\n", terminal_text(text).c_str());
}

void TerminalReader::show(const Event& event) {
  std::visit(Overloaded{
                 [&](const StartedEvent&) {},
                 [&](const ProgressEvent& p) {
                   if (is_terminal_) {
                     // A line that wraps could not be redrawn in place.
                     const int columns = terminal_columns();
                     const std::string bar = progress_text(p, columns, metrics_);
                     std::fprintf(stderr, "\r\033[K%.*s", columns - 1, bar.c_str());
                     std::fflush(stderr);
                     bar_open_ = true;
                   } else if (wall_time() - last_plain_ >= 10 || (p.total > 0 && p.done >= p.total)) {
                     last_plain_ = wall_time();  // a log file wants a line now and then, not a moving bar
                     line(progress_text(p, 100, metrics_));
                   }
                 },
                 [&](const StageEvent& s) {
                   metrics_.clear();
                   line("== " + s.name);
                 },
                 [&](const MetricEvent& m) {
                   if (auto text = values_text(m, ""); !text.empty()) metrics_ = std::move(text);
                   if (const auto text = values_text(m, "validation"); !text.empty())
                     line(fmt::format("validation at iteration {}: {}", m.at, text));
                 },
                 [&](const WarningEvent& w) {
                   if (++warnings_ <= 50) line("warning: " + w.text);
                   if (warnings_ == 50) line("warning: more warnings go to the job's log only");
                 },
                 [&](const NoteEvent& n) { line(n.text); },
                 [&](const PreviewEvent&) {},
                 [&](const SavedEvent& s) { line(fmt::format("saved {}: {}", s.what, s.path)); },
                 [&](const AcceptedEvent&) {},
                 [&](const RefusedEvent&) {},
                 [&](const DoneEvent&) {},
                 [&](const ErrorEvent&) {},
             },
             event);
}

void TerminalReader::finish() {
  if (bar_open_) std::fputs("\n", stderr);
  bar_open_ = false;
}

}  // namespace understudy
