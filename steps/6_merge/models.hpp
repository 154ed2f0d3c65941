// SPDX-License-Identifier: Apache-2.0
// The networks of a merge: the model of the merge, those of single persons, and XSeg's where a mask needs it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "lib/enhance/enhancer_pool.hpp"
#include "lib/jobs/run.hpp"
#include "lib/predict/predictor.hpp"
#include "lib/xseg/xseg_masker.hpp"
#include "steps/6_merge/eye_reader.hpp"
#include "steps/6_merge/merge.hpp"
#include "steps/6_merge/plan.hpp"
#include "steps/6_merge/prediction_cache.hpp"

namespace understudy {

template <class T>
using MergedAs = Result<std::conditional_t<sizeof(T) == 1, Merged, DeepMerged>>;

// What the frame's faces are fitted to beside the frame itself.
struct FrameColours {
  const PlateColours* plate = nullptr;                     // null: SDR
  std::vector<std::vector<WeightedMeasure>> windows;       // by the plan's faces; empty: each by itself
  std::vector<std::shared_ptr<const ColourMeasure>> held;  // what the windows point at
};

class MergeModels {
 public:
  // What the frames that are wanted need beside the merge's own model, with the windows that they are measured in.
  struct Needs {
    std::set<std::string> of_persons;  // names of their models
    bool xseg = false, enhancer = false, eyes = false;
  };
  // The merge's model; the others are opened here.
  struct OwnModel {
    std::unique_ptr<Predictor> predictor;
    std::uint64_t weights = 0;  // checksum of their file
  };
  static Result<MergeModels> open(OwnModel, const MergeOptions&, const MergePaths&, const Needs&, Run&);

  std::int64_t iteration() const { return models_.at("").predictor->iteration(); }
  int resolution() const { return models_.at("").predictor->resolution(); }
  std::int64_t network_runs() const { return *network_runs_; }
  std::int64_t predictions_kept() const { return *predictions_kept_; }
  // Of the weights, so that another model under the same name and at the same iteration is another model. Nothing where
  // one of the face's networks was not opened, as no frame that is wanted needs it.
  std::optional<std::uint64_t> content(const PlannedFace&) const;
  // Thread-safe; networks run one at a time, for each uses all threads, but the enhancer, which uses one.
  template <class T>  // std::uint8_t or std::uint16_t
  MergedAs<T> merge(const Image<T>& frame_bgr, const PlannedFrame&, const FrameColours&) const;
  // What the colour transfer of that face measures, if there is one.
  template <class T>
  Result<std::optional<ColourMeasure>> measure(const Image<T>& frame_bgr, const PlannedFace&,
                                               const PlateColours*) const;
  // A face that a network has said nothing of yet.
  struct Question {
    Predictor* predictor = nullptr;
    std::uint64_t network = 0;  // and its settings, as PredictionCache::key_of() takes it
    double morph = 1;
    bool twice = false;  // its answer is the next question (two-pass)
    ImageF shown;
  };
  // How many of them make a full run of a network; 1 when all models take faces one by one.
  std::size_t faces_at_once() const;
  // Those that merging this frame would ask first, where answering several at once pays.
  template <class T>
  std::vector<Question> open_questions(const Image<T>& frame_bgr, const PlannedFrame&, const PlateColours*) const;
  // Answers them in full runs, for the merges of their frames that follow, which get the same pictures without.
  Result<> ask_ahead(std::vector<Question>) const;
  // Unrounded, with what the network drew of each face (empty where it was not asked), by the plan's faces.
  struct Layers {
    MergedFloat merged;
    std::vector<Prediction> predictions;
  };
  Result<Layers> merge_layers(const ImageU16& frame_bgr, const PlannedFrame&, const FrameColours&) const;
  // The model that a face is put through.
  int resolution_of(const PlannedFace& face) const { return models_.at(face.model).predictor->resolution(); }
  FaceType type_of(const PlannedFace& face) const { return models_.at(face.model).predictor->face_type(); }

 private:
  struct Opened {
    std::unique_ptr<Predictor> predictor;
    std::uint64_t content = 0;
  };
  MergeModel model_for(const PlannedFace&) const;
  std::uint64_t network_of(const PlannedFace&) const;
  // What a network says of a picture: from the cache, or by `run`, which is then kept.
  Result<std::vector<ImageF>> answer(const ImageF& crop, std::uint64_t network,
                                     const std::function<Result<std::vector<ImageF>>()>& run) const;
  void add(const std::string& name, std::unique_ptr<Predictor>, std::uint64_t weights);

  std::map<std::string, Opened> models_;  // by name; the merge's own is ""
  std::unique_ptr<Masker> masker_;
  std::unique_ptr<EnhancerPool> enhancer_;
  std::unique_ptr<EyeReader> eyes_;
  std::unique_ptr<PredictionCache> cache_;
  std::unique_ptr<std::atomic<std::int64_t>> network_runs_ = std::make_unique<std::atomic<std::int64_t>>(0);
  std::unique_ptr<std::atomic<std::int64_t>> predictions_kept_ = std::make_unique<std::atomic<std::int64_t>>(0);
  std::unique_ptr<std::mutex> predicting_ = std::make_unique<std::mutex>();
  // By key; taken out by who asked.
  struct Answers {
    std::mutex mutex;
    std::map<std::uint64_t, std::vector<ImageF>> by_key;
  };
  std::unique_ptr<Answers> ahead_ = std::make_unique<Answers>();
};

}  // namespace understudy
