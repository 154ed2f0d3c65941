// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/verb.hpp"

#include "lib/project/output.hpp"
#include "lib/training/model_list.hpp"
#include "lib/xseg/xseg_masker.hpp"
#include "steps/6_merge/check_verb.hpp"
#include "steps/6_merge/deliver.hpp"
#include "steps/6_merge/to_video.hpp"

namespace understudy {
namespace {

struct MergeRequest {
  MergeOptions options;
  ToVideoOptions video;
  MergeSettings settings;
};

// Settings of this run alone: those that the command line names.
SettingValues given_settings(const std::vector<Row>& rows) {
  SettingValues clip_wide;
  for (const auto& row : rows)
    if (row.given && setting_row(row.key)) clip_wide[row.key] = row.get();
  return clip_wide;
}

// The report then counts what this check found, and of all frames.
Result<> check_afterwards(const Workspace& workspace, const MergeOptions& options, const MergePaths& paths,
                          MergeReport& report, Run& run) {
  CheckOptions check;
  check.input = paths.frames;
  check.aligned = paths.aligned;
  check.timeline = options.timeline;
  check.threads = options.threads;
  TRY(const auto where, check_paths(workspace, check));
  TRY(const auto found, check_merge(check, where, run));
  report.checked = found.measured;
  report.with_reasons = found.with_reasons;
  return {};
}

Result<std::string> merge_as_asked(const MergeRequest& request, const std::vector<Row>& rows, const Call& call,
                                   Run& run) {
  const MergeOptions& options = request.options;
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const auto paths, merge_paths(workspace, options));
  const fs::path& to = request.video.to;
  TRY_VOID(check_output(workspace, to, {paths.frames, paths.aligned}));
  if (!to.empty() && options.check) {
    return fail_with_hint(Code::bad_option, "Only merged pictures can be checked", "Leave --check or --to away.");
  }
  if (!to.empty() && options.sample == 0) {
    const fs::path pieces = workspace.state() / "merge-to-video";
    TRY(const auto report, merge_to_video(request.video, options, given_settings(rows), paths, pieces, run));
    return to_json_text(report);
  }
  TRY(auto report, merge(options, given_settings(rows), paths, run));
  if (options.check && options.sample == 0) TRY_VOID(check_afterwards(workspace, options, paths, report, run));
  return to_json_text(report);
}

Task prepared_merge() {
  auto request = std::make_shared<MergeRequest>();
  auto rows = rows_of(request->options);
  for (auto& row : rows_of(request->video)) rows.push_back(std::move(row));
  for (auto& row : rows_of(request->settings)) rows.push_back(std::move(row));
  return Task(std::move(rows), [request](const std::vector<Row>& over, const Call& call, Run& run) {
    return merge_as_asked(*request, over, call, run);
  });
}

struct DeliverRequest : MergeRequest {
  DeliverOptions delivery;
};

Result<std::string> deliver_as_asked(const DeliverRequest& request, const std::vector<Row>& rows, const Call& call,
                                     Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const auto paths, merge_paths(workspace, request.options));
  const fs::path& output = request.delivery.output;
  TRY_VOID(check_output(workspace, output, {paths.frames, paths.aligned}));
  const fs::path folder = output.empty() ? workspace.merged().parent_path() / "delivery" : output;
  TRY(const auto report, deliver(request.delivery, request.options, given_settings(rows), paths, folder, run));
  return to_json_text(report);
}

Task prepared_delivery() {
  auto request = std::make_shared<DeliverRequest>();
  auto rows = rows_of(request->delivery);
  for (auto& row : rows_of(request->options)) {
    if (row.key != "sample" && row.key != "bit-depth" && row.key != "check") rows.push_back(std::move(row));
  }
  for (auto& row : rows_of(request->settings)) rows.push_back(std::move(row));
  return Task(std::move(rows), [request](const std::vector<Row>& over, const Call& call, Run& run) {
    return deliver_as_asked(*request, over, call, run);
  });
}

}  // namespace

Verb deliver_verb() {
  return {.name = "merge deliver",
          .summary = "Write the merge as layers for a compositor: OpenEXR or PNGs of 16 bits",
          .examples =
              "  understudy merge deliver\n"
              "  understudy merge deliver --pixels float --predictions\n"
              "  understudy merge deliver --format png --frames 100-250",
          .prepare = prepared_delivery};
}

Result<MergePaths> merge_paths(const Workspace& workspace, const MergeOptions& options) {
  MergePaths paths;
  paths.frames = options.input;
  paths.aligned = options.aligned.empty() ? workspace.aligned(Side::dst) : options.aligned;
  paths.xseg = options.xseg_model.empty() ? xseg_model_in(workspace.model()) : options.xseg_model;
  paths.merged = workspace.merged();
  paths.merged_mask = workspace.merged_mask();
  paths.state = workspace.state() / "merge.json";
  paths.models = workspace.model();
  if (options.input.empty()) {
    paths.video = workspace.video(Side::dst).value_or(fs::path());
    paths.manifest = workspace.state() / "frames-dst.json";
  }
  paths.timelines = workspace.state() / timelines_folder;
  paths.predictions = workspace.state() / "predictions";
  paths.src_aligned = workspace.aligned(Side::src);
  paths.records = check_records(workspace);
  paths.sample = workspace.root / "merge_sample.png";
  if (paths.frames.empty()) {
    TRY(paths.frames, workspace.frames_or_video(Side::dst));
  }
  if (!options.model.empty() + !options.model_file.empty() + options.without_model > 1) {
    return fail_with_hint(Code::bad_option, "Only one of --model, --model-file and --without-model can be used",
                          "Leave the others out.");
  }
  paths.model = options.model_file;
  if (options.model_file.empty() && !options.without_model) {
    TRY(paths.model, find_model(workspace.model(), options.model));
  }
  return paths;
}

Verb merge_verb() {
  return {.name = "merge",
          .summary = "Put the model's face into the dst frames",
          .examples =
              "  understudy merge\n"
              "  understudy merge --mode seamless --erode 20 --blur 60 --colour-transfer rct\n"
              "  understudy merge --sample 12           a look at 12 frames first\n"
              "  understudy merge --frames 100-250,300\n"
              "  understudy merge --check               and list the frames to look at\n"
              "  understudy merge --to result.mp4       no pictures in between\n"
              "  understudy merge --model-file clooney_SAEHD_model.dfm",
          .prepare = prepared_merge};
}

}  // namespace understudy
