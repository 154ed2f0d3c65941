// SPDX-License-Identifier: Apache-2.0
// Server-sent events (html.spec.whatwg.org, 9.2): what a page follows without asking again.
#pragma once

#include "server/http.hpp"
#include "server/supervisor.hpp"

namespace understudy::studio {

// The lines of one job's log as they come, each with its id, so that a page that was cut off goes on behind the last
// one it had; and the newest progress, without an id. Ends with the job.
std::unique_ptr<TextStream> job_stream(std::shared_ptr<Supervisor>, std::string job, std::int64_t after);

// Event "jobs" with the list of all jobs whenever anything of it changes; event "workspace" when another was opened.
std::unique_ptr<TextStream> jobs_stream(std::shared_ptr<Supervisor>, std::function<bool()> still_open);

}  // namespace understudy::studio
