// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <mutex>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/media/picture.hpp"
#include "steps/6_merge/check.hpp"
#include "steps/6_merge/merge_meter.hpp"

namespace understudy {
namespace {

// Hands out blocks of frames to the threads: those of a video are decoded in order, by one thread at a time.
class Measuring {
 public:
  Measuring(CheckedClip& clip, const CheckPaths& paths, std::span<const std::int64_t> due, CheckRecords& records,
            Run& run)
      : clip_(clip), paths_(paths), due_(due), records_(records), run_(run) {}

  Result<> all(std::vector<MergeMeter>& meters) {
    TRY_VOID(on_threads(static_cast<unsigned>(meters.size()), [&](unsigned t) { return work(meters[t]); }));
    return run_.stopping() ? Result<>(Run::cancelled()) : Result<>();
  }

 private:
  struct Block {
    std::size_t from = 0, to = 0;
    std::map<std::int64_t, ImageU8> plates;  // of a video
  };
  using Pictures = std::optional<MergedPictures>;

  const MergedPicture& picture(std::int64_t frame) const { return clip_.pictures[static_cast<std::size_t>(frame)]; }
  std::size_t shot(std::int64_t frame) const { return clip_.facts[static_cast<std::size_t>(frame)].shot; }

  bool measures_before(std::int64_t frame) const {
    return frame > 0 && shot(frame - 1) == shot(frame) && picture(frame - 1).there && !picture(frame - 1).fallback;
  }

  // A frame that cannot be read is missing in the block.
  void decode(std::int64_t frame, Block& block) {
    if (block.plates.contains(frame)) return;
    if (frame != last_frame_) {
      auto read = clip_.source.at(frame);
      if (!read) {
        run_.warn(to_sentence(read.error()));
        return;
      }
      last_plate_ = std::move(read->bgr);
      last_frame_ = frame;
    }
    block.plates[frame] = last_plate_;
  }

  Block next_block() {
    constexpr std::size_t frames_of_block = 4;  // they are in memory together
    std::lock_guard lock(reading_);
    Block block{next_, std::min(next_ + frames_of_block, due_.size()), {}};
    next_ = block.to;
    if (!clip_.source.is_video()) return block;
    for (std::size_t i = block.from; i < block.to; ++i) {
      if (measures_before(due_[i])) decode(due_[i] - 1, block);
      decode(due_[i], block);
    }
    return block;
  }

  Result<ImageU8> plate(std::int64_t frame, const Block& block) const {
    if (!clip_.source.is_video()) {
      TRY(auto read, clip_.source.read_image_file(frame));
      return std::move(read.bgr);
    }
    const auto found = block.plates.find(frame);
    if (found == block.plates.end()) return fail(Code::bad_file, "Frame {} cannot be read", clip_.source.name(frame));
    return found->second;
  }

  // Nothing where the merged picture is not of the frame's size.
  Result<Pictures> read(std::int64_t frame, const Block& block) const {
    const fs::path name = fs::path(clip_.source.name(frame)).stem().string() + ".png";
    MergedPictures all;
    TRY(all.plate, plate(frame, block));
    TRY(all.merged, media::read_picture<std::uint8_t>(paths_.merged / name));  // in SDR, as the plate is
    const auto fits = [&](const ImageU8& other) {
      return other.width == all.plate.width && other.height == all.plate.height;
    };
    if (!fits(all.merged)) return Pictures();
    if (auto mask = read_image(paths_.merged_mask / name); mask && fits(*mask))
      all.mask = normalise_channels(*std::move(mask), 1);
    return Pictures(std::move(all));
  }

  Result<> measure(MergeMeter& meter, std::int64_t frame, const Block& block, std::int64_t& last, Pictures& before) {
    if (last != frame - 1 || !before) {
      before.reset();
      if (measures_before(frame)) {
        auto earlier = read(frame - 1, block);
        if (earlier) before = *std::move(earlier);
      }
    }
    TRY(auto now, read(frame, block));
    if (now) {
      const bool with_before = measures_before(frame);
      const PlannedFace& face = *largest_face(clip_.plans[static_cast<std::size_t>(frame)]);
      TRY(auto facts, meter.measure(face.face.landmarks, *now, with_before && before ? &*before : nullptr));
      if (!face.model.empty()) facts.src_distance = FrameFacts::unknown;  // another person's model makes it
      std::lock_guard lock(noting_);
      records_.frames[clip_.source.name(frame)] = {picture(frame).of, with_before ? picture(frame - 1).of : "", facts};
    }
    before = std::move(now);
    last = frame;
    return {};
  }

  Result<> work(MergeMeter& meter) {
    std::int64_t last = -2;
    Pictures before;
    while (!run_.stopping()) {
      const Block block = next_block();
      if (block.from == block.to) break;
      for (std::size_t i = block.from; i < block.to && !run_.stopping(); ++i) {
        // One picture that cannot be read is told of; the others are measured.
        if (const auto done = walled([&] { return measure(meter, due_[i], block, last, before); }); !done)
          run_.warn(
              fmt::format("{} is not measured: {}", valid_text(clip_.source.name(due_[i])), to_sentence(done.error())));
        run_.progress(++done_, due_.size(), "frames");
      }
    }
    return {};
  }

  CheckedClip& clip_;
  const CheckPaths& paths_;
  std::span<const std::int64_t> due_;
  CheckRecords& records_;
  Run& run_;
  std::size_t next_ = 0;
  std::atomic<std::uint64_t> done_ = 0;
  std::int64_t last_frame_ = -1;
  ImageU8 last_plate_;
  std::mutex reading_, noting_;
};

}  // namespace

Result<> measure_frames(CheckedClip& clip, const CheckPaths& paths, std::span<const std::int64_t> due, int threads,
                        const std::optional<Faceset>& src, CheckRecords& records, Run& run) {
  if (due.empty()) return {};
  run.stage("measure");
  const auto count = std::min(static_cast<std::size_t>(thread_count(threads)), due.size());
  std::optional<FaceEmbedder> embedder;
  std::optional<Embedding> person;
  if (src) {
    TRY(embedder, FaceEmbedder::load(static_cast<int>(count)));
    TRY(person, mean_person(*src, *embedder, run));
  }
  std::vector<MergeMeter> meters;
  for (std::size_t i = 0; i < count; ++i)
    meters.emplace_back(embedder ? std::optional(embedder->share()) : std::nullopt, person);
  return Measuring(clip, paths, due, records, run).all(meters);
}

}  // namespace understudy
