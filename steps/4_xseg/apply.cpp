// SPDX-License-Identifier: Apache-2.0
#include "steps/4_xseg/apply.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/stopwatch.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/labels/label_book.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "lib/jobs/each.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/xseg/generic_mask.hpp"

namespace understudy {
namespace {

constexpr int side = 256;
constexpr std::size_t at_once = 8;  // faces that go through the network together

// A face on its way: what the network sees of it, and back.
struct Waiting {
  std::string name;
  ImageF input;  // side x side
  int width = 0;
  std::optional<Affine> to_model;  // crop pixels -> the model's crop at the same width; none where the types agree
};

Waiting prepared(const std::string& name, const Face& face, std::optional<FaceType> model_type) {
  Waiting w{name, to_float(face.image_bgr), face.image_bgr.width, {}};
  if (model_type && *model_type != face.info.face_type && is_aligned(face.info.face_type)) {
    w.to_model = face_matrix(face.info.landmarks, w.width, *model_type);
    w.input = warp(w.input, *w.to_model, w.width, w.width, Interpolation::linear, Border::constant);
  }
  if (w.input.width != side || w.input.height != side) w.input = resize(w.input, side, side, Interpolation::lanczos4);
  clamp_01(w.input);
  return w;
}

// The mask of the crop itself at 256 x 256, as it is stored.
ImageF finished(const Waiting& w, ImageF mask, const MaskApplyOptions& options) {
  if (w.to_model) {
    mask = resize(mask, w.width, w.width, Interpolation::lanczos4);
    mask = warp_inverse(mask, *w.to_model, w.width, w.width, Interpolation::lanczos4, Border::constant);
    mask = resize(mask, side, side, Interpolation::lanczos4);
  }
  for (float& v : mask.data) v = v >= static_cast<float>(options.threshold) ? 1.0f : 0.0f;
  if (options.soften > 0)
    mask = gaussian_blur(mask, 2 * static_cast<int>(std::ceil(3 * options.soften)) + 1, options.soften);
  return mask;
}

class Applying {
 public:
  Applying(const fs::path& folder, const MaskApplyOptions& options, Masker& masker, LabelBook& book, Run& run)
      : folder_(folder), options_(options), masker_(masker), book_(book), run_(run), tally_(run) {}

  Result<> apply(std::span<const std::string> names) {
    change_ = book_.begin("apply masks");
    for (std::size_t first = 0; first < names.size() && !run_.stopping(); first += at_once) {
      const auto some = names.subspan(first, std::min(at_once, names.size() - first));
      TRY_VOID(apply_some(some));
      run_.progress(first + some.size(), names.size(), "faces");
    }
    return run_.stopping() ? Result<>(Run::cancelled()) : Result<>{};
  }
  Tally& tally() { return tally_; }

 private:
  Result<> apply_some(std::span<const std::string> names) {
    std::vector<std::optional<Waiting>> read(names.size());
    TRY_VOID(for_each_index(names.size(), options_.threads, run_, "", [&](std::size_t i, unsigned) -> Result<> {
      const auto face = read_face(folder_ / names[i]);
      if (!face) {
        tally_.skip(names[i], face.error());
      } else if (options_.missing && face->info.xseg_mask) {
        tally_.count("had_a_mask");
      } else {
        read[i] = prepared(names[i], *face, masker_.face_type());
      }
      return {};
    }));
    std::vector<Waiting> waiting;
    std::vector<ImageF> inputs;
    for (auto& w : read) {
      if (!w) continue;
      inputs.push_back(std::move(w->input));
      waiting.push_back(*std::move(w));
    }
    if (waiting.empty()) return {};
    TRY(auto masks, masker_.masks(inputs));
    return for_each_index(waiting.size(), options_.threads, run_, "", [&](std::size_t i, unsigned) -> Result<> {
      TRY(auto encoded, encode_mask(finished(waiting[i], std::move(masks[i]), options_)));
      const LabelOperation operation = SetMask{std::move(encoded)};
      const auto applied = book_.apply(change_, waiting[i].name, std::span(&operation, 1));
      if (!applied) {
        if (applied.error().code == Code::io) return Failure(applied.error());
        tally_.skip(waiting[i].name, applied.error());
        return {};
      }
      tally_.count("faces");
      if (applied->changed) tally_.count("changed");
      if (!applied->gave_way.empty()) run_.note(fmt::format("{}: {}", waiting[i].name, applied->gave_way));
      return {};
    });
  }

  const fs::path& folder_;
  const MaskApplyOptions& options_;
  Masker& masker_;
  LabelBook& book_;
  Run& run_;
  Tally tally_;
  LabelChange change_;
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
  run.stage("mask");
  const Stopwatch watch;
  Applying applying(folder, options, *masker, book, run);
  auto& tally = applying.tally();
  for (const char* key : {"faces", "changed"}) tally.count(key, 0);
  TRY_VOID(applying.apply(names));
  const double seconds = watch.seconds();
  tally.set("seconds", seconds);
  tally.set("faces_per_second", seconds > 0 ? static_cast<double>(tally.number("faces")) / seconds : 0.0);
  return tally.report();
}

}  // namespace understudy
