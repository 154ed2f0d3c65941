// SPDX-License-Identifier: Apache-2.0
#include "steps/4_xseg/apply.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "lib/base/behind.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/labels/label_book.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/loop/batches_ahead.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/tensor/spinning.hpp"
#include "lib/xseg/generic_mask.hpp"

namespace understudy {
namespace {

constexpr int side = 256;
constexpr std::size_t at_once = 8;       // faces that go through the network, and into the journal, together
constexpr std::size_t most_waiting = 2;  // times that many, masked and not written yet

// A face on its way: what the network sees of it, and back.
struct Waiting {
  LabelBook::Loaded face;
  ImageF input;  // side x side
  int width = 0;
  std::optional<Affine> to_model;  // crop pixels -> the model's crop at the same width; none where the types agree
};

Waiting prepared(LabelBook::Loaded face, const ImageU8& bgr, std::optional<FaceType> model_type) {
  Waiting w{std::move(face), to_float(bgr), bgr.width, {}};
  const FaceInfo& info = w.face.info;
  if (model_type && *model_type != info.face_type && is_aligned(info.face_type)) {
    w.to_model = face_matrix(info.landmarks, w.width, *model_type);
    w.input = warp(w.input, *w.to_model, w.width, w.width, Interpolation::linear, Border::constant);
  }
  if (w.input.width != side || w.input.height != side) w.input = resize(w.input, side, side, Interpolation::lanczos4);
  clamp_01(w.input);
  return w;
}

// What was made of a face by the network, in its own crop at 256 x 256, as it is stored.
struct Finished {
  ImageF mask;
  double uncertainty = 0;
};
Finished finished(const Waiting& w, ImageF mask, const MaskApplyOptions& options) {
  if (w.to_model) {
    mask = resize(mask, w.width, w.width, Interpolation::lanczos4);
    mask = warp_inverse(mask, *w.to_model, w.width, w.width, Interpolation::lanczos4, Border::constant);
    mask = resize(mask, side, side, Interpolation::lanczos4);
  }
  if (options.generic && is_aligned(w.face.info.face_type))
    weigh_by_landmarks(mask, resized(w.face.info.landmarks, static_cast<double>(mask.width) / w.width));
  const double uncertainty = mask_uncertainty(mask, options.threshold);
  for (float& v : mask.data) v = v >= static_cast<float>(options.threshold) ? 1.0f : 0.0f;
  if (options.soften > 0)
    mask = gaussian_blur(mask, 2 * static_cast<int>(std::ceil(3 * options.soften)) + 1, options.soften);
  return {std::move(mask), uncertainty};
}

// Every item, even when the user wishes to stop: what the network has done is kept.
Result<> side_by_side(int threads, std::size_t count, const std::function<Result<>(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  return on_threads(static_cast<unsigned>(std::min(static_cast<std::size_t>(threads), count)),
                    [&](unsigned) -> Result<> {
                      for (std::size_t i; (i = next++) < count;) TRY_VOID(work(i));
                      return {};
                    });
}

// Faces are read ahead of the network by threads of their own, and written behind it by another.
class Applying {
 public:
  Applying(const std::vector<std::string>& names, const MaskApplyOptions& options, Masker& masker, LabelBook& book,
           Run& run)
      : names_(names),
        options_(options),
        masker_(masker),
        type_(masker.face_type()),
        book_(book),
        run_(run),
        tally_(run) {}

  Result<> apply() {
    change_ = book_.begin("apply masks");
    const auto read = [this](std::int64_t k) { return walled([&] { return read_some(static_cast<std::size_t>(k)); }); };
    BatchesAhead<Some> ahead(read, options_.threads);
    TRY_VOID(ahead.start());
    TRY(auto writing, Behind::start(most_waiting));
    for (std::size_t first = 0, k = 0; first < names_.size() && !run_.stopping(); first += at_once, ++k) {
      TRY(Some some, ahead.take(static_cast<std::int64_t>(k)));
      TRY(auto masks, masks_of(some));
      const std::size_t done = std::min(first + at_once, names_.size());
      auto faces = std::make_shared<Some>(std::move(some));
      auto made = std::make_shared<std::vector<ImageF>>(std::move(masks));
      TRY_VOID(writing.hand([this, faces, made, done]() -> Result<> {
        TRY_VOID(write_some(std::move(*faces), std::move(*made)));
        run_.progress(done, names_.size(), "faces");
        return {};
      }));
    }
    TRY_VOID(writing.finish());
    return run_.stopping() ? Result<>(Run::cancelled()) : Result<>{};
  }
  Tally& tally() { return tally_; }

 private:
  using Some = std::vector<Waiting>;

  Result<Some> read_some(std::size_t k) {
    Some some;
    for (std::size_t i = k * at_once; i < std::min((k + 1) * at_once, names_.size()); ++i) {
      auto face = book_.load(names_[i]);
      const bool masked = face && face->info.xseg_mask;
      if (masked && options_.missing) {
        tally_.count("had_a_mask");
        continue;
      }
      auto picture = face ? decode_image(face->jpeg) : Result<ImageU8>(Failure(face.error()));
      if (picture)
        some.push_back(prepared(*std::move(face), normalise_channels(*std::move(picture), 3), type_));
      else
        tally_.skip(names_[i], picture.error());
    }
    return some;
  }

  Result<std::vector<ImageF>> masks_of(Some& some) {
    std::vector<ImageF> inputs;
    for (auto& w : some) inputs.push_back(std::move(w.input));
    waiting_.step();
    return inputs.empty() ? Result<std::vector<ImageF>>() : masker_.masks(inputs);
  }

  Result<> write_some(Some some, std::vector<ImageF> masks) {
    std::vector<LabelBook::Wanted> wanted(some.size());
    TRY_VOID(side_by_side(thread_count(options_.threads), some.size(), [&](std::size_t i) -> Result<> {
      const Finished made = finished(some[i], std::move(masks[i]), options_);
      TRY(auto encoded, encode_mask(made.mask));
      wanted[i] = {std::move(some[i].face), {SetMask{std::move(encoded)}}, made.uncertainty};
      return {};
    }));
    std::vector<std::string> names;
    for (const auto& one : wanted) names.push_back(one.face.name);
    // As many threads as faces: they wait for the disk.
    const auto loop = [](std::size_t count, const std::function<Result<>(std::size_t)>& work) {
      return side_by_side(static_cast<int>(at_once), count, work);
    };
    TRY(const auto outcomes, book_.apply(change_, std::move(wanted), loop));
    for (std::size_t i = 0; i < outcomes.size(); ++i) TRY_VOID(tell(names[i], outcomes[i]));
    return {};
  }

  Result<> tell(const std::string& name, const Result<LabelBook::Applied>& applied) {
    if (!applied) {
      if (applied.error().code == Code::io) return Failure(applied.error());
      tally_.skip(name, applied.error());
      return {};
    }
    tally_.count("faces");
    if (applied->changed) tally_.count("changed");
    if (!applied->gave_way.empty()) run_.note(fmt::format("{}: {}", name, applied->gave_way));
    return {};
  }

  const std::vector<std::string>& names_;
  const MaskApplyOptions& options_;
  Masker& masker_;
  const std::optional<FaceType> type_;
  LabelBook& book_;
  Run& run_;
  Tally tally_;
  LabelChange change_;
  WaitChooser waiting_;  // the network's threads leave the processors to those that read and write
};

}  // namespace

Result<std::string> apply_masks(const fs::path& folder, const fs::path& model, const MaskApplyOptions& options,
                                Run& run) {
  run.stage("open");
  std::vector<std::string> warnings;
  const MaskerOptions how{options.threads, options.gpu};
  TRY(const auto masker, options.generic ? open_generic_masker(how) : open_masker(model, how, warnings));
  for (auto& w : warnings) run.warn(std::move(w));
  TRY(const auto lock, take_faceset(folder));
  TRY(const auto names, loose_names(folder));
  TRY(auto book, LabelBook::open(folder));
  if (!masker->face_type()) run.note("The model does not tell its face type: the faces go in as they are");
  set_image_threads(1);  // faces are read and written side by side
  run.stage("mask");
  const Stopwatch watch;
  Applying applying(names, options, *masker, book, run);
  auto& tally = applying.tally();
  for (const char* key : {"faces", "changed"}) tally.count(key, 0);
  TRY_VOID(applying.apply());
  const double seconds = watch.seconds();
  tally.set("seconds", seconds);
  tally.set("faces_per_second", seconds > 0 ? static_cast<double>(tally.number("faces")) / seconds : 0.0);
  return tally.report();
}

}  // namespace understudy
