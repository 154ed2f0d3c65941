// SPDX-License-Identifier: Apache-2.0
// Batches of training samples from two facesets, made ahead by a thread of its own. Batch number k is the same whatever
// was asked for before: a run that resumes at k goes on exactly as one that was never interrupted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/training/face_trainer.hpp"
#include "lib/training/samples.hpp"

namespace understudy {

struct SampleSettings {
  SampleRules src, dst;
  int batch_size = 4;
  std::int64_t move_ramp = 0;  // batches over which the random moves rise to their full strength
  std::uint64_t seed = 0;
  std::uint64_t cache_bytes = std::uint64_t{2} << 30;  // of prepared faces; beyond it they are made anew each time
};

class SampleSource {
 public:
  // Opens both facesets (folders of aligned faces or packs). Code::no_faces or bad_file name the folder.
  static Result<std::unique_ptr<SampleSource>> open(const fs::path& src, const fs::path& dst, const SampleSettings&);
  ~SampleSource();

  // Batch number k; blocks until it is made. Asking for k, k+1, … finds them ready.
  Result<Batch> batch(std::int64_t k);
  // Seconds that batch() had to wait in all.
  double seconds_waited() const;
  // Faces that could not be read and were replaced by others, each told once.
  std::vector<std::string> take_warnings();
  std::size_t src_count() const;
  std::size_t dst_count() const;
  // Unwarped, unmoved samples evenly spread over both sets, for previews that can be compared.
  Result<Batch> fixed_batch(int count);

 private:
  struct Parts;
  explicit SampleSource(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
