// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/deliver.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/hash.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/depth.hpp"
#include "lib/image/png_colour.hpp"
#include "lib/jobs/each.hpp"
#include "lib/media/marking.hpp"
#include "steps/6_merge/colour_windows.hpp"
#include "steps/6_merge/crop_geometry.hpp"
#include "steps/6_merge/earlier_frames.hpp"
#include "steps/6_merge/frame_clock.hpp"
#include "steps/6_merge/frame_feed.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// What lies over the plate: colours multiplied by alpha, so that plate * (1 - alpha) + colours is the result.
ImageF face_layer(const ImageF& plate_bgr, const MergedFloat& merged) {
  ImageF face(plate_bgr.width, plate_bgr.height, 4);
  for (std::size_t i = 0; i < merged.mask.data.size(); ++i) {
    const float alpha = merged.mask.data[i];
    for (std::size_t c = 0; c < 3; ++c)
      face.data[4 * i + c] = merged.image_bgr.data[3 * i + c] - plate_bgr.data[3 * i + c] * (1 - alpha);
    face.data[4 * i + 3] = alpha;
  }
  return face;
}

class Delivery {
 public:
  Delivery(const DeliverOptions& options, const PreparedMerge& work, const FrameClock& clock, MadeFiles made,
           Aside aside)
      : options_(options),
        work_(work),
        clock_(clock),
        made_(std::move(made)),
        aside_(std::move(aside)),
        windows_(work, true) {}

  // Which files a frame has; the last one being there means that all are.
  std::vector<fs::path> files_of(std::int64_t index) const {
    const auto stem = stem_of(index);
    std::vector<fs::path> files;
    if (options_.predictions) {
      for (std::size_t i = 0; i < plan(index).faces.size(); ++i) files.push_back(prediction_of(index, i));
    }
    if (options_.format == DeliveryFormat::exr) {
      files.push_back(stem + ".exr");
    } else {
      for (const char* layer : {"matte", "face", "result"}) files.push_back(fs::path(layer) / (stem + ".png"));
    }
    return files;
  }
  bool current(std::int64_t index, const std::string& recipe) const {
    return std::ranges::all_of(files_of(index), [&](const fs::path& file) { return is_current(made_, file, recipe); });
  }
  std::optional<std::string> earlier_recipe(std::int64_t index) const {
    return made_.last_made_of(files_of(index).back());
  }

  Result<> write(const media::DeepFrame& frame, const std::string& recipe) {
    TRY(const auto colours, windows_.of_frame(frame.index));
    TRY(const auto layers, work_.models.merge_layers(frame.bgr, plan(frame.index), colours));
    const ImageF plate = to_float(frame.bgr);
    const auto files = files_of(frame.index);
    std::size_t next = 0;
    if (options_.predictions) {
      for (const auto& prediction : layers.predictions) {
        // A face outside of the picture was not drawn: a clear pixel says so.
        const ImageF face =
            prediction.face_bgr.empty() ? ImageF(1, 1, 4) : with_alpha(prediction.face_bgr, prediction.mask_prd);
        TRY_VOID(write_png(files[next++], face, recipe, false));
      }
      for (std::size_t i = next;; ++i) {  // of faces that there are no more
        TRY(const bool was_there, remove(prediction_of(frame.index, i)));
        if (!was_there) break;
      }
    }
    const auto& merged = layers.merged;
    if (options_.format == DeliveryFormat::exr) return write_exr_file(files[next], frame.index, plate, merged, recipe);
    TRY_VOID(write_png(files[next], merged.mask, recipe, false));
    TRY_VOID(write_png(files[next + 1], face_layer(plate, merged), recipe, true));
    return write_png(files[next + 2], with_alpha(merged.image_bgr, merged.mask), recipe, true);
  }
  Result<> write_text(const fs::path& name, const std::string& text) {
    TRY_VOID(aside_.make_way(made_, name));
    return made_.write(name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  // Of ours alone; false where there is none.
  Result<bool> remove(const fs::path& name) {
    std::error_code error;
    if (!made_.ours(name) || !fs::exists(made_.folder() / name, error)) return false;
    fs::remove(made_.folder() / name, error);
    if (error) return io_failure("remove", made_.folder() / name, error.value());
    return true;
  }
  std::size_t set_aside() const { return aside_.count(); }
  const fs::path& folder() const { return made_.folder(); }
  const PlannedFrame& plan(std::int64_t index) const { return work_.plans[static_cast<std::size_t>(index)]; }

 private:
  std::string stem_of(std::int64_t index) const { return fs::path(work_.source.name(index)).stem().string(); }
  fs::path prediction_of(std::int64_t index, std::size_t face) const {
    return fs::path("prediction") / fmt::format("{}_{}.png", stem_of(index), face);
  }
  // `of_plate`: in the plate's own colours, which the file says where they are not SDR.
  Result<> write_png(const fs::path& name, const ImageF& picture, const std::string& recipe, bool of_plate) {
    TRY(Bytes png, encode_png(to_u16_rounded(picture), {.xmp = composite_marking_xmp}));
    if (const auto colours = work_.source.deep_png_colours(); of_plate && colours) png = with_colours(png, *colours);
    TRY_VOID(aside_.make_way(made_, name));
    return made_.write(name, png, recipe);
  }
  Result<> write_exr_file(const fs::path& name, std::int64_t index, const ImageF& plate, const MergedFloat& merged,
                          const std::string& recipe) {
    ExrPicture picture;
    picture.layers = {{"", merged.image_bgr}, {"face", face_layer(plate, merged)}, {"matte", merged.mask}};
    picture.pixels = options_.pixels;
    picture.compression = options_.compression;
    picture.frame_rate = clock_.frame_rate();
    picture.timecode = clock_.timecode(index);
    picture.remarks = {{"comments", media::picture_comment},
                       {"DigitalSourceType", std::string(media::composite_with_trained_media)},
                       {"colours", "as encoded in the plate; no transfer function was undone"}};
    if (work_.plate) {
      picture.primaries = media::told_primaries(work_.source.deep_colours());
      picture.remarks.emplace_back("plate", media::codes_in_words(work_.source.deep_colours()));
    }
    TRY(const Bytes bytes, encode_exr(picture));
    TRY_VOID(aside_.make_way(made_, name));
    return made_.write(name, bytes, recipe);
  }

  const DeliverOptions& options_;
  const PreparedMerge& work_;
  const FrameClock& clock_;
  MadeFiles made_;
  Aside aside_;
  ColourWindows windows_;
};

// The corners of a prediction in its frame, as the merge lays it there: left top, right top, right bottom, left
// bottom, in pixels from the picture's left top corner. (Warps count from the middle of a pixel.)
std::array<Point, 4> corners_of(const Affine& crop_from_frame, int side) {
  const Affine frame_from_crop = crop_from_frame.inverse();
  const auto at = [&](double x, double y) {
    const Point p = frame_from_crop({x - 0.5, y - 0.5});
    return Point{p.x + 0.5, p.y + 0.5};
  };
  const double far = side;
  return {at(0, 0), at(far, 0), at(far, far), at(0, far)};
}

json corner_entry(const PreparedMerge& work, std::int64_t index, std::size_t number, int height) {
  const PlannedFace& face = work.plans[static_cast<std::size_t>(index)].faces[number];
  const int side = work.models.resolution_of(face);
  const Affine map = crop_from_frame(face.face.landmarks, side, work.models.type_of(face), face.settings.compat,
                                     face.settings.face_scale);
  json entry{{"frame", index + 1},     {"name", path_text(work.source.name(index))},
             {"face", number},         {"resolution", side},
             {"frame_height", height}, {"crop_from_frame", map.m}};
  for (const Point p : corners_of(map, side)) entry["corners"].push_back({p.x, p.y});
  return entry;
}

// Entries of an earlier delivery by frame and face; none where the file is not there or not as it should be.
using Corners = std::map<std::pair<std::int64_t, std::int64_t>, json>;
Corners earlier_corners(const fs::path& file, std::int64_t frames) {
  constexpr std::uint64_t most = std::uint64_t{1} << 30;
  const auto text = read_text(file, most);
  const json all = text ? parse_json(*text) : json();
  Corners corners;
  if (!all.is_array()) return corners;
  for (const auto& entry : all) {
    const auto whole = [&](const char* key) { return entry.contains(key) && entry[key].is_number_integer(); };
    if (!entry.is_object() || !whole("frame") || !whole("face") || !whole("frame_height")) continue;
    const auto& points = entry.value("corners", json::array());
    const bool good = points.is_array() && points.size() == 4 && std::ranges::all_of(points, [](const json& p) {
                        return p.is_array() && p.size() == 2 && p[0].is_number() && p[1].is_number();
                      });
    const auto frame = entry["frame"].get<std::int64_t>();
    if (good && frame >= 1 && frame <= frames) corners[{frame, entry["face"].get<std::int64_t>()}] = entry;
  }
  return corners;
}

// Texts of faces that there are no more.
Result<> remove_other_corners(const fs::path& folder, const std::set<fs::path>& kept, Delivery& delivery) {
  std::vector<fs::path> others;
  std::error_code error;
  for (fs::directory_iterator it(delivery.folder() / folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (name.starts_with("corners_") && name.ends_with(".txt") && !kept.contains(folder / name))
      others.push_back(folder / name);
  }
  for (const auto& name : others) TRY_VOID(delivery.remove(name));
  return {};
}

// What was written of the frame, where it is of the same faces in the same places: it has the same height then. A frame
// need not be read to say it again.
int height_written(const PreparedMerge& work, std::int64_t index, const Corners& corners) {
  const auto& faces = work.plans[static_cast<std::size_t>(index)].faces;
  int height = 0;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const auto written = corners.find({index + 1, static_cast<std::int64_t>(i)});
    if (written == corners.end()) return 0;
    height = written->second["frame_height"].get<int>();
    if (corner_entry(work, index, i, height) != written->second) return 0;
  }
  return height;
}

// corners.json, and a text per face: a line a frame, "frame x1 y1 … x4 y4", from the left bottom corner and with y
// upwards, as Nuke counts. Frames that were not asked for keep what an earlier delivery said of them.
Result<> write_corners(PreparedMerge& work, const std::vector<std::int64_t>& frames,
                       const std::map<std::int64_t, int>& heights, Delivery& delivery, const Run& run) {
  const fs::path folder = "prediction";
  Corners corners = earlier_corners(delivery.folder() / folder / "corners.json", work.source.count());
  for (const auto index : frames) {
    if (run.stopping()) return Run::cancelled();
    const auto known = heights.find(index);
    int height = known != heights.end() ? known->second : height_written(work, index, corners);
    const auto of_frame = [&](std::int64_t face) { return std::pair(index + 1, face); };
    corners.erase(corners.lower_bound(of_frame(INT64_MIN)), corners.upper_bound(of_frame(INT64_MAX)));
    if (height == 0 && !delivery.plan(index).faces.empty()) {
      const auto frame = work.source.at(index);
      if (!frame) continue;  // told already
      height = frame->bgr.height;
    }
    for (std::size_t i = 0; i < delivery.plan(index).faces.size(); ++i)
      corners[{index + 1, static_cast<std::int64_t>(i)}] = corner_entry(work, index, i, height);
  }
  json all = json::array();
  std::map<std::int64_t, std::string> texts;
  for (const auto& [place, entry] : corners) {
    std::string line = std::to_string(place.first);
    for (const auto& p : entry["corners"])
      line += fmt::format(" {:.4f} {:.4f}", p[0].get<double>(), entry["frame_height"].get<int>() - p[1].get<double>());
    texts[place.second] += line + "\n";
    all.push_back(entry);
  }
  TRY_VOID(delivery.write_text(folder / "corners.json", json_text(all, 1) + "\n"));
  std::set<fs::path> kept;
  for (const auto& [face, text] : texts) {
    const auto name = folder / fmt::format("corners_{}.txt", face);
    TRY_VOID(delivery.write_text(name, text));
    kept.insert(name);
  }
  return remove_other_corners(folder, kept, delivery);
}

std::uint64_t look_of(const DeliverOptions& o, const FrameClock& clock, bool own_colours) {
  std::uint64_t look = xxh3(static_cast<std::uint64_t>(o.format), 1);
  if (o.format == DeliveryFormat::exr) {
    look = xxh3(static_cast<std::uint64_t>(o.pixels), look);
    look = xxh3(static_cast<std::uint64_t>(o.compression), look);
    look = xxh3(clock.content(), look);
    constexpr std::uint64_t tells_primaries = 1;  // once, such files said that they were of BT.709's
    if (own_colours) look = xxh3(tells_primaries, look);
  }
  return look;
}

}  // namespace

std::string to_json_text(const DeliveryReport& r) {
  return json_text(json{{"frames", r.frames},
                        {"rendered", r.rendered},
                        {"done_before", r.done_before},
                        {"unreadable", r.unreadable},
                        {"set_aside", r.set_aside},
                        {"seconds", r.seconds}});
}

// Which frames are to be made, and of what each is made.
struct Due {
  std::vector<bool> skip;
  std::vector<std::string> recipes;
  std::vector<std::int64_t> frames;  // all that were asked for
};
static Result<Due> due_frames(const PreparedMerge& work, const Ingredients& ingredients, const Delivery& delivery,
                              DeliveryReport& report) {
  Due due;
  for (std::int64_t i = 0; i < work.source.count(); ++i) {
    const bool wanted = work.wanted[static_cast<std::size_t>(i)];
    due.recipes.emplace_back();
    due.skip.push_back(!wanted);
    if (!wanted) continue;
    due.frames.push_back(i);
    auto recipe = ingredients.of_frame(i);
    if (!recipe) continue;  // told when its turn comes
    due.recipes.back() = *std::move(recipe);
    if (!delivery.current(i, due.recipes.back())) continue;
    due.skip.back() = true;
    ++report.done_before;
  }
  return due;
}

Result<DeliveryReport> deliver(const DeliverOptions& options, const MergeOptions& merging,
                               const SettingValues& clip_wide, const MergePaths& paths, const fs::path& folder,
                               Run& run) {
  const Stopwatch watch;
  MergeReport prepared;
  TRY(auto work, prepare_merge(merging, clip_wide, paths, true, prepared, run));
  if (std::ranges::any_of(work.plans, &PlannedFrame::raw)) {
    return fail_with_hint(Code::bad_option, "raw-predict has no plate to lie over",
                          "Take another mode, and --predictions for what the network drew.");
  }
  TRY(const auto lock, lock_folder(folder));
  for (const char* part : {"", "prediction", "matte", "face", "result"}) remove_temporaries(folder / part);
  TRY(auto made, MadeFiles::open(folder));
  const auto clock = FrameClock::of(work.source, paths.video, paths.manifest);
  Delivery delivery(options, work, clock, std::move(made),
                    Aside(folder, [&run](std::string text) { run.note(std::move(text)); }));
  DeliveryReport report;
  const auto before = [&](std::int64_t index) { return delivery.earlier_recipe(index).value_or(""); };
  TRY(const auto ingredients, Ingredients::of(paths, work, look_of(options, clock, work.plate.has_value()), before));
  TRY(const Due due, due_frames(work, ingredients, delivery, report));
  report.frames = static_cast<std::int64_t>(due.frames.size());
  run.stage("deliver");
  FrameFeed<std::uint16_t> feed(work, due.skip);
  const auto to_do = static_cast<std::uint64_t>(std::ranges::count(due.skip, false));
  std::atomic<std::uint64_t> finished = 0;
  std::atomic<std::int64_t> rendered = 0;
  std::map<std::int64_t, int> heights;
  std::mutex noting;
  TRY_VOID(for_each_index(to_do, merging.threads, run, "", [&](std::size_t, unsigned) -> Result<> {
    TRY(const auto taken, feed.next(prepared, run));
    const auto& [index, frame] = taken;
    if (frame) {
      {
        std::lock_guard lock_heights(noting);
        heights[index] = frame->bgr.height;
      }
      TRY_VOID(delivery.write(*frame, due.recipes[static_cast<std::size_t>(index)]));
      ++rendered;
    }
    run.progress(++finished, to_do, "frames");
    return {};
  }));
  if (options.predictions) TRY_VOID(write_corners(work, due.frames, heights, delivery, run));
  report.rendered = rendered;
  report.unreadable = prepared.unreadable;
  report.set_aside = static_cast<std::int64_t>(delivery.set_aside());
  report.seconds = watch.seconds();
  return report;
}

}  // namespace understudy
