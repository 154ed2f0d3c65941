// SPDX-License-Identifier: Apache-2.0
#include "server/http_server.hpp"

#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/base/workers.hpp"

namespace understudy::studio {
namespace {

constexpr std::size_t largest_body = 8 << 20;  // a change names its faces: a million of them
constexpr int most_connections = 512;          // a stream holds one as long as its tab is open

// A thread for each connection that is open, as many as there may be: a slow one never keeps another waiting.
class ThreadEach : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> work) override {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] { return running_ < most_connections; });
    ++running_;
    auto started = background_thread(
        [this, work = std::move(work)] {
          work();
          leave();
        },
        [this](const Error&) { leave(); });
    if (started)
      started->detach();
    else
      --running_;  // the connection is dropped
  }
  void shutdown() override {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] { return running_ == 0; });
  }

 private:
  void leave() {
    const std::lock_guard lock(mutex_);
    --running_;
    idle_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;
};

Request to_request(const httplib::Request& from) {
  Request request;
  request.method = from.method;
  request.path = from.path;
  for (const auto& [name, value] : from.params) request.query[name] = value;
  for (const auto& [name, value] : from.headers) request.headers[lower_case(name)] = value;
  request.body = from.body;
  return request;
}

// Reads the file as it is asked for; one that shrinks meanwhile ends the connection.
void give_file(const Reply& reply, httplib::Response& to) {
  std::error_code error;
  const auto size = fs::file_size(reply.file, error);
  auto in = std::make_shared<std::ifstream>(reply.file, std::ios::binary);
  if (error || !*in) {
    to.status = 404;
    to.set_content(error_reply(404, "The file is not there").body, "application/json");
    return;
  }
  to.set_content_provider(size, reply.type, [in](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    constexpr std::size_t piece = 1 << 18;
    std::string bytes(std::min(length, piece), '\0');
    in->clear();
    in->seekg(static_cast<std::streamoff>(offset));
    in->read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (in->gcount() <= 0) return false;
    return sink.write(bytes.data(), static_cast<std::size_t>(in->gcount()));
  });
}

void give_stream(std::shared_ptr<TextStream> stream, const std::string& type, const std::atomic<bool>& ending,
                 httplib::Response& to) {
  to.set_chunked_content_provider(type, [stream, &ending](std::size_t, httplib::DataSink& sink) {
    std::string piece;
    const bool more = !ending && stream->next(piece);
    // What is not writable any more has nobody at its other end; a comment keeps proxies from closing it.
    if (!sink.is_writable()) return false;
    if (piece.empty()) piece = ":\n\n";
    if (!sink.write(piece.data(), piece.size())) return false;
    if (!more) sink.done();
    return true;
  });
}

void give(Reply reply, const std::atomic<bool>& ending, httplib::Response& to) {
  // The library itself tells whole files from parts of them.
  if (reply.status != 200 || reply.file.empty()) to.status = reply.status;
  for (const auto& [name, value] : reply.headers) to.set_header(name, value);
  if (reply.stream)
    give_stream(std::move(reply.stream), reply.type, ending, to);
  else if (!reply.file.empty())
    give_file(reply, to);
  else
    to.set_content(reply.body, reply.type);
}

const httplib::Headers& safe_headers() {
  static const httplib::Headers headers{
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Content-Security-Policy",
       "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"}};
  return headers;
}

}  // namespace

struct HttpServer::Parts {
  httplib::Server server;
  int port = 0;
  std::atomic<bool> ending{false};
};

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;
int HttpServer::port() const { return parts_->port; }

Result<HttpServer> HttpServer::bind(int port) {
  auto parts = std::make_unique<Parts>();
  auto& server = parts->server;
  server.new_task_queue = [] { return new ThreadEach; };
  server.set_payload_max_length(largest_body);
  server.set_keep_alive_max_count(10'000);
  server.set_keep_alive_timeout(5);
  server.set_read_timeout(5);
  server.set_write_timeout(10);
  server.set_tcp_nodelay(true);
  server.set_default_headers(safe_headers());
  parts->port = port == 0 ? server.bind_to_any_port("127.0.0.1") : server.bind_to_port("127.0.0.1", port) ? port : -1;
  if (parts->port <= 0)
    return fail_with_hint(Code::busy, fmt::format("Port {} of this machine is taken", port),
                          "Another studio may be open; use --port with another number, or 0 for any.");
  return HttpServer(std::move(parts));
}

Result<> HttpServer::serve(const Guard& guard, const std::vector<Route>& routes,
                           std::function<Reply(const Request&)> page, const std::function<bool()>& stop) {
  auto answer = [&](const httplib::Request& from, httplib::Response& to) {
    Request request = to_request(from);
    auto reply = walled([&]() -> Result<Reply> {
      if (auto entry = guard.entry(request)) return *std::move(entry);
      if (auto refusal = guard.refusal(request)) return *std::move(refusal);
      if (!request.path.starts_with("/api/")) return page(request);
      int status = 0;
      const Route* route = route_for(routes, request, status);
      if (!route) return error_reply(status, status == 404 ? "There is nothing of that name" : "Not in that way");
      return route->handle(request);
    });
    give(reply ? *std::move(reply) : error_reply(reply.error()), parts_->ending, to);
  };
  auto& server = parts_->server;
  server.Get(".*", answer).Post(".*", answer).Delete(".*", answer);
  server.set_error_handler([](const httplib::Request&, httplib::Response& to) {
    if (to.body.empty()) to.set_content(error_reply(to.status, "The request is refused").body, "application/json");
  });
  TRY(auto waiting, background_thread(
                        [&] {
                          while (!stop() && !parts_->ending) sleep_seconds(0.1);
                          parts_->ending = true;
                          server.stop();
                        },
                        [](const Error&) {}));
  const bool served = server.listen_after_bind();
  parts_->ending = true;
  waiting.join();
  if (!served && !stop()) return fail(Code::io, "The server cannot listen any more");
  return {};
}

}  // namespace understudy::studio
