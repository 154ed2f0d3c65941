// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/predict.hpp"

#include <algorithm>

#include "lib/base/frame_files.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/face/usual_type.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/project/output.hpp"
#include "lib/training/net_predictor.hpp"

namespace understudy {
namespace {

// The aligned picture as the model's face type and resolution.
ImageF model_input(const ImageU8& image_bgr, const FaceInfo& info, FaceType type, int resolution) {
  const ImageF face = to_float(image_bgr);
  ImageF input = info.face_type == type ? resize(face, resolution, resolution,
                                                 face.width > resolution ? Interpolation::area : Interpolation::cubic)
                                        : warp(face, face_matrix(info.landmarks, resolution, type), resolution,
                                               resolution, Interpolation::cubic, Border::replicate);
  clamp_01(input);
  return input;
}

// The folder of results: what lies there and was not made here is put aside when a prediction gets its name.
struct Results {
  MadeFiles made;
  Aside aside;

  Result<> put(const std::string& name, const ImageF& image) {
    TRY(const Bytes png, encode_png(to_u8_rounded(image), {.xmp = composite_marking_xmp}));
    TRY_VOID(aside.make_way(made, name));
    return made.write(name, png);
  }
  Result<> write(const PredictedFace& face, const std::string& stem) {
    TRY_VOID(put(fitting_name(stem, "_mask_prd.png"), face.mask));
    TRY_VOID(put(fitting_name(stem, "_mask_dst.png"), face.mask_dst));
    return put(fitting_name(stem, ".png"), face.bgr);
  }
};

// Faces through the network, as many in one run as it takes.
class Decoder {
 public:
  Decoder(Predictor& predictor, double morph, Results& results)
      : predictor_(predictor), morph_(morph), results_(results) {}
  Result<> add(const ImageU8& image, const FaceInfo& info, const std::string& stem) {
    inputs_.push_back(model_input(image, info, predictor_.face_type(), predictor_.resolution()));
    stems_.push_back(stem);
    return inputs_.size() < static_cast<std::size_t>(predictor_.faces_at_once()) ? Result<>() : finish();
  }
  Result<> finish() {
    if (inputs_.empty()) return {};
    TRY(const auto faces, predictor_.predict(inputs_, morph_));
    for (std::size_t i = 0; i < faces.size(); ++i) TRY_VOID(results_.write(faces[i], stems_[i]));
    inputs_.clear();
    stems_.clear();
    return {};
  }

 private:
  Predictor& predictor_;
  double morph_;
  Results& results_;
  std::vector<ImageF> inputs_;
  std::vector<std::string> stems_;
};

Result<std::unique_ptr<Predictor>> open_predictor(const fs::path& model, const PredictOptions& options, FaceType usual,
                                                  Run& run) {
  if (!options.model_file.empty()) {
    TRY(auto predictor, open_model_file(options.model_file, file_options(options, options.threads, usual)));
    run.note(fmt::format("The faces are taken as {}s of {} pixels", face_type_name(predictor->face_type()),
                         predictor->resolution()));
    return predictor;
  }
  std::vector<std::string> warnings;
  TRY(auto predictor, open_model_predictor(model, {options.threads, options.gpu}, warnings));
  for (auto& w : warnings) run.warn(std::move(w));
  return predictor;
}

}  // namespace

Result<int> predict_faces(const fs::path& model, const PredictOptions& options, Run& run) {
  std::optional<Face> single;
  std::optional<Faceset> faceset;
  if (fs::is_directory(options.input)) {
    TRY(faceset, Faceset::open(options.input));
  } else {
    TRY(single, read_face(options.input));
  }
  const FaceType own = single ? single->info.face_type : FaceType::whole;
  const FaceType usual = faceset ? usual_type(*faceset) : is_aligned(own) ? own : FaceType::whole;
  TRY(const auto predictor, open_predictor(model, options, usual, run));
  TRY_VOID(check_output(options.output, {options.input}));
  TRY(const auto lock, lock_folder(options.output));
  TRY(auto made, MadeFiles::open(options.output));
  Results results{std::move(made), Aside(options.output, [&run](std::string text) { run.note(std::move(text)); })};
  Decoder decoder(*predictor, options.morph, results);
  if (single) {
    TRY_VOID(decoder.add(single->image_bgr, single->info, options.input.stem().string()));
    TRY_VOID(decoder.finish());
    return 1;
  }
  const Faceset& set = *faceset;
  const std::size_t all = set.entries().size(),
                    count = options.limit > 0 ? std::min<std::size_t>(all, options.limit) : all;
  const auto narrow = std::ranges::count_if(
      set.entries(), [&](const auto& entry) { return entry.info.face_type < predictor->face_type(); });
  if (narrow > 0) {
    run.warn(
        fmt::format("{} of {} faces are cut narrower than this model's {}: what is missing around them is made up "
                    "from their borders",
                    narrow, all, face_type_name(predictor->face_type())));
  }
  int done = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (run.stopping()) return Run::cancelled();
    const std::size_t index = i * all / count;
    const auto& entry = set.entries()[index];
    const auto image = set.image(index);
    if (!image) {
      run.warn(to_sentence(image.error()));
      continue;
    }
    const std::string stem =
        (entry.person.empty() ? "" : entry.person + "_") + fs::path(entry.file_name).stem().string();
    TRY_VOID(decoder.add(*image, entry.info, stem));
    run.progress(i + 1, count, "faces");
    ++done;
  }
  TRY_VOID(decoder.finish());
  return done;
}

}  // namespace understudy
