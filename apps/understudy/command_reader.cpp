// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/command_reader.hpp"

#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"

namespace understudy {
namespace {

constexpr std::size_t longest_line = 1 << 16;

void take_line(std::string_view line, Run& run) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  Command command;
  if (const auto read = read_command(line, command); !read)
    run.refuse(command, to_sentence(read.error()));
  else
    run.post(std::move(command));
}

void read_json_lines(const std::stop_token& stop, Run& run) {
  std::string pending;
  while (!stop.stop_requested()) {
    const auto bytes = read_standard_input(0.1);
    if (!bytes) return;  // closed
    pending += *bytes;
    std::size_t begin = 0;
    for (std::size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1)
      take_line(std::string_view(pending).substr(begin, end - begin), run);
    pending.erase(0, begin);
    if (pending.size() <= longest_line) continue;
    run.refuse({{}, {}, {}, "null"}, fmt::format("A request is longer than {} bytes.", longest_line));
    pending.clear();
  }
}

// The original's keys (spec networks-and-training.md 7).
std::string command_of(char key) {
  switch (key) {
    case 's':
      return "save";
    case 'b':
      return "backup";
    case 'p':
      return "preview";
    case ' ':
      return "next-preview";
    case 'l':
      return "loss-range";
    case '\n':
    case '\r':
      return "stop";
    default:
      return {};
  }
}

void read_keys(const std::stop_token& stop, KeyMode& mode, Run& run) {
  while (!stop.stop_requested()) {
    const bool ready = mode.ready();
    const auto bytes = ready ? read_standard_input(0.1) : std::nullopt;
    if (!bytes) {  // in the background, or there is no terminal any more
      sleep_seconds(0.1);
      continue;
    }
    if (bytes->starts_with('\033')) continue;  // an arrow or function key: its letters mean nothing here
    for (const char key : *bytes) {
      if (const auto command = command_of(key); !command.empty()) run.post({command, {}, {}, {}});
    }
  }
}

}  // namespace

const std::string_view key_line =
    "Keys: s save, b backup, p preview, space next preview, l loss range, Enter save and exit";

CommandReader::CommandReader(CommandSource source, Run& run) {
  if (source == CommandSource::none) return;
  if (source == CommandSource::keys) keys_ = std::make_unique<KeyMode>();
  auto read = [&run, mode = keys_.get(), stop = stop_.get_token()] {
    mode != nullptr ? read_keys(stop, *mode, run) : read_json_lines(stop, run);
  };
  auto failed = [&run](const Error& error) { run.warn("No more commands are read: " + to_sentence(error)); };
  if (auto started = background_thread(std::move(read), failed); started)
    thread_ = *std::move(started);
  else
    failed(started.error());
}

CommandReader::~CommandReader() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace understudy
