// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_masker.hpp"

#include <algorithm>

#include "lib/base/path_text.hpp"
#include "lib/infer/session.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/opened_content.hpp"
#include "lib/training/model_options.hpp"
#include "lib/xseg/net_masker.hpp"
#include "lib/xseg/xseg_dfl.hpp"

namespace understudy {
namespace {

constexpr float least = 0.1f;  // spec 1.4

// DeepFaceLab's XSeg_model.onnx: in_face (1,256,256,3) -> out_mask (1,256,256,1).
class OnnxMasker : public Masker {
 public:
  explicit OnnxMasker(infer::Session session) : session_(std::move(session)) {}
  Result<std::vector<ImageF>> masks(std::span<const ImageF> bgr) override {
    std::vector<ImageF> all;
    for (const auto& face : bgr) {
      std::ranges::copy(face.data, session_.input(0).begin());
      TRY_VOID(session_.run());
      ImageF mask(face.width, face.height, 1);
      std::ranges::copy(session_.output(0), mask.data.begin());
      for (float& v : mask.data) v = v < least ? 0 : std::min(v, 1.0f);
      all.push_back(std::move(mask));
    }
    return all;
  }
  std::optional<FaceType> face_type() const override { return {}; }

 private:
  infer::Session session_;
};

Result<std::unique_ptr<Masker>> open_onnx(const fs::path& file, const MaskerOptions& options) {
  TRY(auto session, infer::Session::load(file, {.threads = options.threads, .shapes = {{1, 256, 256, 3}}}));
  const infer::Shape in{1, 256, 256, 3}, out{1, 256, 256, 1};
  if (session.inputs().size() != 1 || session.outputs().size() != 1 || session.inputs()[0].shape != in ||
      session.outputs()[0].shape != out) {
    return fail(Code::bad_file, "{} is not an XSeg network: it should take 1x256x256x3 and give 1x256x256x1",
                file.string());
  }
  return std::make_unique<OnnxMasker>(std::move(session));
}

Failure only_pretrained(const fs::path& path) {
  return fail_with_hint(Code::bad_option, fmt::format("The XSeg model in {} is only pretrained", path.string()),
                        "Train it on labels first: understudy mask train --no-pretrain");
}

template <class Open>
Result<std::unique_ptr<Masker>> opened_file(const fs::path& file, const Open& open) {
  TRY(auto opened, opened_with_checksum(file, open));
  opened.first->set_content(opened.second);
  return std::move(opened.first);
}

}  // namespace

// What cannot be read is told by whoever opens it.
static bool has_yet_to_learn(const fs::path& model) {
  const auto list = usable_list(model);
  if (!list || list->entries.empty()) return list.has_value();
  // What was saved, and not what model.json says: a training may have been begun that has saved nothing yet.
  for (const auto& note : read_notes(model)) {
    if (note.entry != list->entries.back()) continue;
    if (const auto then = xseg_description_from_json(note.model, model.string())) return then->options.pretrain;
  }
  const auto store = ModelStore::open(model, xseg_model_kind());
  if (!store) return false;
  const auto description = xseg_description_from_json(store->description(), model.string());
  return description && description->options.pretrain;
}

fs::path xseg_model_in(const fs::path& models) {
  std::error_code error;
  const fs::path own = models / "XSeg";
  return has_yet_to_learn(own) && fs::exists(models / "XSeg_256.npy", error) ? models : own;
}

bool is_masker(const fs::path& path) {
  std::error_code error;
  if (ModelStore::exists(path)) return !has_yet_to_learn(path);
  if (fs::exists(path / "XSeg_256.npy", error)) return !is_pretrained_dfl_xseg(path);
  return path.extension() == ".onnx" && fs::exists(path, error);
}

std::string whose_masker(const fs::path& path) {
  std::error_code error;
  if (ModelStore::exists(path) || !fs::exists(path / "XSeg_256.npy", error)) return "";
  return fmt::format("DeepFaceLab's XSeg model in {} is taken", path_text(path));
}

std::string why_no_masker(const fs::path& path) {
  std::error_code error;
  if (!ModelStore::exists(path) && !fs::exists(path / "XSeg_256.npy", error))
    return "There is no XSeg model: the generic mask is taken";
  return fmt::format("The XSeg model in {} has not learned from labels yet: the generic mask is taken", path.string());
}

Result<std::unique_ptr<Masker>> open_masker(const fs::path& path, const MaskerOptions& options,
                                            std::vector<std::string>& warnings) {
  if (path.extension() == ".onnx") return opened_file(path, [&] { return open_onnx(path, options); });
  if (ModelStore::exists(path)) {
    TRY(const auto store, ModelStore::open(path, xseg_model_kind()));
    TRY(const auto saved, store.load(/*with_optimizer=*/false, warnings));
    if (!saved) {
      return fail_with_hint(Code::not_found,
                            fmt::format("The XSeg model in {} has not been trained yet", path.string()),
                            "Train it first: understudy mask train");
    }
    TRY(const auto model, xseg_description_of(store, *saved));
    if (model.options.pretrain) return only_pretrained(path);
    TRY(std::unique_ptr<Masker> masker,
        NetMasker::make({}, saved->weights, face_type_of(model.options.face_type), options));
    masker->set_content(
        weights_checksum(path, saved->iteration));  // a damaged newer one was passed over, and one may have come since
    return masker;
  }
  return opened_file(path / "XSeg_256.npy", [&]() -> Result<std::unique_ptr<Masker>> {
    TRY(const auto model, read_dfl_xseg(path, /*optimizer=*/false));
    if (model.pretrain) return only_pretrained(path);
    return NetMasker::make({}, model.weights, model.face_type, options);
  });
}

}  // namespace understudy
