// SPDX-License-Identifier: Apache-2.0
// Batches of training samples from two facesets, made ahead by threads of their own. Batch number k is the same
// whatever was asked for before and however many threads there are: a run that resumes at k goes on exactly as one that
// was never interrupted. Only repeats (again()) leave a trace; it is in state().
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/training/batch.hpp"
#include "lib/training/samples.hpp"

namespace understudy {

struct SampleSettings {
  SampleRules src, dst;
  int batch_size = 4;
  int dst_every = 1;           // batches between those that have dst too; the others have src alone
  std::int64_t move_ramp = 0;  // batches over which the random moves rise to their full strength
  std::uint64_t seed = 0;
  std::uint64_t cache_bytes = std::uint64_t{2} << 30;  // of prepared faces; beyond it they are made anew each time
  int threads = 0;                                     // that make batches; 0: by the number of processors
  Device device;                                       // where batches are wanted; brought there by the same threads
};

enum class Half { src, dst };
// A face as it came: `place` in the order of its half (SampleSource::places).
struct FaceAgain {
  Half half = Half::src;
  std::uint64_t place = 0;
};

class SampleSource {
 public:
  // Opens both facesets (folders of aligned faces or packs); for pretraining both may be the same folder, which is then
  // kept once and drawn from in two orders. Code::no_faces or bad_file name the folder.
  static Result<std::unique_ptr<SampleSource>> open(const fs::path& src, const fs::path& dst, const SampleSettings&);
  ~SampleSource();

  // Batch number k; blocks until it is made. Asking for k, k+1, … finds them ready.
  Result<Batch> batch(std::int64_t k);
  // As if no batch had been asked for yet.
  void start_over();
  // Seconds that batch() had to wait in all.
  double seconds_waited() const;
  // Faces that could not be read and were replaced by others, each told once.
  std::vector<std::string> take_warnings();
  std::size_t src_count() const;
  std::size_t dst_count() const;
  // Unwarped, unmoved samples evenly spread over both sets, for previews that can be compared.
  Result<Batch> fixed_batch(int count);

  // The places of the batch that batch() gave last, sample by sample: what to hand to again(). With `fresh_only` those
  // of samples that were repeats themselves are ~0.
  std::vector<std::uint64_t> places(Half, std::int64_t k, bool fresh_only = false) const;
  // Shows these faces once more, drawn anew: from eight batches after the last one given, or behind earlier repeats.
  // The order goes on behind them where it stopped.
  void again(std::span<const FaceAgain>);
  // The losses of the batch that batch() gave last, sample by sample: the `most` highest are remembered, repeats aside,
  // until repeat_worst() shows their faces again.
  void note_losses(Half, std::int64_t k, std::span<const double> losses, std::size_t most);
  void repeat_worst();
  // How many faces of the half were cut narrower than that, of at most 256 that are looked at, spread over it.
  struct Narrow {
    std::size_t looked_at = 0, narrower = 0;
    FaceType narrowest{};  // of those
  };
  Narrow narrower_than(Half, FaceType) const;

  // What all this has left to do, for the saved generation: plain numbers, none when it was never used. To be restored
  // before the first batch is asked for; no numbers forget everything.
  std::vector<std::uint64_t> state() const;
  Result<> restore(std::span<const std::uint64_t>);

 private:
  struct Parts;
  explicit SampleSource(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
