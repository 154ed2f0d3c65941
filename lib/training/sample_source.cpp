// SPDX-License-Identifier: Apache-2.0
#include "lib/training/sample_source.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "lib/face/faceset.hpp"
#include "lib/image/convert.hpp"

namespace understudy {
namespace {

constexpr int batches_ahead = 3;
enum Stream : std::uint64_t { order_stream = 1, sample_stream = 2, reference_stream = 3 };

// One side's faces: which comes when, and the prepared faces kept in memory.
class FaceSide {
 public:
  FaceSide(Faceset set, SampleRules rules, std::uint64_t seed, std::uint64_t cache_bytes)
      : set_(std::move(set)), rules_(rules), seed_(seed), budget_(cache_bytes), kept_(set_.entries().size()) {}

  std::size_t count() const { return set_.entries().size(); }
  const SampleRules& rules() const { return rules_; }

  // The face at a place of the endless sequence of shuffled passes over the set (without replacement within a pass).
  std::size_t face_at(std::uint64_t place) {
    const std::uint64_t pass = place / count();
    if (pass != pass_ || order_.empty()) {
      order_.resize(count());
      std::iota(order_.begin(), order_.end(), std::size_t{0});
      CounterRandom random(seed_, order_stream, pass);
      for (std::size_t i = count(); i > 1; --i) std::swap(order_[i - 1], order_[random.below(i)]);
      pass_ = pass;
    }
    return order_[place % count()];
  }

  // The face, or the next readable one after it.
  Result<std::shared_ptr<const PreparedFace>> face(std::size_t index) {
    Result<std::shared_ptr<const PreparedFace>> last = fail(Code::no_faces, "No face can be read");
    for (std::size_t tries = 0; tries < std::min<std::size_t>(count(), 16); ++tries) {
      const std::size_t i = (index + tries) % count();
      last = prepared(i);
      if (last) return last;
      if (told_.insert(i).second) warnings_.push_back(to_sentence(last.error()));
    }
    return last;
  }

  Result<ImageU8> picture(std::size_t index) const { return set_.image(index); }
  CounterRandom random(Stream stream, std::uint64_t number) const { return {seed_, stream, number}; }
  std::vector<std::string> take_warnings() { return std::exchange(warnings_, {}); }

 private:
  Result<std::shared_ptr<const PreparedFace>> prepared(std::size_t i) {
    if (kept_[i]) return kept_[i];
    TRY(const auto image, set_.image(i));
    TRY(auto face, prepare_face(image, set_.entries()[i].info, rules_));
    auto shared = std::make_shared<const PreparedFace>(std::move(face));
    const std::uint64_t bytes =
        (shared->bgr.data.size() + shared->mask.data.size() + shared->eyes_mouth.data.size()) * sizeof(float);
    if (used_ + bytes <= budget_) {
      used_ += bytes;
      kept_[i] = shared;
    }
    return shared;
  }

  Faceset set_;
  SampleRules rules_;
  std::uint64_t seed_, budget_, used_ = 0, pass_ = 0;
  std::vector<std::size_t> order_;
  std::vector<std::shared_ptr<const PreparedFace>> kept_;
  std::set<std::size_t> told_;
  std::vector<std::string> warnings_;
};

BatchSide to_side(const std::vector<Sample>& samples) {
  std::vector<ImageF> images;
  auto stack = [&](const ImageF Sample::*part) {
    images.clear();
    for (const auto& s : samples) images.push_back(s.*part);
    return images.front().empty() ? Tensor() : to_tensor(images);
  };
  return {stack(&Sample::warped), stack(&Sample::target), stack(&Sample::mask), stack(&Sample::eyes_mouth)};
}

}  // namespace

struct SampleSource::Parts {
  FaceSide src, dst;
  int batch_size;
  std::int64_t move_ramp;
  std::mutex making;  // one batch at a time touches the sides

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::pair<std::int64_t, Result<Batch>>> ready;
  std::int64_t next = 0;  // number of the batch to make next
  bool started = false, stop = false;
  double waited = 0;
  std::thread worker;

  // Moves rise from none over the first batches, where that is asked for.
  SampleRules rules_at(SampleRules rules, std::int64_t k) const {
    if (k < move_ramp) rules.move *= static_cast<double>(k) / static_cast<double>(move_ramp);
    return rules;
  }

  Result<BatchSide> make_side(FaceSide& side, FaceSide& other, std::int64_t k) {
    std::vector<Sample> samples;
    for (int i = 0; i < batch_size; ++i) {
      const std::uint64_t place = static_cast<std::uint64_t>(k) * batch_size + i;
      TRY(const auto face, side.face(side.face_at(place)));
      CounterRandom random = side.random(sample_stream, place);
      const SampleDraw draw = draw_sample(random, rules_at(side.rules(), k));
      if (side.rules().colour_transfer) {
        CounterRandom choice = side.random(reference_stream, place);
        const auto reference = other.picture(choice.below(other.count()));
        samples.push_back(make_sample(*face, side.rules(), draw, reference ? &*reference : nullptr));
      } else {
        samples.push_back(make_sample(*face, side.rules(), draw));
      }
    }
    return to_side(samples);
  }

  Result<Batch> make(std::int64_t k) {
    std::lock_guard lock(making);
    Batch batch;
    TRY(batch.src, make_side(src, dst, k));
    TRY(batch.dst, make_side(dst, src, k));
    return batch;
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || (started && ready.size() < batches_ahead); });
      if (stop) return;
      const std::int64_t k = next++;
      lock.unlock();
      auto made = guard_torch("making samples", [&] { return make(k); });
      Result<Batch> batch = made ? std::move(*made) : Result<Batch>(Failure(made.error()));
      lock.lock();
      if (next == k + 1) ready.emplace_back(k, std::move(batch));  // else another place was asked for meanwhile
      changed.notify_all();
    }
  }
};

SampleSource::SampleSource(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  parts_->worker = std::thread([p = parts_.get()] { p->work(); });
}

SampleSource::~SampleSource() {
  {
    std::lock_guard lock(parts_->mutex);
    parts_->stop = true;
  }
  parts_->changed.notify_all();
  parts_->worker.join();
}

Result<std::unique_ptr<SampleSource>> SampleSource::open(const fs::path& src, const fs::path& dst,
                                                         const SampleSettings& settings) {
  TRY(auto src_set, Faceset::open(src));
  TRY(auto dst_set, Faceset::open(dst));
  const auto budget = settings.cache_bytes / 2;
  return std::unique_ptr<SampleSource>(new SampleSource(
      std::unique_ptr<Parts>(new Parts{FaceSide(std::move(src_set), settings.src, settings.seed * 2 + 1, budget),
                                       FaceSide(std::move(dst_set), settings.dst, settings.seed * 2 + 2, budget),
                                       settings.batch_size,
                                       settings.move_ramp,
                                       {},
                                       {},
                                       {},
                                       {},
                                       0,
                                       false,
                                       false,
                                       0,
                                       {}})));
}

Result<Batch> SampleSource::batch(std::int64_t k) {
  const auto start = std::chrono::steady_clock::now();
  auto& p = *parts_;
  std::unique_lock lock(p.mutex);
  if (!p.started || (p.ready.empty() ? p.next != k && p.next != k + 1 : p.ready.front().first != k)) {
    p.ready.clear();
    p.next = k;
    p.started = true;
    p.changed.notify_all();
  }
  p.changed.wait(lock, [&] { return !p.ready.empty(); });
  auto [number, batch] = std::move(p.ready.front());
  p.ready.pop_front();
  p.changed.notify_all();
  p.waited += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  check(number == k, "the sample queue is out of step");
  return std::move(batch);
}

double SampleSource::seconds_waited() const {
  std::lock_guard lock(parts_->mutex);
  return parts_->waited;
}

std::vector<std::string> SampleSource::take_warnings() {
  std::lock_guard lock(parts_->making);
  auto all = parts_->src.take_warnings();
  for (auto& w : parts_->dst.take_warnings()) all.push_back(std::move(w));
  return all;
}

std::size_t SampleSource::src_count() const { return parts_->src.count(); }
std::size_t SampleSource::dst_count() const { return parts_->dst.count(); }

Result<Batch> SampleSource::fixed_batch(int count) {
  std::lock_guard lock(parts_->making);
  auto side = [&](FaceSide& faces) -> Result<BatchSide> {
    std::vector<Sample> samples;
    for (int i = 0; i < count; ++i) {
      TRY(const auto face, faces.face((2 * i + 1) * faces.count() / (2 * count) % faces.count()));
      samples.push_back({face->bgr, face->bgr, face->mask, face->eyes_mouth});
      clamp_01(samples.back().warped);
      clamp_01(samples.back().target);
    }
    return to_side(samples);
  };
  Batch batch;
  TRY(batch.src, side(parts_->src));
  TRY(batch.dst, side(parts_->dst));
  return batch;
}

}  // namespace understudy
