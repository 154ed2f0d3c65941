// SPDX-License-Identifier: Apache-2.0
#include "steps/4_xseg/train.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/io_failure.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/image/draw.hpp"
#include "lib/loop/given_options.hpp"
#include "lib/loop/loop.hpp"
#include "lib/loop/model_restore.hpp"
#include "lib/training/model_options.hpp"
#include "lib/xseg/generic_mask.hpp"
#include "lib/xseg/generic_start.hpp"
#include "lib/xseg/xseg_learner.hpp"

namespace understudy {
namespace {

// What was worked out and checked before anything is written.
struct Prepared {
  XsegDescription model;
  std::optional<ModelStore> store;  // of a model that is there
  Device device;
  Precision precision = Precision::fp32;
  std::unique_ptr<XsegSource> source;
  XsegOnlookers onlookers;
};

bool goes_on(const MaskTrainRequest& request) { return !request.options.restart && ModelStore::exists(request.model); }

Result<> settle_model(const MaskTrainRequest& request, Prepared& p, Run& run) {
  if (!goes_on(request)) {
    p.model = {request.wanted, request.options.seed};
    return {};
  }
  TRY(p.store, ModelStore::open(request.model, xseg_model_kind()));
  TRY(p.model, xseg_description_from_json(p.store->description(), request.model.string()));
  auto rows = rows_of(p.model.options);
  TRY_VOID(take_given(rows, request.wanted_rows, {}, run));
  p.store->intend(to_json(p.model));
  return {};
}

std::vector<fs::path> folders_with_faces(const MaskTrainRequest& request) {
  std::vector<fs::path> folders;
  for (const auto& folder : {request.src, request.dst}) {
    const bool again = !folders.empty() && folders.front() == folder;
    if (!again && FaceList::open(folder)) folders.push_back(folder);
  }
  return folders;
}

Result<std::unique_ptr<XsegSource>> open_source(const MaskTrainRequest& request, const Prepared& p, Run& run) {
  XsegSourceSettings settings;
  settings.batch_size = p.model.options.batch_size;
  settings.augment = p.model.options.augment;
  settings.occluders = p.model.options.occluders;
  settings.seed = p.model.seed;
  settings.device = p.device;
  const FaceType type = face_type_of(p.model.options.face_type);
  set_image_threads(1);  // samples are made side by side
  if (p.model.options.pretrain && !request.options.pretrain_set.empty())
    return XsegSource::of_grey({request.options.pretrain_set}, type, settings);
  const auto folders = folders_with_faces(request);
  if (folders.empty()) {
    return fail_with_hint(Code::no_faces,
                          fmt::format("There are no faces in {} or {}", request.src.string(), request.dst.string()),
                          "Extract some first: understudy extract src");
  }
  if (p.model.options.pretrain) return XsegSource::of_grey(folders, type, settings);
  TRY(auto faces, LabelledFaces::open(folders, type));
  run.note(fmt::format("{} faces with {}", faces.count(), faces.by_polygons() ? "polygons" : "applied masks"));
  return XsegSource::of_labels(std::move(faces), settings);
}

Result<Prepared> prepare(const MaskTrainRequest& request, Run& run) {
  Prepared p;
  TRY_VOID(settle_model(request, p, run));
  p.device = open_device(request.options.threads, request.options.gpu);
  p.precision = precision_of(request.options.precision, p.device, p.model.options.winograd);
  TRY(p.source, open_source(request, p, run));
  p.onlookers = onlookers_of(request.src, request.dst, face_type_of(p.model.options.face_type));
  run.note(fmt::format("{} on {}", p.precision == Precision::bf16 ? "bf16" : "fp32", p.device.name));
  return p;
}

// A model that is moved aside is not read: it may be damaged, or a newer version's.
Result<std::optional<FileLock>> taken(const MaskTrainRequest& request) {
  if (!request.options.restart) return take_model(request.model, xseg_model_kind());
  if (!ModelStore::exists(request.model)) return std::optional<FileLock>{};
  TRY(auto lock, FileLock::take(request.model / "lock"));
  return std::optional(std::move(lock));
}

// The model that is there goes on under another name.
Result<> move_aside(const fs::path& model, FileLock& lock, Run& run) {
  std::error_code error;
  fs::path to;
  for (int n = 1; to.empty() || fs::exists(fs::symlink_status(to, error)); ++n)
    to = model.parent_path() / fmt::format("{}-before-{}", model.filename().string(), n);
  fs::rename(model, to, error);
  if (error) return io_failure("move", model, error.value());
  lock.moved_to(to / "lock");
  run.note(fmt::format("The model that was there is {} now", path_text(to)));
  return sync_folder(model.parent_path());
}

Result<ModelStore> open_store(const MaskTrainRequest& request, Prepared& p, FileLock& lock, Run& run) {
  if (p.store) return *std::move(p.store);
  if (ModelStore::exists(request.model)) {
    TRY_VOID(move_aside(request.model, lock, run));
    TRY_VOID(make_folders(request.model));
    TRY(lock, FileLock::take(request.model / "lock"));
  }
  run.note("New XSeg model");
  return ModelStore::create(request.model, xseg_model_kind(), to_json(p.model));
}

// Where nothing was saved yet. Pretraining learns something else than masks.
Result<> begin(const XsegDescription& model, const ModelStore& store, XsegLearner& learner, Run& run) {
  if (model.options.start != XsegStart::generic || model.options.pretrain || !has_generic_mask()) return {};
  TRY(const auto saved, usable_list(store.path()));
  if (!saved.entries.empty()) return {};
  TRY(const auto weights, generic_start(model.seed));
  run.note("The model begins with the generic mask (--start none begins by chance)");
  return learner.start_from(weights);
}

MaskTrainReport report_of(const Session& session, XsegLearner& learner, const Trained& trained) {
  MaskTrainReport report{.model = session.path(),
                         .iteration = session.iteration(),
                         .iterations_done = trained.iterations,
                         .seconds = trained.seconds,
                         .iteration_seconds = trained.iteration_seconds,
                         .faces = learner.source().count(),
                         .loss = session.mean_of_last(0),
                         .preview = session.preview_path()};
  if (trained.seconds > 0) report.waited_part = learner.source().seconds_waited() / trained.seconds;
  return report;
}

}  // namespace

std::string to_json_text(const MaskTrainReport& report) {
  return json_text(nlohmann::json{{"model", path_text(report.model)},
                                  {"iteration", report.iteration},
                                  {"iterations_done", report.iterations_done},
                                  {"seconds", report.seconds},
                                  {"iteration_seconds", report.iteration_seconds},
                                  {"waited_for_samples", report.waited_part},
                                  {"faces", report.faces},
                                  {"loss", report.loss},
                                  {"preview", path_text(report.preview)}});
}

Result<MaskTrainReport> train_masks(const MaskTrainRequest& request, Run& run) {
  TRY(const Limits limits, limits_of(request.loop));
  run.stage("open");
  TRY(auto held, taken(request));
  TRY(auto prepared, prepare(request, run));
  if (!held) {
    TRY_VOID(make_folders(request.model));
    TRY(held, FileLock::take(request.model / "lock"));
    if (ModelStore::exists(request.model) && !request.options.restart) return made_meanwhile(request.model);
  }
  FileLock& lock = *held;
  remove_temporaries(request.model);
  TRY(auto learner, guard_torch("making the network", [&] {
        return std::make_unique<XsegLearner>(prepared.model, prepared.device, prepared.precision,
                                             std::move(prepared.source), prepared.onlookers);
      }));
  TRY(auto store, open_store(request, prepared, lock, run));
  TRY_VOID(begin(prepared.model, store, *learner, run));
  Session session(std::move(store), *learner);
  TRY_VOID(session.load(run));
  TRY_VOID(session.store().commit_description());
  TRY_VOID(session.open_views(run));
  TRY_VOID(session.show_preview(/*history=*/false, run));
  MaskTrainOptions options = request.options;
  TRY(const Trained trained, train_until(session, limits, request.loop, rows_of(options), run));
  return report_of(session, *learner, trained);
}

}  // namespace understudy
