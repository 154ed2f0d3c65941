// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/to_video.hpp"

#include <algorithm>
#include <deque>
#include <future>

#include "lib/base/hash.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/base/workers.hpp"
#include "lib/media/frame_times.hpp"
#include "lib/media/join_video.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/take_over.hpp"
#include "lib/options/options.hpp"
#include "steps/6_merge/colour_windows.hpp"
#include "steps/6_merge/earlier_frames.hpp"
#include "steps/6_merge/frame_feed.hpp"
#include "steps/6_merge/piece.hpp"

namespace understudy {
namespace {

// A piece of the video: frames [first, last), and the file that they are encoded in.
struct Piece {
  std::int64_t first = 0, last = 0;
  fs::path file;
  bool empty = false;  // none of its frames can be read
};

class Straight {
 public:
  Straight(const ToVideoOptions& video, const MergeOptions& options, PreparedMerge& work, MergeReport& report, Run& run)
      : video_(video),
        deep_(options.bit_depth == PictureDepth::sixteen),
        windows_(work, deep_),
        ahead_((options.threads > 0 ? static_cast<unsigned>(options.threads) : cpu_threads()) + 1),
        work_(work),
        report_(report),
        run_(run),
        times_(media::frame_times(*work.source.video())) {}

  // Times of the frames, from the clip's begin, in the encoder's time base.
  std::int64_t tick_of(std::int64_t index) const {
    return times_.ticks[static_cast<std::size_t>(index)] - times_.ticks.front();
  }

  media::VideoOptions encoder() const {
    media::VideoOptions o;
    choose(o, video_, deep_ && video_.codec == media::VideoCodec::h265 ? 10 : 8);
    o.time_base = times_.time_base;
    o.frame_rate = times_.frame_rate;
    media::take_look(o, *work_.source.video());
    if (deep_) media::take_own_colours(o, work_.source.deep_colours(), work_.source.video());
    return o;
  }

  // What decides all frames of a piece, in one number.
  Result<std::uint64_t> content_of(const Ingredients& ingredients, std::int64_t first, std::int64_t last) const {
    std::uint64_t content = xxh3(static_cast<std::uint64_t>(deep_) + work_.plate.has_value(), 1);
    ToVideoOptions copy = video_;
    for (const auto& row : rows_of(copy))
      if (row.key != "to" && row.key != "piece-frames") content = xxh3(row.get(), xxh3(row.key, content));
    for (std::int64_t i = first; i < last; ++i) {
      TRY(const auto recipe, ingredients.of_frame(i));
      content = xxh3(recipe, content);
    }
    return content;
  }

  // Frames are read in order, merged side by side, and encoded in order; few more of them are in memory than are at
  // work.
  Result<> make(Piece& piece) { return deep_ ? make_of<std::uint16_t>(piece) : make_of<std::uint8_t>(piece); }

 private:
  template <class T>
  Result<> make_of(Piece& piece) {
    std::int64_t next = piece.first;
    std::vector<bool> others(static_cast<std::size_t>(work_.source.count()), true);
    std::fill(others.begin() + piece.first, others.begin() + piece.last, false);
    FrameFeed<T> feed(work_, others);
    const auto read_ahead = [&]() -> Result<> {
      while (next < piece.last && pending_.size() < ahead_) {
        ++next;
        TRY(auto taken, feed.next(report_, run_));
        // Nothing of a frame that cannot be read: the one before is shown longer.
        if (taken.frame) pending_.push_back(begin<T>(std::move(taken), tick_of(piece.first)));
      }
      return {};
    };
    const auto one = [&]() -> Result<std::optional<media::TimedImage>> {
      if (run_.stopping()) return Run::cancelled();
      TRY_VOID(read_ahead());
      if (pending_.empty()) return std::optional<media::TimedImage>();
      auto made = pending_.front().get();
      pending_.pop_front();
      if (!made) return Failure(std::move(made).error());
      ++report_.rendered;
      run_.progress(static_cast<std::uint64_t>(report_.done_before + report_.rendered),
                    static_cast<std::uint64_t>(report_.frames), "frames");
      return std::optional(*std::move(made));
    };
    const auto written = write_piece(piece.file, encoder(), one);
    pending_.clear();  // waits for what is at work still
    if (!written) return Failure(written.error());
    piece.empty = !*written;
    return {};
  }

  using Made = Result<media::TimedImage>;
  const PlannedFrame& plan(std::int64_t index) const { return work_.plans[static_cast<std::size_t>(index)]; }

  template <class T>
  std::future<Made> begin(typename FrameFeed<T>::Taken taken, std::int64_t start) {
    const std::int64_t index = taken.index, tick = tick_of(index) - start;
    return std::async(std::launch::async, [this, frame = std::move(taken.frame->bgr), index, tick] {
      return walled([&]() -> Made {
        TRY(const auto colours, windows_.of_frame(index));
        TRY(auto merged, work_.models.merge(frame, plan(index), colours));
        media::TimedImage image;
        image.tick = tick;
        if constexpr (sizeof(T) == 2)
          image.deep = std::move(merged.image_bgr);
        else
          image.bgr = std::move(merged.image_bgr);
        return image;
      });
    });
  }

  const ToVideoOptions& video_;
  bool deep_;
  ColourWindows windows_;
  std::size_t ahead_;
  PreparedMerge& work_;
  MergeReport& report_;
  Run& run_;
  const media::FrameTimes times_;
  std::deque<std::future<Made>> pending_;
};

Result<> check_target(const ToVideoOptions& video) {
  if (lower_case(video.to.extension().string()) == ".avi") {
    return fail_with_hint(Code::bad_option, "An AVI cannot be written straight from the merge",
                          "Take a name that ends in .mp4, .mov or .mkv, or merge and then: understudy video encode.");
  }
  return media::check_container(video.to, video.codec);
}

Result<> check_whole_video(const PreparedMerge& work) {
  if (work.source.video() == nullptr) {
    return fail_with_hint(Code::bad_option, "dst is not a video but pictures, which no times come with",
                          "Merge without --to, then: understudy video encode.");
  }
  if (std::ranges::any_of(work.wanted, [](bool w) { return !w; }))
    return fail_with_hint(Code::bad_option, "A video has all frames of dst", "Leave --frames or --to away.");
  if (std::ranges::any_of(work.plans, &PlannedFrame::raw))
    return fail_with_hint(Code::bad_option, "raw-predict gives no frames of dst",
                          "Take another mode, or leave --to away.");
  return {};
}

// Pieces that belong to no run any more; those of another name are not ours.
Result<> remove_other_pieces(const MadeFiles& made, const std::vector<Piece>& pieces) {
  std::error_code error;
  for (fs::directory_iterator entry(made.folder(), error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename();
    const bool wanted = std::ranges::any_of(pieces, [&](const Piece& p) { return p.file.filename() == name; });
    if (!wanted && made.ours(name)) fs::remove(entry->path(), error);
  }
  return {};
}

}  // namespace

static Result<std::vector<Piece>> pieces_of(const Straight& straight, const PreparedMerge& work,
                                            const Ingredients& ingredients, const fs::path& folder,
                                            const fs::path& target, std::int64_t each, std::uint64_t& content) {
  std::vector<Piece> pieces;
  const auto ending = lower_case(target.extension().string());
  const std::string suffix = ending == ".mov" || ending == ".mkv" ? ".mov" : ".mp4";
  for (std::int64_t first = 0; first < work.source.count(); first += each) {
    const auto last = std::min(first + each, work.source.count());
    TRY(const auto own, straight.content_of(ingredients, first, last));
    content = xxh3(own, content);
    pieces.push_back({first, last, folder / fmt::format("{:016x}{}", own, suffix)});
  }
  return pieces;
}

// What the list says of a piece, or a video, that lacks frames which could not be read.
static constexpr const char* with_gaps = "gaps";

static Result<> make_pieces(Straight& straight, std::vector<Piece>& pieces, MadeFiles& made, MergeReport& report) {
  for (auto& piece : pieces) {
    const auto name = piece.file.filename();
    if (made.made_of(name) == "") {
      report.done_before += piece.last - piece.first;
      continue;
    }
    const auto unreadable = report.unreadable.size();
    TRY_VOID(straight.make(piece));
    if (!piece.empty) TRY_VOID(made.add(name, report.unreadable.size() == unreadable ? "" : with_gaps));
  }
  return {};
}

static Result<> join_pieces(const Straight& straight, const PreparedMerge& work, const std::vector<Piece>& pieces,
                            const fs::path& to, Run& run) {
  media::VideoOptions options = straight.encoder();
  media::take_sound_and_timecode(options, *work.source.video());
  options.comment = media::video_comment;
  options.tell = [&run](const std::string& sentence) { run.note(sentence); };
  std::vector<media::VideoPart> parts;
  for (const auto& piece : pieces)
    if (!piece.empty) parts.push_back({piece.file, straight.tick_of(piece.first)});
  const auto joined = media::join_video(to, options, parts);
  return joined ? Result<>() : Result<>(Failure(joined.error()));
}

Result<MergeReport> merge_to_video(const ToVideoOptions& video, const MergeOptions& options,
                                   const SettingValues& clip_wide, const MergePaths& paths, const fs::path& folder,
                                   Run& run) {
  const Stopwatch watch;
  MergeReport report;
  TRY_VOID(check_target(video));
  // Eight bits are too few for HDR: H.264's frames are SDR.
  const bool own_colours = options.bit_depth == PictureDepth::sixteen && video.codec != media::VideoCodec::h264;
  TRY(auto work, prepare_merge(options, clip_wide, paths, own_colours, report, run));
  TRY_VOID(check_whole_video(work));
  TRY(const auto lock, lock_file(video.to));
  TRY(const auto folder_lock, lock_folder(folder));
  remove_temporaries(folder);
  TRY(auto made, MadeFiles::open(folder));
  const fs::path home = video.to.has_parent_path() ? video.to.parent_path() : fs::path(".");
  TRY(auto results, MadeFiles::open(home));
  Straight straight(video, options, work, report, run);
  TRY(const auto ingredients, Ingredients::of(paths, work, 0, [](std::int64_t) { return std::string(); }));
  std::uint64_t content = 0;
  TRY(auto pieces, pieces_of(straight, work, ingredients, folder, video.to, video.piece_frames, content));
  const std::string recipe = fmt::format("{:016x}", content);
  const fs::path name = video.to.filename();
  if (results.made_of(name) == recipe) {
    report.done_before = report.frames;
  } else {
    TRY_VOID(remove_other_pieces(made, pieces));
    run.stage("merge");
    TRY_VOID(make_pieces(straight, pieces, made, report));
    run.stage("join");
    // Without the name, which may be as long as names can be.
    const fs::path joined = folder / ("joined" + lower_case(name.extension().string()));
    TRY_VOID(join_pieces(straight, work, pieces, joined, run));
    if (!results.ours(name))
      TRY_VOID(put_file_aside(video.to, [&run](std::string text) { run.note(std::move(text)); }));
    TRY_VOID(results.take_in(joined, name, report.unreadable.empty() ? recipe : with_gaps));
    TRY_VOID(remove_other_pieces(made, {}));
    run.saved(video.to.string(), "video");
  }
  report.network_runs = work.models.network_runs();
  report.predictions_kept = work.models.predictions_kept();
  report.seconds = watch.seconds();
  return report;
}

}  // namespace understudy
