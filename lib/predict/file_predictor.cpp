// SPDX-License-Identifier: Apache-2.0
#include "lib/predict/file_predictor.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "lib/base/system.hpp"
#include "lib/image/convert.hpp"
#include "lib/infer/session.hpp"
#include "lib/predict/onnx_header.hpp"

namespace understudy {
namespace {

constexpr std::int64_t largest_side = 4096;

Failure refused(const fs::path& path, const std::string& why) {
  return fail_with_hint(Code::bad_file, fmt::format("{} is no face model: {}", path.string(), why),
                        "Give a .dfm file of DeepFaceLab's or of `understudy model export --to dfm`.");
}

template <class Tensors>
std::optional<std::size_t> named(const Tensors& tensors, std::string_view name) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    // The ":0" behind the names is TensorFlow's; other exporters leave it out.
    if (tensors[i].name == name || tensors[i].name == std::string(name) + ":0") return i;
  }
  return {};
}

struct Ports {
  std::size_t face = 0;
  std::optional<std::size_t> morph;
  std::size_t mask_dst = 0, bgr = 1, mask = 2;
};

// Inputs by name, outputs by name or, as DeepFaceLive and others read them, by their order.
template <class Tensors>
std::optional<Ports> ports_of(const Tensors& inputs, const Tensors& outputs) {
  Ports ports;
  const auto face = named(inputs, "in_face");
  ports.morph = named(inputs, "morph_value");
  if (!face || inputs.size() != (ports.morph ? 2u : 1u) || outputs.size() < 3) return {};
  ports.face = *face;
  const auto mask_dst = named(outputs, "out_face_mask"), bgr = named(outputs, "out_celeb_face"),
             mask = named(outputs, "out_celeb_face_mask");
  if (mask_dst && bgr && mask) {
    ports.mask_dst = *mask_dst, ports.bgr = *bgr, ports.mask = *mask;
  } else if (outputs.size() != 3) {
    return {};
  }
  return ports;
}

class FilePredictor final : public Predictor {
 public:
  FilePredictor(infer::Session session, Ports ports, FaceType type, int resolution, std::int64_t iteration)
      : session_(std::move(session)), ports_(ports), type_(type), resolution_(resolution), iteration_(iteration) {}

  int resolution() const override { return resolution_; }
  FaceType face_type() const override { return type_; }
  std::int64_t iteration() const override { return iteration_; }
  bool morphs() const override { return ports_.morph.has_value(); }

  Result<std::vector<PredictedFace>> predict(std::span<const ImageF> dst_bgr, double morph) override {
    std::vector<PredictedFace> faces;
    for (const auto& face : dst_bgr) {
      auto in = session_.input(ports_.face);
      check(face.data.size() == in.size(), "a face of another size than the model's");
      std::ranges::copy(face.data, in.begin());
      if (ports_.morph) session_.input(*ports_.morph)[0] = static_cast<float>(std::clamp(morph, 0.0, 1.0));
      TRY_VOID(session_.run());
      PredictedFace made;
      TRY(made.bgr, picture(ports_.bgr, 3));
      TRY(made.mask, picture(ports_.mask, 1));
      TRY(made.mask_dst, picture(ports_.mask_dst, 1));
      faces.push_back(std::move(made));
    }
    return faces;
  }

 private:
  Result<ImageF> picture(std::size_t output, int channels) const {
    const auto values = session_.output(output);
    ImageF image(resolution_, resolution_, channels);
    if (values.size() != image.data.size())
      return fail(Code::bad_file, "The model's output {} has {} numbers where a picture has {}", output, values.size(),
                  image.data.size());
    if (!std::ranges::all_of(values, [](float v) { return std::isfinite(v); }))
      return fail(Code::bad_file, "The model's output {} is not made of numbers: its file is damaged", output);
    std::ranges::copy(values, image.data.begin());
    clamp_01(image);
    return image;
  }

  infer::Session session_;
  Ports ports_;
  FaceType type_;
  int resolution_;
  std::int64_t iteration_;
};

// NHWC with equal sides.
Result<int> resolution_of(const OnnxTensor& input, const ModelFileOptions& options, const fs::path& path) {
  const auto& shape = input.shape;
  if (shape.size() != 4 || shape[3] != 3 || shape[1] != shape[2] || shape[1] > largest_side)
    return refused(path, "it should take square pictures of N x R x R x 3 numbers");
  const bool open = shape[1] < 0;
  if (open && options.resolution == 0) {
    return fail_with_hint(Code::bad_option, fmt::format("{} does not tell its resolution", path.string()),
                          "Give it with --model-resolution.");
  }
  if (!open && options.resolution != 0 && options.resolution != shape[1]) {
    return fail_with_hint(
        Code::bad_option,
        fmt::format("{} is a model of resolution {}, not {}", path.string(), shape[1], options.resolution),
        "Leave --model-resolution out.");
  }
  return open ? options.resolution : static_cast<int>(shape[1]);
}

Result<FaceType> face_type_of(const OnnxHeader& header, const ModelFileOptions& options, const fs::path& path) {
  const auto told = header.remarks.find("face_type");
  const auto type = told == header.remarks.end() ? std::nullopt : face_type_from_name(told->second);
  if (!type || !is_aligned(*type)) return options.face_type.value_or(options.guess);
  if (options.face_type && *options.face_type != *type) {
    return fail_with_hint(Code::bad_option,
                          fmt::format("{} is a model of {}s, not of {}s", path.string(), face_type_name(*type),
                                      face_type_name(*options.face_type)),
                          "Leave --model-face-type out.");
  }
  return *type;
}

std::int64_t iteration_of(const OnnxHeader& header) {
  std::int64_t iteration = 0;
  const auto told = header.remarks.find("iteration");
  if (told == header.remarks.end()) return 0;
  std::from_chars(told->second.data(), told->second.data() + told->second.size(), iteration);
  return std::max<std::int64_t>(iteration, 0);
}

}  // namespace

Result<std::unique_ptr<Predictor>> open_model_file(const fs::path& path, const ModelFileOptions& options) {
  TRY(const auto header, read_onnx_header(path));
  const auto declared = ports_of(header.inputs, header.outputs);
  if (!declared)
    return refused(path, "it should have in_face (and morph_value) as input and two masks and a face as output");
  TRY(const int resolution, resolution_of(header.inputs[declared->face], options, path));
  TRY(const auto type, face_type_of(header, options, path));
  infer::SessionOptions how;
  how.threads = options.threads > 0 ? options.threads : static_cast<int>(cpu_threads());
  how.shapes.resize(header.inputs.size(), infer::Shape{1});
  how.shapes[declared->face] = {1, resolution, resolution, 3};
  TRY(auto session, infer::Session::load(path, how));
  const auto ports = ports_of(session.inputs(), session.outputs());
  if (!ports || ports->morph.has_value() != declared->morph.has_value() ||
      session.inputs()[ports->face].shape != how.shapes[declared->face])
    return refused(path, "its inputs are not those that it declares");
  return std::make_unique<FilePredictor>(std::move(session), *ports, type, resolution, iteration_of(header));
}

}  // namespace understudy
