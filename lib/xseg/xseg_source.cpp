// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_source.hpp"

#include <algorithm>

#include "lib/image/convert.hpp"
#include "lib/nets/xseg.hpp"
#include "lib/tensor/upload.hpp"
#include "lib/training/face_order.hpp"
#include "lib/training/face_store.hpp"
#include "lib/xseg/occluders.hpp"

namespace understudy {
namespace {

// Besides those of SampleStream.
constexpr std::uint64_t augment_stream = 5, background_stream = 6, occluder_stream = 7;

class Labelled : public XsegSource::Faces {
 public:
  Labelled(LabelledFaces faces, const XsegSourceSettings& settings)
      : faces_(std::move(faces)), order_(faces_.count(), settings.seed), settings_(settings) {}
  std::size_t count() const override { return faces_.count(); }
  std::vector<std::string> take_warnings() override { return faces_.take_warnings(); }
  Result<XsegSample> plain(std::size_t index) override {
    TRY(const auto face, faces_.face(index));
    return XsegSample{to_float(face->bgr), to_float(face->mask)};
  }
  Result<XsegSample> drawn(std::uint64_t place) override {
    TRY(const auto known, faces_.face(order_.face_at(place)));
    XsegSample face{to_float(known->bgr), to_float(known->mask)};
    if (settings_.occluders) {
      CounterRandom things(settings_.seed, occluder_stream, place);
      put_things_before(face, known->landmarks, things);
    }
    if (!settings_.augment) return face;
    CounterRandom choice(settings_.seed, background_stream, place), random(settings_.seed, augment_stream, place);
    TRY(const auto other, plain(choice.below(faces_.count())));
    return augmented(face, &other, random);
  }

 private:
  LabelledFaces faces_;
  FaceOrder order_;
  XsegSourceSettings settings_;
};

// Spec networks-and-training.md 5, "Pretrain": warped faces, and the same in grey.
class Grey : public XsegSource::Faces {
 public:
  Grey(std::vector<FaceList> sets, const SampleRules& rules, const XsegSourceSettings& settings)
      : stores_(stores_of(std::move(sets), rules)),
        rules_(rules),
        order_(count(), settings.seed),
        seed_(settings.seed) {}
  std::size_t count() const override {
    std::size_t sum = 0;
    for (const auto& store : stores_) sum += store->count();
    return sum;
  }
  std::vector<std::string> take_warnings() override {
    std::vector<std::string> all;
    for (const auto& store : stores_) std::ranges::move(store->take_warnings(), std::back_inserter(all));
    return all;
  }
  Result<XsegSample> plain(std::size_t index) override {
    TRY(const auto face, prepared(index));
    ImageF bgr = face->bgr;
    clamp_01(bgr);
    return XsegSample{bgr, grey_of(bgr)};
  }
  Result<XsegSample> drawn(std::uint64_t place) override {
    TRY(const auto face, prepared(order_.face_at(place)));
    CounterRandom random(seed_, sample_stream, place);
    const Sample sample = make_sample(*face, rules_, draw_sample(random, rules_));
    return XsegSample{sample.warped, grey_of(sample.warped)};
  }

 private:
  using Stores = std::vector<std::unique_ptr<FaceStore>>;
  static Stores stores_of(std::vector<FaceList> sets, const SampleRules& rules) {
    Stores stores;
    const auto budget = (std::uint64_t{2} << 30) / sets.size();
    for (auto& faces : sets) stores.push_back(std::make_unique<FaceStore>(std::move(faces), rules, budget));
    return stores;
  }
  // Of all sets, one behind the other.
  Result<std::shared_ptr<const PreparedFace>> prepared(std::size_t index) {
    std::size_t set = 0;
    for (; index >= stores_[set]->count(); ++set) index -= stores_[set]->count();
    return stores_[set]->face(index);
  }

  Stores stores_;
  SampleRules rules_;
  FaceOrder order_;
  std::uint64_t seed_;
};

XsegBatch stacked(const std::vector<XsegSample>& samples) {
  std::vector<ImageF> bgr, targets;
  for (const auto& s : samples) {
    bgr.push_back(s.bgr);
    targets.push_back(s.mask);
  }
  return {to_tensor(bgr), to_tensor(targets)};
}

}  // namespace

ImageF grey_of(const ImageF& bgr) {
  ImageF grey(bgr.width, bgr.height, 1);
  for (std::size_t i = 0; i < grey.data.size(); ++i)
    grey.data[i] = 0.114f * bgr.data[3 * i] + 0.587f * bgr.data[3 * i + 1] + 0.299f * bgr.data[3 * i + 2];
  return grey;
}

XsegSource::XsegSource(std::unique_ptr<Faces> faces, const XsegSourceSettings& settings)
    : faces_(std::move(faces)),
      settings_(settings),
      batches_([this](std::int64_t k) { return made(k); }, settings.threads) {}

Result<std::unique_ptr<XsegSource>> XsegSource::started(std::unique_ptr<Faces> faces,
                                                        const XsegSourceSettings& settings) {
  auto source = std::unique_ptr<XsegSource>(new XsegSource(std::move(faces), settings));
  TRY_VOID(source->batches_.start());
  return source;
}

Result<std::unique_ptr<XsegSource>> XsegSource::of_labels(LabelledFaces faces, const XsegSourceSettings& settings) {
  return started(std::make_unique<Labelled>(std::move(faces), settings), settings);
}

Result<std::unique_ptr<XsegSource>> XsegSource::of_grey(const std::vector<fs::path>& folders, FaceType type,
                                                        const XsegSourceSettings& settings) {
  std::vector<FaceList> sets;
  for (const auto& folder : folders) {
    TRY(auto faces, FaceList::open(folder));
    sets.push_back(std::move(faces));
  }
  check(!sets.empty(), "faces come from somewhere");
  SampleRules rules;
  rules.resolution = xseg_resolution;
  rules.face_type = type;
  rules.scale = 0.05;
  rules.flip_probability = 0.4;
  return started(std::make_unique<Grey>(std::move(sets), rules, settings), settings);
}

Result<XsegBatch> XsegSource::made(std::int64_t k) {
  auto batch = guard_torch("making samples", [&]() -> Result<XsegBatch> {
    std::vector<XsegSample> samples;
    for (int i = 0; i < settings_.batch_size; ++i) {
      TRY(auto one, faces_->drawn(static_cast<std::uint64_t>(k * settings_.batch_size + i)));
      samples.push_back(std::move(one));
    }
    const XsegBatch here = stacked(samples);
    thread_local const Uploader upload(settings_.device);
    return XsegBatch{upload(here.bgr), upload(here.target)};
  });
  return batch ? std::move(*batch) : Result<XsegBatch>(Failure(batch.error()));
}

Result<XsegBatch> XsegSource::fixed(int count) {
  std::vector<XsegSample> samples;
  const auto all = faces_->count();
  const auto wanted = std::min(static_cast<std::size_t>(count), all);
  for (std::size_t i = 0; i < wanted; ++i) {
    TRY(auto one, faces_->plain((2 * i + 1) * all / (2 * wanted)));
    samples.push_back(std::move(one));
  }
  return stacked(samples);
}

}  // namespace understudy
