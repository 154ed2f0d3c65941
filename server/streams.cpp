// SPDX-License-Identifier: Apache-2.0
#include "server/streams.hpp"

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr std::size_t piece_bytes = 1 << 18;

class JobStream : public TextStream {
 public:
  JobStream(std::shared_ptr<Supervisor> jobs, std::string job, std::int64_t after)
      : jobs_(std::move(jobs)), job_(std::move(job)), after_(after) {}

  bool next(std::string& piece) override {
    // Looked at before the log, so that its last lines are there when it has ended.
    const auto shown = jobs_->job(job_);
    const std::string state = shown ? shown->value("state", "") : "failed";
    const bool over = state == "done" || state == "failed" || state == "cancelled";
    const auto part = read_log(jobs_->log_folder(job_), position_, after_, piece_bytes);
    position_ = part.position;
    for (const auto& line : split(part.lines, '\n')) {
      if (line.empty()) continue;
      after_ = line_id(line);
      piece += fmt::format("id: {}\ndata: {}\n\n", after_, line);
    }
    if (shown && (*shown)["progress"].is_object() && (*shown)["progress"].value("id", std::int64_t{0}) > told_) {
      told_ = (*shown)["progress"]["id"];
      if (told_ > after_) piece += fmt::format("event: progress\ndata: {}\n\n", json_text((*shown)["progress"]));
    }
    if (!part.lines.empty()) return true;
    if (over) {
      piece += fmt::format("event: end\ndata: {}\n\n", json_text(json{{"state", state}}));
      return false;
    }
    sleep_seconds(0.25);
    return true;
  }

 private:
  std::shared_ptr<Supervisor> jobs_;
  std::string job_;
  std::int64_t after_, told_ = -1;
  std::uint64_t position_ = 0;
};

class JobsStream : public TextStream {
 public:
  JobsStream(std::shared_ptr<Supervisor> jobs, std::function<bool()> open)
      : jobs_(std::move(jobs)), open_(std::move(open)) {}

  bool next(std::string& piece) override {
    if (!open_()) {
      piece = "event: workspace\ndata: {}\n\n";
      return false;
    }
    const auto newer = first_ ? jobs_->snapshot() : jobs_->wait_for_newer(version_, 1);
    if (!first_ && newer.version == version_) return true;
    first_ = false;
    version_ = newer.version;
    piece = fmt::format("event: jobs\ndata: {}\n\n", json_text(*newer.jobs));
    return true;
  }

 private:
  std::shared_ptr<Supervisor> jobs_;
  std::function<bool()> open_;
  std::uint64_t version_ = 0;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<TextStream> job_stream(std::shared_ptr<Supervisor> jobs, std::string job, std::int64_t after) {
  return std::make_unique<JobStream>(std::move(jobs), std::move(job), after);
}

std::unique_ptr<TextStream> jobs_stream(std::shared_ptr<Supervisor> jobs, std::function<bool()> still_open) {
  return std::make_unique<JobsStream>(std::move(jobs), std::move(still_open));
}

}  // namespace understudy::studio
