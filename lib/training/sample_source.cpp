// SPDX-License-Identifier: Apache-2.0
#include "lib/training/sample_source.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <tuple>

#include "lib/base/system.hpp"
#include "lib/image/convert.hpp"
#include "lib/loop/batches_ahead.hpp"
#include "lib/tensor/upload.hpp"
#include "lib/training/face_order.hpp"
#include "lib/training/face_store.hpp"
#include "lib/training/face_worth.hpp"

namespace understudy {
namespace {

// Uniform yaw is worked out by all processors, since nothing else runs yet.
// Faces by their worth likewise; those of src also by what dst shows.
Result<FaceOrder> order_of(const FaceStore& store, const FaceStore* other, const SampleRules& rules,
                           std::uint64_t seed) {
  if (rules.by_worth && !rules.uniform_yaw) {
    TRY(const auto own, store.faces().landmarks(cpu_threads()));
    std::vector<std::optional<Landmarks68>> others;
    if (other != nullptr) {
      TRY(others, other->faces().landmarks(cpu_threads()));
    }
    return FaceOrder(worth_groups(own, others), seed);
  }
  if (!rules.uniform_yaw) return FaceOrder(store.count(), seed);
  TRY(const auto yaws, store.faces().yaws(cpu_threads()));
  auto bins = yaw_bins(yaws);
  if (bins.empty()) return fail(Code::no_faces, "No face of the set tells its turn ({})", store.faces().name(0));
  return FaceOrder(std::move(bins), seed);
}

// One half of the batches: its faces, their order, and how samples are drawn.
struct HalfSource {
  std::shared_ptr<FaceStore> store;
  FaceOrder order;
  SampleRules rules;
  std::uint64_t seed;
  Repeats repeats;
  WorstFaces worst;

  CounterRandom random(SampleStream stream, std::uint64_t number) const { return {seed, stream, number}; }
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
  HalfSource src, dst;
  int batch_size, dst_every;
  std::int64_t move_ramp;
  Device device;
  std::mutex mutex;  // guards the halves' repeats
  BatchesAhead<Batch> batches;

  Parts(HalfSource s, HalfSource d, const SampleSettings& settings)
      : src(std::move(s)),
        dst(std::move(d)),
        batch_size(settings.batch_size),
        dst_every(settings.dst_every),
        move_ramp(settings.move_ramp),
        device(settings.device),
        batches([this](std::int64_t k) { return uploaded(k); }, settings.threads) {}

  // Moves rise from none over the first batches, where that is asked for.
  SampleRules rules_at(SampleRules rules, std::int64_t k) const {
    if (k < move_ramp) rules.move *= static_cast<double>(k) / static_cast<double>(move_ramp);
    return rules;
  }

  std::uint64_t position(std::int64_t k, int i) const {
    return static_cast<std::uint64_t>(k) * static_cast<std::uint64_t>(batch_size) + static_cast<std::uint64_t>(i);
  }

  Repeats::Shown shown(const HalfSource& half, std::uint64_t at) {
    std::lock_guard lock(mutex);
    return half.repeats.at(at);
  }

  // A face by its place, all that is drawn by the position: a face that comes again is drawn anew.
  Result<Sample> make_one(HalfSource& half, HalfSource& other, std::int64_t k, int i) {
    const std::uint64_t at = position(k, i);
    TRY(const auto face, half.store->face(half.order.face_at(shown(half, at).place)));
    CounterRandom random = half.random(sample_stream, at);
    const SampleDraw draw = draw_sample(random, rules_at(half.rules, k));
    if (half.rules.transfer == SampleTransfer::none) return make_sample(*face, half.rules, draw);
    CounterRandom choice = half.random(reference_stream, at);
    TRY(const auto reference, other.store->picture(choice.below(other.store->count())));
    return make_sample(*face, half.rules, draw, &reference);
  }

  Result<BatchSide> make_half(HalfSource& half, HalfSource& other, std::int64_t k) {
    std::vector<Sample> samples;
    for (int i = 0; i < batch_size; ++i) {
      TRY(auto sample, make_one(half, other, k, i));
      samples.push_back(std::move(sample));
    }
    return to_side(samples);
  }

  Result<Batch> make(std::int64_t k) {
    Batch batch;
    TRY(batch.src, make_half(src, dst, k));
    // Every dst_every-th batch, so that dst's faces still come one after another.
    if (k % dst_every == 0) {
      TRY(batch.dst, make_half(dst, src, k / dst_every));
    }
    return batch;
  }

  Result<Batch> uploaded(std::int64_t k) {
    auto made = guard_torch("making samples", [&]() -> Result<Batch> {
      TRY(const Batch batch, make(k));
      thread_local const Uploader upload(device);
      return batch.each(upload);
    });
    return made ? std::move(*made) : Result<Batch>(Failure(made.error()));
  }

  HalfSource& half(Half which) { return which == Half::src ? src : dst; }
};

SampleSource::SampleSource(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SampleSource::~SampleSource() = default;

Result<std::unique_ptr<SampleSource>> SampleSource::open(const fs::path& src, const fs::path& dst,
                                                         const SampleSettings& settings) {
  std::error_code error;
  // One folder for both sides (pretraining) is kept in memory once.
  const bool same = fs::equivalent(src, dst, error) && settings.src.resolution == settings.dst.resolution &&
                    settings.src.face_type == settings.dst.face_type &&
                    settings.src.eyes_mouth == settings.dst.eyes_mouth;
  const auto budget = same ? settings.cache_bytes : settings.cache_bytes / 2;
  TRY(auto src_list, FaceList::open(src));
  const auto src_store = std::make_shared<FaceStore>(std::move(src_list), settings.src, budget);
  auto dst_store = src_store;
  if (!same) {
    TRY(auto dst_list, FaceList::open(dst));
    dst_store = std::make_shared<FaceStore>(std::move(dst_list), settings.dst, budget);
  }
  const std::uint64_t src_seed = settings.seed * 2 + 1, dst_seed = settings.seed * 2 + 2;
  TRY(auto src_order, order_of(*src_store, dst_store.get(), settings.src, src_seed));
  TRY(auto dst_order, order_of(*dst_store, nullptr, settings.dst, dst_seed));
  auto parts =
      std::make_unique<Parts>(HalfSource{src_store, std::move(src_order), settings.src, src_seed, {}, {}},
                              HalfSource{dst_store, std::move(dst_order), settings.dst, dst_seed, {}, {}}, settings);
  auto source = std::unique_ptr<SampleSource>(new SampleSource(std::move(parts)));
  TRY_VOID(source->parts_->batches.start());
  return source;
}

Result<Batch> SampleSource::batch(std::int64_t k) {
  auto batch = parts_->batches.take(k);
  std::lock_guard lock(parts_->mutex);
  for (auto* half : {&parts_->src, &parts_->dst})
    half->repeats.forget_before(parts_->position(std::max<std::int64_t>(k - 1, 0), 0));
  return batch;
}

void SampleSource::start_over() { parts_->batches.start_over(); }

double SampleSource::seconds_waited() const { return parts_->batches.seconds_waited(); }

std::vector<std::string> SampleSource::take_warnings() {
  auto all = parts_->src.store->take_warnings();
  for (auto& w : parts_->dst.store->take_warnings()) all.push_back(std::move(w));
  return all;
}

std::size_t SampleSource::src_count() const { return parts_->src.store->count(); }
std::size_t SampleSource::dst_count() const { return parts_->dst.store->count(); }

SampleSource::Narrow SampleSource::narrower_than(Half which, FaceType wanted) const {
  constexpr std::size_t most = 256;
  const FaceList& faces = parts_->half(which).store->faces();
  const std::size_t count = std::min(faces.count(), most);
  Narrow found;
  for (std::size_t i = 0; i < count; ++i) {
    const auto type = faces.face_type((2 * i + 1) * faces.count() / (2 * count));
    if (!type) continue;  // told when it is its turn
    ++found.looked_at;
    if (*type >= wanted) continue;  // a larger number covers more
    found.narrowest = found.narrower++ == 0 ? *type : std::min(found.narrowest, *type);
  }
  return found;
}

Result<Batch> SampleSource::fixed_batch(int count) {
  auto side = [&](FaceStore& faces) -> Result<BatchSide> {
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
  TRY(batch.src, side(*parts_->src.store));
  TRY(batch.dst, side(*parts_->dst.store));
  return batch;
}

// --- repeats
// -----------------------------------------------------------------------------------------------------------

std::vector<std::uint64_t> SampleSource::places(Half which, std::int64_t k, bool fresh_only) const {
  std::vector<std::uint64_t> places;
  for (int i = 0; i < parts_->batch_size; ++i) {
    const auto shown = parts_->shown(parts_->half(which), parts_->position(k, i));
    places.push_back(fresh_only && shown.again ? ~std::uint64_t{0} : shown.place);
  }
  return places;
}

void SampleSource::again(std::span<const FaceAgain> faces) {
  std::vector<std::uint64_t> src, dst;
  for (const auto& face : faces) (face.half == Half::src ? src : dst).push_back(face.place);
  std::lock_guard lock(parts_->mutex);
  // Behind all that any number of threads can have begun, so that it does not depend on how far ahead they are.
  const std::uint64_t first = parts_->position(parts_->batches.wanted() + most_batches_ahead, 0);
  parts_->src.repeats.add(first, std::move(src));
  parts_->dst.repeats.add(first, std::move(dst));
}

void SampleSource::note_losses(Half which, std::int64_t k, std::span<const double> losses, std::size_t most) {
  std::lock_guard lock(parts_->mutex);
  HalfSource& half = parts_->half(which);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const auto shown = half.repeats.at(parts_->position(k, static_cast<int>(i)));
    if (!shown.again) half.worst.note(shown.place, losses[i], most);
  }
}

void SampleSource::repeat_worst() {
  std::vector<FaceAgain> faces;
  {
    std::lock_guard lock(parts_->mutex);
    for (const Half which : {Half::src, Half::dst}) {
      for (const auto place : parts_->half(which).worst.take()) faces.push_back({which, place});
    }
  }
  again(faces);
}

std::vector<std::uint64_t> SampleSource::state() const {
  std::lock_guard lock(parts_->mutex);
  std::vector<std::uint64_t> numbers;
  bool used = false;
  for (const auto* half : {&parts_->src, &parts_->dst}) {
    for (const auto& part : {half->repeats.state(), half->worst.state()})
      numbers.insert(numbers.end(), part.begin(), part.end());
    used |= !half->repeats.empty() || !half->worst.empty();
  }
  return used ? numbers : std::vector<std::uint64_t>{};
}

Result<> SampleSource::restore(std::span<const std::uint64_t> numbers) {
  std::lock_guard lock(parts_->mutex);
  check(!parts_->batches.started(), "repeats are restored before the first batch");
  std::array<std::pair<Repeats, WorstFaces>, 2> read;
  if (!numbers.empty()) {
    for (auto& [repeats, worst] : read) {
      TRY_VOID(repeats.restore(numbers));
      TRY_VOID(worst.restore(numbers));
    }
    if (!numbers.empty()) return fail(Code::bad_file, "the saved list of repeated faces is damaged");
  }
  std::tie(parts_->src.repeats, parts_->src.worst) = std::move(read[0]);
  std::tie(parts_->dst.repeats, parts_->dst.worst) = std::move(read[1]);
  return {};
}

}  // namespace understudy
