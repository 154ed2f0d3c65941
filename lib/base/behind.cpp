// SPDX-License-Identifier: Apache-2.0
#include "lib/base/behind.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "lib/base/workers.hpp"

namespace understudy {

struct Behind::Parts {
  std::size_t most_waiting = 1;
  std::mutex mutex;  // guards all below
  std::condition_variable changed;
  std::deque<Piece> waiting;
  bool last_one = false;  // nothing more will be handed over
  Result<> outcome;
  std::thread thread;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return !waiting.empty() || last_one; });
      if (waiting.empty()) return;
      const Piece piece = std::move(waiting.front());
      waiting.pop_front();
      changed.notify_all();
      if (!outcome) continue;
      lock.unlock();
      auto done = walled(piece);
      lock.lock();
      if (!done) outcome = std::move(done);
      changed.notify_all();
    }
  }
  void failed(const Error& error) {
    const std::lock_guard lock(mutex);
    outcome = Failure(error);
    changed.notify_all();
  }
};

Behind::Behind(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Behind::Behind(Behind&&) noexcept = default;

Behind::~Behind() {
  if (parts_) (void)finish();
}

Result<Behind> Behind::start(std::size_t most_waiting) {
  auto parts = std::make_unique<Parts>();
  parts->most_waiting = most_waiting;
  Parts* const ours = parts.get();
  TRY(parts->thread, background_thread([ours] { ours->work(); }, [ours](const Error& e) { ours->failed(e); }));
  return Behind(std::move(parts));
}

Result<> Behind::hand(Piece piece) {
  std::unique_lock lock(parts_->mutex);
  parts_->changed.wait(lock, [this] { return parts_->waiting.size() < parts_->most_waiting || !parts_->outcome; });
  if (!parts_->outcome) return parts_->outcome;
  parts_->waiting.push_back(std::move(piece));
  parts_->changed.notify_all();
  return {};
}

Result<> Behind::finish() {
  if (parts_->thread.joinable()) {
    {
      const std::lock_guard lock(parts_->mutex);
      parts_->last_one = true;
    }
    parts_->changed.notify_all();
    parts_->thread.join();
  }
  return parts_->outcome;
}

}  // namespace understudy
