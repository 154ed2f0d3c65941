// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/pipeline.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/understudy/score_result.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/face/faceset.hpp"
#include "lib/loop/loop.hpp"
#include "lib/media/probe.hpp"
#include "lib/options/options.hpp"
#include "lib/project/workspace.hpp"
#include "lib/tensor/precision.hpp"
#include "lib/training/presets.hpp"
#include "lib/xseg/generic_mask.hpp"
#include "steps/2_extract/verb.hpp"
#include "steps/4_xseg/apply.hpp"
#include "steps/5_train/course.hpp"
#include "steps/5_train/course_size.hpp"
#include "steps/5_train/verb.hpp"
#include "steps/6_merge/verb.hpp"
#include "steps/7_video/verb.hpp"
#include "steps/demo/demo.hpp"
#include "steps/demo/sheet.hpp"

namespace understudy {

enum class RunModel { saehd, quick96 };
template <>
struct Names<RunModel> {
  static constexpr std::array all{"saehd", "quick96"};
};

// Which masks the faces get: those of the workspace's XSeg model, or of the network inside the program where there is
// none; or only what they have.
enum class RunMasks { xseg, none };
template <>
struct Names<RunMasks> {
  static constexpr std::array all{"xseg", "none"};
};

struct RunOptions {
  RunModel model = RunModel::saehd;
  std::string time;
  std::int64_t target_iter = 0;
  ModelFaceType face_type = ModelFaceType::f;
  Schedule schedule = Schedule::automatic;
  StartChoice start = StartChoice::automatic;
  std::string archi = "df-ud";
  int resolution = 0;
  int dims = 128;
  int encoder_dims = 48;
  int decoder_dims = 40;
  int batch_size = 4;
  double random_move = 0.2;
  RunMasks masks = RunMasks::xseg;
  MaskMode mask = MaskMode::learned_product;
  int erode = 0;
  int blur = 40;
  int super_resolution_power = -1;
  int gaze = 100;
  int lids = 100;
  std::uint64_t seed = 1;
};
template <>
constexpr auto describe<RunOptions>() {
  using O = RunOptions;
  return std::tuple{
      field("model", &O::model).says("Model class", "saehd, or quick96 for the quickest first look.").in("Training"),
      field("time", &O::time)
          .says(
              "Time",
              "Training time in all, over every call of run: 90s, 10m, 2h. Default: 1h, unless --target-iter is given.")
          .in("Training"),
      field("target-iter", &O::target_iter)
          .says("Target iteration", "Train up to this iteration; 0: no limit.")
          .at_least(0)
          .in("Training"),
      field("face-type", &O::face_type).says("Face type", "How much of the head is replaced.").in("Training"),
      field("schedule", &O::schedule)
          .says("Schedule", "The stages of the training: look, evening, film; auto: by the time; none: one stage.")
          .in("Training"),
      field("start", &O::start)
          .says("Start", "Of a new model: pretrained, or none (random weights); auto: pretrained where it fits.")
          .in("Training"),
      field("archi", &O::archi).says("Architecture", "Of a new SAEHD model.").in("Training"),
      field("resolution", &O::resolution)
          .says("Resolution", "That the SAEHD model is brought to; 0: what this machine can finish in the time.")
          .range(0, 640, 16)
          .in("Training"),
      field("dims", &O::dims).says("Autoencoder dims", "Of a new SAEHD model.").range(32, 1024).in("Training"),
      field("encoder-dims", &O::encoder_dims)
          .says("Encoder dims", "Of a new SAEHD model.")
          .range(16, 256, 2)
          .in("Training"),
      field("decoder-dims", &O::decoder_dims)
          .says("Decoder dims", "Of a new SAEHD model.")
          .range(16, 256, 2)
          .in("Training"),
      field("batch-size", &O::batch_size).says("Batch size", "Of a new SAEHD model.").range(1, 256).in("Training"),
      field("random-move", &O::random_move)
          .says("Random moves", "Of a new model; the original trains with 1, less learns faster.")
          .range(0, 1)
          .in("Training"),
      field("masks", &O::masks)
          .says("Masks of the faces",
                "xseg: faces that have no mask get one, by the workspace's XSeg model or else by the one inside the "
                "program; none: they keep what they have.")
          .in("Masks"),
      field("mask", &O::mask).says("Mask", "Which mask cuts the face out in the merge.").in("Merge"),
      field("erode", &O::erode).says("Erode mask", "In the merge.").range(-400, 400).in("Merge"),
      field("blur", &O::blur).says("Blur mask", "In the merge.").range(0, 400).in("Merge"),
      field("super-resolution-power", &O::super_resolution_power)
          .says("Super resolution",
                "In the merge: how much of the enhancer's finer face is mixed in. -1: 40 where this processor computes "
                "in bf16; elsewhere it takes a second and a half a frame, and the face is sharpened a little instead.")
          .range(-1, 100)
          .in("Merge"),
      field("gaze", &O::gaze)
          .says("Gaze", "In the merge: how far the irises are moved to where dst's look, in per cent.")
          .range(0, 100)
          .in("Merge"),
      field("lids", &O::lids)
          .says("Lids", "In the merge: how far the lids are moved to where dst's are, in per cent.")
          .range(0, 100)
          .in("Merge"),
      field("seed", &O::seed).says("Seed", "Of a new model.").in("Training"),
  };
}
static_assert(all_described<RunOptions>);

struct DemoVerbOptions {
  int size = 400;
  int frames = 150;
  std::string time = "7m";
  std::int64_t target_iter = 0;
};
template <>
constexpr auto describe<DemoVerbOptions>() {
  using O = DemoVerbOptions;
  return std::tuple{
      field("size", &O::size).says("Size", "Side of the rendered clips, in pixels.").range(128, 1024, 2),
      field("frames", &O::frames).says("Frames", "Of each clip.").range(8, 300),
      field("time", &O::time).says("Time", "Training time: 7m."),
      field("target-iter", &O::target_iter)
          .says("Target iteration", "Train up to this iteration instead of for a time; 0: off.")
          .at_least(0),
  };
}
static_assert(all_described<DemoVerbOptions>);

namespace {

using nlohmann::json;

Result<json> extract_side(const Workspace& workspace, Side side, const RunOptions& options, Run& run) {
  run.note(fmt::format("-- faces of {}", side_name(side)));
  ExtractOptions extraction;
  // A wider crop costs nothing later: every narrower type is cut from it.
  extraction.face_type = options.face_type == ModelFaceType::head ? CropType::head : CropType::whole;
  TRY(const auto paths, extract_paths(workspace, side, extraction));
  TRY(const auto report, extract(extraction, paths, run));
  return json::parse(to_json_text(report));
}

// Faces that have a mask keep it: it may be drawn by hand.
Result<json> mask_side(const Workspace& workspace, Side side, Run& run) {
  run.note(fmt::format("-- masks of {}", side_name(side)));
  std::error_code ignored;
  if (fs::exists(workspace.aligned(side) / "faceset.pak", ignored)) {
    run.note("The faces are packed: they keep the masks that they have");
    return json();
  }
  const fs::path model = xseg_model_in(workspace.model());
  MaskApplyOptions masking;
  masking.missing = true;
  masking.generic = !is_masker(model);
  if (masking.generic && !has_generic_mask()) return json();  // a program that is made to make one
  if (const auto told = masking.generic ? why_no_masker(model) : whose_masker(model); !told.empty()) run.note(told);
  TRY(const auto report, apply_masks(workspace.aligned(side), model, masking, run));
  return json::parse(report);
}

ModelDescription description_of(const RunOptions& options) {
  ModelDescription model;
  model.model_class = options.model == RunModel::quick96 ? ModelClass::quick96 : ModelClass::saehd;
  model.seed = options.seed;
  auto& o = model.saehd;
  o.archi = options.archi;
  o.resolution = options.resolution > 0 ? options.resolution : smallest_course_resolution;
  o.face_type = options.face_type;
  o.batch_size = options.batch_size;
  o.eyes_mouth_prio = true;
  auto& shared = model.shared;
  shared.ae_dims = options.dims;
  shared.e_dims = options.encoder_dims;
  shared.d_dims = options.decoder_dims;
  shared.d_mask_dims = 16;
  return model;
}

// What these verbs take while they train: all that a training does. The live options are those of `train`.
Result<TrainRequest> training_of(const Workspace& workspace, const RunOptions& options) {
  TrainRequest request;
  request.models = workspace.model();
  request.src = workspace.aligned(Side::src);
  request.dst = workspace.aligned(Side::dst);
  request.wanted = description_of(options);
  TRY_VOID(apply_preset(Preset::recommended, request.wanted, {}));
  request.wanted.steering.random_move = options.random_move;
  request.options.model = std::string(class_name(request.wanted.model_class));
  request.options.start = options.start;
  request.loop.target_iter = options.target_iter;
  request.loop.time = !options.time.empty() ? options.time : options.target_iter > 0 ? "" : "1h";
  request.options.seed = options.seed;
  request.loop.save_every = 2;
  return request;
}

Result<json> train_model(const Workspace& workspace, const RunOptions& options, Run& run) {
  run.note("-- training");
  const Run::Taking taking(run, training_commands());
  TRY(auto request, training_of(workspace, options));
  if (options.resolution == 0 && !request.wanted.quick()) {
    TRY(request.wanted.saehd.resolution, course_size(request, workspace.state() / "run.json", run));
  }
  const Schedule schedule = request.wanted.quick() ? Schedule::none : options.schedule;
  TRY(const auto report, train_course(std::move(request), schedule, {}, run));
  return json::parse(to_json_text(report));
}

// What a training would refuse is told before the hours that come before it.
Result<> check_training(const Workspace& workspace, const RunOptions& options) {
  TRY(const auto request, training_of(workspace, options));
  if (const auto limits = limits_of(request.loop); !limits) return Failure(limits.error());
  if (const auto spec = spec_of(request.wanted); !spec) return Failure(spec.error());
  return {};
}

int super_resolution_of(const RunOptions& options) {
  constexpr int usual = 40;  // docs/decisions/quality.md, super resolution
  if (options.super_resolution_power >= 0) return options.super_resolution_power;
  return bf16_support(/*allow_gpu=*/false).computes ? usual : 0;  // the enhancer runs on the processor
}

// For the clip, a shot, a person or a single frame.
bool is_set_anywhere(const Timeline& timeline, const std::string& key) {
  return is_set(timeline.clip, key) ||
         std::ranges::any_of(timeline.shots, [&](const Shot& shot) { return is_set(shot.layer, key); }) ||
         std::ranges::any_of(timeline.persons, [&](const auto& person) { return is_set(person.second.layer, key); }) ||
         std::ranges::any_of(timeline.frames, [&](const auto& frame) { return frame.second.contains(key); });
}

// What `run` takes without being asked stands behind what somebody set for the clip.
SettingValues clip_wide_settings(const RunOptions& options, const std::vector<Row>& rows, const Timeline& timeline) {
  const RunOptions usual;
  const Layer& of_clip = timeline.clip;
  SettingValues values;
  const auto add = [&](const char* key, bool unusual, std::string value) {
    const bool asked = unusual || std::ranges::any_of(rows, [&](const Row& r) { return r.key == key && r.given; });
    if (asked || !is_set(of_clip, key)) values.emplace(key, std::move(value));
  };
  add("mask", options.mask != usual.mask, std::string(Names<MaskMode>::all[static_cast<std::size_t>(options.mask)]));
  add("erode", options.erode != usual.erode, std::to_string(options.erode));
  add("blur", options.blur != usual.blur, std::to_string(options.blur));
  add("super-resolution-power", options.super_resolution_power != usual.super_resolution_power,
      std::to_string(super_resolution_of(options)));
  // In place of the enhancer, where that would take too long (docs/decisions/quality.md, super resolution).
  const bool chosen = std::ranges::any_of(std::array{"super-resolution-power", "sharpen", "blur-sharpen-amount"},
                                          [&](const char* key) { return is_set_anywhere(timeline, key); });
  if (options.super_resolution_power < 0 && super_resolution_of(options) == 0 && !chosen) {
    add("sharpen", false, std::string(Names<Sharpen>::all[static_cast<std::size_t>(Sharpen::gaussian)]));
    add("blur-sharpen-amount", false, "1");
  }
  add("gaze", options.gaze != usual.gaze, std::to_string(options.gaze));
  add("lids", options.lids != usual.lids, std::to_string(options.lids));
  return values;
}

Result<json> merge_frames(const Workspace& workspace, const RunOptions& options, const std::vector<Row>& rows,
                          Run& run) {
  run.note("-- merging");
  MergeOptions merging;
  merging.model = std::string(class_name(options.model == RunModel::quick96 ? ModelClass::quick96 : ModelClass::saehd));
  TRY(const auto paths, merge_paths(workspace, merging));
  TRY(const auto timeline, read_timeline(paths.timelines, merging.timeline));
  TRY(const auto report, merge(merging, clip_wide_settings(options, rows, timeline), paths, run));
  return json::parse(to_json_text(report));
}

Result<json> encode_result(const Workspace& workspace, Run& run) {
  run.note("-- encoding");
  VideoEncodeOptions encoding;
  const bool pictures = !workspace.video(Side::dst);
  std::error_code ignored;
  if (pictures && !fs::exists(workspace.state() / "frames-dst.json", ignored)) {
    encoding.fps = 25;
    run.note(
        "dst is pictures that no video tells the times of: they are shown at 25 a second; video encode --fps changes "
        "it");
  }
  TRY(const auto paths, video_paths(workspace, encoding));
  const auto report = encode_video(encoding, paths, run);
  if (report) return json::parse(to_json_text(*report));
  if (!pictures || report.error().code != Code::bad_file) return Failure(report.error());
  // Photographs of several sizes are no video; they are what was asked for as they are.
  run.warn(to_sentence(report.error()));
  run.note(fmt::format("The merged pictures are in {}", workspace.merged().string()));
  return json();
}

Result<json> whole_way(const Workspace& workspace, const RunOptions& options, const std::vector<Row>& rows, Run& run) {
  json report;
  TRY_VOID(check_training(workspace, options));
  for (const Side side : {Side::src, Side::dst}) TRY_VOID(workspace.frames_or_video(side));
  TRY(report["extract_src"], extract_side(workspace, Side::src, options, run));
  TRY(report["extract_dst"], extract_side(workspace, Side::dst, options, run));
  if (options.masks == RunMasks::xseg) {
    TRY(report["mask_src"], mask_side(workspace, Side::src, run));
    TRY(report["mask_dst"], mask_side(workspace, Side::dst, run));
  }
  TRY(report["train"], train_model(workspace, options, run));
  TRY(report["merge"], merge_frames(workspace, options, rows, run));
  TRY(report["video"], encode_result(workspace, run));
  report["result"] = report["video"].is_null() ? workspace.merged().string() : workspace.result().string();
  return report;
}

Result<> real_sheet(const Workspace& workspace, const json& report, Run& run) {
  demo::SwapSheet sheet;
  TRY(sheet.src, workspace.frames_or_video(Side::src));
  TRY(sheet.dst, workspace.frames_or_video(Side::dst));
  sheet.merged = workspace.merged();
  sheet.tell = [&run](std::string text) { run.note(std::move(text)); };
  if (report["train"].contains("iteration"))
    sheet.subtitle = fmt::format("iteration {}", report["train"]["iteration"].get<std::int64_t>());
  return demo::write_contact_sheet(workspace.root / "contact_sheet.png", sheet);
}

Result<std::string> run_all(const RunOptions& options, const std::vector<Row>& rows, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(auto report, whole_way(workspace, options, rows, run));
  if (auto drawn = real_sheet(workspace, report, run); drawn)
    report["contact_sheet"] = (workspace.root / "contact_sheet.png").string();
  else
    run.warn(to_sentence(drawn.error()));
  run.note("-- scoring");
  if (auto score = score_result(workspace, {}, run); score)
    report["score"] = *std::move(score);
  else if (score.error().code == Code::cancelled)
    return Failure(std::move(score).error());
  else
    run.warn(to_sentence(score.error()));
  return json_text(report);
}

RunOptions demo_run_options(const DemoVerbOptions& options) {
  RunOptions all;
  // Small enough to learn two faces in minutes on two cores, large enough to look at.
  all.resolution = 96;
  all.time = options.target_iter > 0 ? "" : options.time;
  all.target_iter = options.target_iter;
  all.random_move = 0.15;
  // dst's own outline, as the masks of its faces have taught it (docs/decisions/quality.md).
  all.mask = MaskMode::learned_dst;
  all.erode = -12;
  return all;
}

constexpr const char* demo_folder = "demo";

Result<std::string> run_demo(const DemoVerbOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  const Stopwatch watch;
  TRY(const auto workspace, create_workspace(call.workspace == "." ? fs::path(demo_folder) : call.workspace));
  const demo::DemoOptions clips{options.size, options.frames, 30};
  run.note("-- rendering two people who do not exist");
  TRY(const auto rendered, demo::render_demo_clips(workspace.root, clips, run));
  TRY(auto report, whole_way(workspace, demo_run_options(options), {}, run));
  report["render_seconds"] = rendered.seconds;
  run.note("-- measuring against the truth");
  const demo::DemoTruth truth(clips);
  const RunOptions made = demo_run_options(options);
  TRY(report["score"], score_result(workspace, known_demo(truth, made.resolution, face_type_of(made.face_type)), run));
  const json &result = report["score"]["truth"]["result"], &untouched = report["score"]["truth"]["untouched"];
  report["psnr"] = result["plain"]["psnr"];
  report["ssim"] = result["plain"]["ssim"];
  report["psnr_before"] = untouched["plain"]["psnr"];
  report["ssim_before"] = untouched["plain"]["ssim"];
  demo::SwapSheet sheet;
  sheet.src = rendered.src;
  sheet.dst = rendered.dst;
  sheet.merged = workspace.merged();
  sheet.tell = [&run](std::string text) { run.note(std::move(text)); };
  sheet.truth = [&](int frame) { return truth.swapped(frame).frame_bgr; };
  const double seconds = watch.seconds();
  const json &fitted = result["colour_fitted"], &before = untouched["colour_fitted"];
  sheet.subtitle = fmt::format(
      "score {:.0f}; {:.1f} dB, SSIM {:.3f} against the truth inside the face, colours fitted ({:.1f} dB, {:.3f} "
      "before)",
      report["score"]["total"].get<double>(), fitted["psnr"].get<double>(), fitted["ssim"].get<double>(),
      before["psnr"].get<double>(), before["ssim"].get<double>());
  const fs::path png = workspace.root / "contact_sheet.png";
  TRY_VOID(demo::write_contact_sheet(png, sheet));
  report["contact_sheet"] = png.string();
  report["total_seconds"] = seconds;
  return json_text(report);
}

}  // namespace

Verb run_verb() {
  auto verb = make_verb<RunOptions>(
      "run", "The whole way: extract, train, merge, encode; what is done and current is skipped",
      "  understudy -w film run --time 8h\n  understudy -w film run --model quick96 --time 20m", {}, run_all);
  verb.commands = training_commands();
  return verb;
}

Verb demo_verb() {
  auto verb = make_verb<DemoVerbOptions>(
      "demo", "The whole way on two rendered people, measured against the truth",
      "  understudy demo                 in the folder demo\n  understudy -w film demo --time 2m", {}, run_demo);
  verb.commands = training_commands();
  verb.makes_workspace = demo_folder;
  return verb;
}

}  // namespace understudy
