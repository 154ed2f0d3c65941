// SPDX-License-Identifier: Apache-2.0
// One case of the golden manifest, its files, and the comparisons made for it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lib/face/landmarks.hpp"
#include "lib/image/image.hpp"
#include "tests/parity/tolerance.hpp"
#include "tests/support/npy.hpp"

namespace understudy::parity {

using nlohmann::json;

// Numbers with their shape, from a .npy or .png file or from our own code. Pictures keep their own scale (0..255,
// 0..65535).
struct Values {
  std::vector<double> v;
  std::vector<std::int64_t> shape;
  double resolution = 0;                 // relative; what the file's element type cannot tell apart
  std::vector<std::int64_t> every = {};  // of a small set's output: it holds every n-th value along each axis
  fs::path record = {};                  // where ours are to be written in place of being compared
  double factor = 1;                     // of scaled()
};
// The values that such an output holds. Values of other axes stay as they are.
Values thinned(const Values&, const std::vector<std::int64_t>& every);
Values scaled(Values values, double factor);
template <class T>
Values values_of(const Image<T>& image) {
  return {{image.data.begin(), image.data.end()}, {image.height, image.width, image.channels}};
}
ImageF float_image(const Values&);                      // 2D or 3D
std::vector<Landmarks68> landmark_sets(const Values&);  // (68, 2) or (n, 68, 2)

// A missing or damaged file is an exception, which fails the case.
class Case {
 public:
  Case(fs::path root, json entry, bool records = false)
      : root_(std::move(root)),
        entry_(std::move(entry)),
        params_(entry_.value("params", json::object())),
        records_(records) {}
  std::string id() const { return entry_.value("id", ""); }
  std::string group() const { return entry_.value("group", ""); }
  std::string concept_text() const { return entry_.value("concept", ""); }
  std::string tolerance() const {
    return entry_.value("tolerance", json()).is_string() ? entry_["tolerance"].get<std::string>() : "";
  }
  void set_tolerance(std::string text) { entry_["tolerance"] = std::move(text); }
  const json& entry() const { return entry_; }
  const json& params() const { return params_; }
  bool has_output(const std::string& name) const {
    return entry_.contains("outputs") && entry_["outputs"].contains(name);
  }
  std::vector<std::string> output_names() const;
  std::vector<std::string> inputs() const;  // flat list of paths
  std::vector<std::string> inputs_ending(std::string_view suffix) const;
  fs::path path(const std::string& relative) const { return root_ / relative; }
  Values load(const std::string& relative) const;  // .npy or .png
  Values output(const std::string& name) const;
  Landmarks68 landmarks(const std::string& relative) const;
  ImageU8 image(const std::string& relative) const;  // three channels
  ImageF mask(const std::string& relative) const;    // one channel, 0..1
  json load_json(const std::string& relative) const;

 private:
  fs::path root_;
  json entry_;
  json params_;
  bool records_;
};

// Gathers what a handler finds.
class Check {
 public:
  explicit Check(const Case& one) : case_(one) {}
  // Compares under the tolerance that the case states for that output.
  void near(std::string_view output, const Values& ours, const Values& theirs);
  void equal(std::string_view what, const json& ours, const json& theirs);
  void require(bool holds, std::string_view what);
  void fail(std::string text) { failures_.push_back(std::move(text)); }
  const std::vector<std::string>& failures() const { return failures_; }
  int comparisons() const { return comparisons_; }
  double lowest_psnr() const { return lowest_psnr_; }  // of what was compared under a tolerance; dB of 8-bit values

 private:
  const Case& case_;
  std::vector<std::string> failures_;
  int comparisons_ = 0;
  double lowest_psnr_ = 1e9;
};

using Handler = std::function<void(const Case&, Check&)>;
struct Row {
  std::string group;
  std::string concept_start;  // the concept text begins so; the longest match wins
  Handler handler;            // null: listed as a definition that needs no check
  // Why a case of this concept may miss its limits; a miss is then listed as open, with what was measured, and counts
  // as skipped. Empty for all that is settled.
  std::string open_question = {};
};

// Each handlers_*.cpp offers one of these; main.cpp lists them.
std::vector<Row> geometry_handlers();
std::vector<Row> mask_handlers();
std::vector<Row> colour_handlers();
std::vector<Row> faceset_handlers();
std::vector<Row> sort_handlers();
std::vector<Row> merge_handlers();
std::vector<Row> training_handlers();
std::vector<Row> judge_handlers();
// The DeepFaceLab-written facesets beside the manifest, one case a folder.
struct FolderResult {
  std::string name;
  std::vector<std::string> failures;
  std::vector<std::string> open = {};  // told, but no failure
};
std::vector<FolderResult> check_dfl_facesets(const fs::path& reference);
// The same for the models; folders of a class that is not built yet are named apart.
std::vector<FolderResult> check_dfl_models(const fs::path& reference);

}  // namespace understudy::parity
