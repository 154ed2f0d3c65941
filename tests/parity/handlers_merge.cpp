// SPDX-License-Identifier: Apache-2.0
// Whole merges with the fake models that the manifest defines (case merge_fake_models).
#include <algorithm>
#include <stdexcept>

#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "steps/6_merge/alignments.hpp"
#include "steps/6_merge/compose.hpp"
#include "tests/parity/golden.hpp"
#include "tests/parity/recorded_random.hpp"

namespace understudy::parity {
namespace {

MergeMode mode_named(const std::string& name) {
  static const std::vector<std::string> names = {
      "original", "overlay", "hist-match", "seamless", "seamless-hist-match", "raw-rgb", "raw-predict"};
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) throw std::runtime_error("unknown merge mode " + name);
  return static_cast<MergeMode>(at - names.begin());
}

MergeSettings settings_of(const json& config) {
  MergeSettings s;
  s.compat = config.value("compat", "dfl") == "none" ? Compat::none : Compat::dfl;
  s.mode = mode_named(config.at("mode"));
  s.masked_hist_match = config.value("masked_hist_match", s.masked_hist_match);
  s.hist_match_threshold = config.value("hist_match_threshold", s.hist_match_threshold);
  s.mask_mode = static_cast<MaskMode>(config.at("mask_mode").get<int>());
  s.erode = config.value("erode_mask_modifier", 0);
  s.blur = config.value("blur_mask_modifier", 0);
  s.motion_blur_power = config.value("motion_blur_power", 0);
  s.face_scale = config.value("output_face_scale", 0);
  s.super_resolution_power = config.value("super_resolution_power", 0);
  s.colour_transfer = static_cast<ColourTransfer>(config.value("color_transfer_mode", 0));
  s.sharpen = static_cast<Sharpen>(config.value("sharpen_mode", 0));
  s.blur_sharpen_amount = config.value("blursharpen_amount", 0);
  s.denoise_power = config.value("image_denoise_power", 0);
  s.bicubic_degrade_power = config.value("bicubic_degrade_power", 0);
  s.colour_degrade_power = config.value("color_degrade_power", 0);
  return s;
}

ImageF input_mask(const Case& one, const std::string& part, const std::string& otherwise) {
  for (const auto& name : one.inputs()) {
    if (name.find(part) != std::string::npos) return one.mask(name);
  }
  return one.mask(otherwise);
}

ImageF strong_or_mild(const ImageF& x, bool strong) {
  static constexpr std::array<float, 3> strong_gain = {0.9f, 1.0f, 0.8f}, mild_gain = {1.05f, 0.95f, 0.85f};
  ImageF out = x;
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    const std::size_t c = i % 3;
    out.data[i] = strong ? x.data[i - c + (2 - c)] * strong_gain[c] + 0.05f : x.data[i] * mild_gain[c] + 0.03f;
  }
  clamp_01(out);
  return out;
}

MergeModel fake_model(const Case& one, std::vector<ImageF>& seen) {
  const auto& params = one.params();
  MergeModel model;
  model.resolution = params.at("model_resolution");
  const auto type = face_type_from_name(params.at("config").at("face_type").get<std::string>());
  if (!type) throw std::runtime_error("unknown face type");
  model.face_type = *type;
  const bool strong = params.at("fake_predictor") == "strong";
  if (!strong && params.at("fake_predictor") != "mild") throw std::runtime_error("unknown fake predictor");
  model.predict = [=, &one, &seen](const ImageF& face) -> Result<Prediction> {
    seen.push_back(face);
    return Prediction{strong_or_mild(face, strong), input_mask(one, "prd_mask", "merge/fake_prd_mask_128.png"),
                      input_mask(one, "dst_mask", "merge/fake_dst_mask_128.png")};
  };
  model.xseg = [&one](const ImageF&) -> Result<ImageF> {
    return input_mask(one, "xseg_mask", "merge/fake_xseg_mask_256.png");
  };
  model.enhance = [](const ImageF& face) -> Result<ImageF> {
    ImageF out = resize(face, 4 * face.width, 4 * face.height, Interpolation::cubic);
    clamp_01(out);
    return out;
  };
  return model;
}

// As the oracle stores its results: truncated to 8 bit, and what lies outside 0..255 wraps around.
Values wrapped_u8(const ImageF& image) {
  Values out = values_of(image);
  for (auto& v : out.v) v = static_cast<std::uint8_t>(static_cast<int>(static_cast<float>(v) * 255.0f));
  return out;
}

void merges(const Case& one, Check& check) {
  const auto& params = one.params();
  std::vector<ImageF> seen;
  const auto model = fake_model(one, seen);
  std::vector<MergeFace> faces;
  for (const auto& name : one.inputs_ending(".npy")) {
    for (const auto& landmarks : landmark_sets(one.load(name))) {
      faces.push_back({landmarks, {params.value("motion_power", 0.0), params.value("motion_deg", 0.0)}});
    }
  }
  const auto settings = settings_of(params.at("config"));
  const auto merged = merge_frame_float(one.image(one.inputs().at(0)), faces, settings, model, recorded_random(one));
  if (!merged) return check.fail(to_sentence(merged.error()));
  constexpr double lowest = 45;  // dB, whatever the case's own tolerance allows
  if (one.has_output("image")) check.near("image", wrapped_u8(merged->image_bgr), one.output("image"));
  if (one.has_output("mask")) check.near("mask", wrapped_u8(merged->mask), one.output("mask"));
  check.require(check.lowest_psnr() >= lowest, fmt::format("PSNR {:.2f} dB", check.lowest_psnr()));
  if (one.has_output("predictor_input"))
    check.near("predictor_input", values_of(seen.at(0)), one.output("predictor_input"));
}

void mask_steps(const Case& one, Check& check) {
  const auto& params = one.params();
  const int resolution = params.at("resolution");
  const ImageF mask = resize(one.mask(one.inputs().at(0)), 4 * resolution, 4 * resolution, Interpolation::cubic);
  ImageF ours = soften_mask(mask, resolution, params.at("erode"), params.at("blur"));
  clamp_01(ours);
  check.near("out16", values_of(ours), scaled(one.output("out16"), 1.0 / 65535));
}

// The landmark sets are consecutive frames.
void motions(const Case& one, Check& check) {
  Alignments alignments;
  std::vector<std::string> stems;
  for (const auto& name : one.inputs()) {
    stems.push_back(name);
    alignments.by_frame[name] = {{one.landmarks(name), {}}};
  }
  Values ours;
  for (const auto& frame : faces_by_frame(alignments, stems)) {
    ours.v.insert(ours.v.end(), {frame.front().motion.power, frame.front().motion.angle});
  }
  check.near("power", ours, one.output("power_deg"));
}

}  // namespace

std::vector<Row> merge_handlers() {
  return {
      {"3_merge", "definition of the fake models", nullptr},
      {"3_merge", "whole merge of one frame", merges},
      {"2_colour", "merger mask step", mask_steps},
      {"1_geometry", "merger motion blur source", motions},
  };
}

}  // namespace understudy::parity
