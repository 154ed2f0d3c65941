// SPDX-License-Identifier: Apache-2.0
#include "steps/score/score.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"
#include "steps/score/measure.hpp"
#include "steps/score/report.hpp"

namespace understudy {
namespace {

// How many frames one thread takes at a time: their pictures are in memory together.
std::size_t frames_in_block(const ImageU8& frame) {
  constexpr double most_bytes = 96e6;
  const double bytes = 4 * static_cast<double>(std::max<std::size_t>(frame.data.size(), 1));
  return static_cast<std::size_t>(std::clamp(most_bytes / bytes, 1.0, 8.0));
}

// Hands out blocks of frames to the threads and puts what they found in order.
class Scorer {
 public:
  Scorer(Clip& clip, const FrameMeter& meter, const KnownClip& known, Run& run)
      : clip_(clip), meter_(meter), run_(run), measured_(clip.places.size()), with_truth_(clip.places.size()) {
    const std::size_t count = clip.places.size();
    // A comparison with the truth takes as long as all else together.
    constexpr int usual_samples = 48;
    const int wanted = known.truth_samples > 0 ? known.truth_samples : usual_samples;
    const std::size_t samples = std::min(count, static_cast<std::size_t>(wanted));
    for (std::size_t s = 0; s < samples; ++s) with_truth_[(2 * s + 1) * count / (2 * samples)] = true;
  }

  Result<std::vector<MeasuredFrame>> all(std::vector<score::FaceReader>& readers) {
    TRY(const Picture first, frame_of_size());
    block_ = frames_in_block(*first);
    TRY_VOID(on_threads(static_cast<unsigned>(readers.size()), [&](unsigned t) { return work(readers[t]); }));
    if (run_.stopping()) return Run::cancelled();
    return std::move(measured_);
  }

 private:
  struct Block {
    std::size_t from = 0, to = 0;
    std::map<std::int64_t, Picture> frames, result, mask, truth;  // of videos
  };

  // Any of the clip's frames, to know how large they are.
  Result<Picture> frame_of_size() {
    std::map<std::int64_t, Picture> taken;
    TRY_VOID(clip_.frames.take(clip_.places.front().frame, taken));
    return clip_.frames.picture(clip_.places.front().frame, taken);
  }

  Result<Block> next_block() {
    std::lock_guard lock(reading_);
    Block b{next_, std::min(next_ + block_, clip_.places.size()), {}, {}, {}, {}};
    next_ = b.to;
    for (std::size_t i = b.from; i < b.to; ++i) {
      const ClipPlace& p = clip_.places[i];
      TRY_VOID(clip_.frames.take(p.before, b.frames));
      TRY_VOID(clip_.frames.take(p.frame, b.frames));
      TRY_VOID(clip_.result.take(p.result_before, b.result));
      TRY_VOID(clip_.result.take(p.result, b.result));
      if (clip_.mask) {
        TRY_VOID(clip_.mask->take(p.mask, b.mask));
      }
      if (clip_.truth) {
        TRY_VOID(clip_.truth->take(p.truth, b.truth));
      }
    }
    return b;
  }

  Result<FramePictures> pictures_of(const ClipPlace& p, Block& b) {
    // An image that the next frame needs too is kept in the block.
    const auto read = [](const ClipFrames& feed, std::int64_t index,
                         std::map<std::int64_t, Picture>& taken) -> Result<Picture> {
      if (index < 0) return Picture();
      TRY(auto picture, feed.picture(index, taken));
      taken[index] = picture;
      while (!taken.empty() && taken.begin()->first + 1 < index) taken.erase(taken.begin());
      return picture;
    };
    FramePictures out;
    TRY(out.plate_before, read(clip_.frames, p.before, b.frames));
    TRY(out.plate, read(clip_.frames, p.frame, b.frames));
    TRY(out.result_before, read(clip_.result, p.result_before, b.result));
    TRY(out.result, read(clip_.result, p.result, b.result));
    if (clip_.mask) {
      TRY(out.matte, read(*clip_.mask, p.mask, b.mask));
    }
    if (clip_.truth) {
      TRY(out.truth, read(*clip_.truth, p.truth, b.truth));
    }
    return out;
  }

  Result<> measure_block(score::FaceReader& reader, Block block) {
    for (std::size_t i = block.from; i < block.to && !run_.stopping(); ++i) {
      const ClipPlace& place = clip_.places[i];
      TRY(const FramePictures pictures, pictures_of(place, block));
      auto measured = meter_.measure(reader, place, pictures, with_truth_[i]);
      if (!measured) return during(std::move(measured).error(), "scoring " + clip_.frames.name(place.frame));
      measured_[i] = *std::move(measured);
      measured_[i].measures.name = clip_.frames.name(place.frame);
      std::lock_guard lock(reporting_);
      run_.progress(++done_, measured_.size(), "frames");
    }
    return {};
  }

  // Until all is done, or one of the threads has failed.
  Result<> work(score::FaceReader& reader) {
    auto outcome = walled([&]() -> Result<> {
      while (!run_.stopping() && !failed_) {
        TRY(auto block, next_block());
        if (block.from == block.to) break;
        TRY_VOID(measure_block(reader, std::move(block)));
      }
      return {};
    });
    if (!outcome) failed_ = true;
    return outcome;
  }

  Clip& clip_;
  const FrameMeter& meter_;
  Run& run_;
  std::vector<MeasuredFrame> measured_;
  std::vector<bool> with_truth_;
  std::size_t block_ = 1, next_ = 0, done_ = 0;
  std::mutex reading_, reporting_;
  std::atomic<bool> failed_{false};
};

void say(const ScoreReport& report, Run& run) {
  const auto& v = report.verdict;
  if (report.without_face + report.without_result > 0)
    run.note(fmt::format("Left out: {} frames without a face of dst, {} without a merged frame", report.without_face,
                         report.without_result));
  run.note(fmt::format("Score {:.1f} of 100, over {} of {} frames", v.total, v.frames, report.frames));
  for (const auto& part : v.parts)
    run.note(fmt::format("  {:<10} {:>5}  {}", part.name,
                         std::isnan(part.value) ? "-" : fmt::format("{:.0f} %", 100 * part.value),
                         std::isnan(part.value) ? "cannot be told here" : part.says));
}

}  // namespace

Result<ScoreReport> score_clip(const ScoreOptions& options, const ScorePaths& paths, const KnownClip& known, Run& run) {
  const Stopwatch watch;
  run.stage("score");
  TRY(Clip clip, open_clip(options, paths));
  const int threads = thread_count(options.threads);
  TRY(const auto reader, score::FaceReader::load(threads));
  std::vector<score::FaceReader> readers;
  for (int i = 0; i < threads; ++i) readers.push_back(reader.share());
  TRY(const SrcMeasures src, measure_src(paths.src_aligned, detail_side(clip), readers, run));
  const FrameMeter meter(src, known);
  TRY(const auto frames, Scorer(clip, meter, known, run).all(readers));

  std::vector<score::FrameMeasures> measures;
  for (const auto& frame : frames) measures.push_back(frame.measures);
  ScoreReport report;
  report.verdict = score::judge(measures, src.look);
  report.frames = clip.frames.count();
  report.every = clip.every;
  report.without_face = clip.without_face, report.without_result = clip.without_result;
  report.json = paths.output / "score.json";
  report.csv = paths.output / "score.csv";
  report.page = paths.output / "score.png";
  report.seconds = watch.seconds();
  TRY_VOID(write_score(report, frames, run));
  say(report, run);
  return report;
}

}  // namespace understudy
