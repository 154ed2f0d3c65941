// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/preview_worker.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "lib/base/workers.hpp"
#include "lib/image/codec.hpp"
#include "lib/loop/preview_history.hpp"

namespace understudy {
namespace {

using Clock = std::chrono::steady_clock;
using SharedJob = std::shared_ptr<const PreviewJob>;

constexpr std::size_t longest_history_queue = 16;
constexpr std::chrono::minutes between_events{10};  // event files grow without end
const std::string batch_suffix = " of the batch";

std::vector<std::string> names_of(const PreviewJob& job) {
  auto names = job.fixed.names;
  if (job.batch) {
    for (const auto& name : job.batch->names) names.push_back(name + batch_suffix);
  }
  return names;
}

}  // namespace

struct PreviewWorker::Parts {
  explicit Parts(Places p) : places(std::move(p)) {}

  struct View {
    std::optional<std::size_t> chosen;  // index of what preview.png shows; at first the main one
    std::int64_t range = 0;
  };

  const Places places;
  std::mutex mutex;
  std::condition_variable changed;
  SharedJob pending, last;
  std::deque<SharedJob> histories;
  View view;
  bool again = false, busy = false, stop = false, given_up = false;
  std::vector<std::string> warnings;
  std::optional<Clock::time_point> last_events;  // the worker's own
  std::thread thread;

  std::size_t shown(const PreviewJob& job, const View& v) const {
    return v.chosen.value_or(job.fixed.main) % names_of(job).size();
  }

  void warn(const std::string& doing, const Error& error) {
    std::lock_guard lock(mutex);
    warnings.push_back(doing + ": " + to_sentence(error));
  }

  Result<> write_views(const PreviewJob& job, const View& v, bool fresh) {
    auto all = job.fixed.draw(job.losses, v.range, job.marks, {});
    if (fresh) {
      if (auto kept = keep_shown(places.model_folder, job.iteration, all); !kept)
        warn("The preview is not kept for later", kept.error());
    }
    if (places.events != nullptr && fresh && (!last_events || Clock::now() - *last_events >= between_events)) {
      for (const auto& preview : all) TRY_VOID(places.events->image(job.iteration, preview.name, preview.bgr));
      last_events = Clock::now();
    }
    if (job.batch) {
      for (auto& preview : job.batch->draw(job.losses, v.range, job.marks, batch_suffix))
        all.push_back(std::move(preview));
    }
    const PngOptions options{.xmp = composite_marking_xmp};
    for (std::size_t i = 0; i < all.size(); ++i) {
      TRY(const auto png, encode_png(all[i].bgr, options));
      TRY_VOID(write_slot("previews/" + all[i].name, png));
      if (i == shown(job, v)) TRY_VOID(write_slot("preview", png));
    }
    return {};
  }

  Result<> write_slot(const std::string& slot, const Bytes& png) const {
    const fs::path path = places.model_folder / (slot + ".png");
    TRY_VOID(write_file(path, png));
    if (places.written) places.written(slot, path);
    return {};
  }

  Result<> write_past(const PreviewJob& job) {
    return write_history(places.model_folder, job.iteration, job.fixed.draw(job.losses, 0, {}, {}));
  }

  // What this does not know to be an Error (no memory) must not end the training either.
  void guarded(const std::string& doing, const std::function<Result<>()>& work) {
    if (const auto done = walled(work); !done) warn(doing, done.error());
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || pending || again || !histories.empty(); });
      if (!pending && !again && histories.empty()) return;  // stopped, and nothing is left
      busy = true;
      if (pending || again) {
        const bool fresh = pending != nullptr;
        if (fresh) last = std::move(pending);
        pending = nullptr;
        again = false;
        const SharedJob job = last;
        const View now = view;
        lock.unlock();
        guarded("The preview could not be written", [&] { return write_views(*job, now, fresh); });
      } else {
        const SharedJob job = std::move(histories.front());
        histories.pop_front();
        lock.unlock();
        guarded("The preview history could not be written", [&] { return write_past(*job); });
      }
      lock.lock();
      busy = false;
      changed.notify_all();
    }
  }

  // Without its thread there are no pictures; the training goes on.
  void give_up(const Error& error) {
    {
      std::lock_guard lock(mutex);
      given_up = true;
      warnings.push_back("There are no previews from now on: " + to_sentence(error));
    }
    changed.notify_all();
  }

  // The job that a key refers to: the newest, drawn or not.
  const PreviewJob* newest() const { return pending ? pending.get() : last.get(); }
};

PreviewWorker::PreviewWorker(Places places) : parts_(std::make_unique<Parts>(std::move(places))) {
  remove_temporaries(parts_->places.model_folder / "previews");
  std::error_code ignored;
  for (fs::directory_iterator it(parts_->places.model_folder / "history", ignored), end; !ignored && it != end;
       it.increment(ignored)) {
    remove_temporaries(it->path());
  }
  auto started = background_thread([p = parts_.get()] { p->work(); },
                                   [p = parts_.get()](const Error& error) { p->give_up(error); });
  if (started)
    parts_->thread = *std::move(started);
  else
    parts_->give_up(started.error());
}

PreviewWorker::~PreviewWorker() {
  {
    std::lock_guard lock(parts_->mutex);
    parts_->stop = true;
  }
  parts_->changed.notify_all();
  if (parts_->thread.joinable()) parts_->thread.join();
}

void PreviewWorker::submit(PreviewJob job) {
  auto& p = *parts_;
  const auto shared = std::make_shared<const PreviewJob>(std::move(job));
  {
    std::lock_guard lock(p.mutex);
    if (p.given_up) return;
    if (shared->show) p.pending = shared;
    if (shared->history) p.histories.push_back(shared);
    if (p.histories.size() > longest_history_queue) {
      p.warnings.push_back(
          fmt::format("The preview history of iteration {} is left out: the disk does not follow the training",
                      p.histories.front()->iteration));
      p.histories.pop_front();
    }
  }
  p.changed.notify_all();
}

void PreviewWorker::finish() {
  auto& p = *parts_;
  std::unique_lock lock(p.mutex);
  p.changed.wait(lock, [&] { return p.given_up || (!p.busy && !p.pending && !p.again && p.histories.empty()); });
}

std::string PreviewWorker::next_preview() {
  auto& p = *parts_;
  std::unique_lock lock(p.mutex);
  const PreviewJob* job = p.newest();
  if (job == nullptr) return "none yet";
  const auto names = names_of(*job);
  const std::size_t now = (p.shown(*job, p.view) + 1) % names.size();
  p.view.chosen = now;
  p.again = p.last != nullptr;
  lock.unlock();
  p.changed.notify_all();
  return fmt::format("{} ({} of {})", names[now], now + 1, names.size());
}

std::string PreviewWorker::next_loss_range() {
  auto& p = *parts_;
  std::unique_lock lock(p.mutex);
  p.view.range = understudy::next_loss_range(p.view.range);
  const std::string name = loss_range_name(p.view.range);
  p.again = p.last != nullptr;
  lock.unlock();
  p.changed.notify_all();
  return name;
}

std::vector<std::string> PreviewWorker::take_warnings() {
  std::lock_guard lock(parts_->mutex);
  return std::exchange(parts_->warnings, {});
}

}  // namespace understudy
