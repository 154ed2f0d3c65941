// SPDX-License-Identifier: Apache-2.0
// Draws, encodes and writes previews beside the training, so that an iteration never waits for them. The thread that
// trains runs the network between two iterations and hands over what came out; one worker does the rest.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/loop/previews.hpp"
#include "lib/loop/tensorboard.hpp"

namespace understudy {

struct PreviewJob {
  std::int64_t iteration = 0;
  Previews fixed;                 // of the validation set: comparable over the whole training
  std::optional<Previews> batch;  // of the batch that was trained on last
  LossHistory losses;
  LossMarks marks;
  bool show = true;      // write previews/ and preview.png
  bool history = false;  // keep the fixed ones in history/ (preview_history.hpp)
};

class PreviewWorker {
 public:
  struct Places {
    fs::path model_folder;
    // Called by the worker's thread for each picture that was written: "preview" is preview.png, "previews/NAME" the
    // others; may be empty.
    std::function<void(const std::string& slot, const fs::path&)> written;
    // Also gets the fixed previews, at most every ten minutes; may be null. Must outlive the worker.
    EventWriter* events = nullptr;
  };
  explicit PreviewWorker(Places);
  ~PreviewWorker();  // does what it was given and joins

  // Never waits. Keeps what is shown for later (keep_shown()). Writes MODEL/previews/<name>.png for each preview and
  // the chosen one as MODEL/preview.png, marked as synthetic. A job to show that has not begun gives way to a newer
  // one; history is kept of every job (the oldest go with a warning when the disk cannot follow).
  void submit(PreviewJob);
  // Waits until all that was submitted is written.
  void finish();

  // Draw the last job again with another choice. They return what is shown now: "SAEHD masked (2 of 4)", "the last 5000
  // iterations".
  std::string next_preview();
  std::string next_loss_range();

  // What could not be written, each told once.
  std::vector<std::string> take_warnings();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
