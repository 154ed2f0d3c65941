// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/earlier_frames.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "lib/base/formats.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/path_text.hpp"
#include "steps/6_merge/face_track.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// A link's own time says nothing of what it leads to, so matches() trusts none.
fs::path file_itself(const fs::path& path) {
  std::error_code error;
  const auto file = fs::canonical(path, error);
  return error ? path : file;
}

// The content of the video. Kept in the state so that a long one is read once only.
Result<std::uint64_t> content_of(const fs::path& named, const fs::path& state) {
  const auto video = file_itself(named);
  if (const auto text = read_text(state, 1 << 20)) {
    const json known = parse_json(*text);
    if (version_in(known, formats::merge) == formats::merge.version && known.contains("video") &&
        known["video"].is_object()) {
      const auto& v = known["video"];
      const auto number = [&v](const char* key) {
        return v.contains(key) && v[key].is_number() ? v[key].get<std::uint64_t>() : 0;
      };
      const Print print{number("bytes"), number("xxh3"), static_cast<std::int64_t>(number("time"))};
      if (print.time != 0 && matches(video, print)) return print.hash;
    }
  }
  TRY(const Print now, print_of(video));
  const json kept{
      {"format", formats::merge.name},
      {"version", formats::merge.version},
      {"video", {{"bytes", now.bytes}, {"xxh3", now.hash}, {"time", static_cast<std::uint64_t>(now.time)}}}};
  TRY_VOID(write_text(state, json_text(kept) + "\n"));
  return now.hash;
}

std::string png_name(const std::string& frame_name) { return fs::path(frame_name).stem().string() + ".png"; }

}  // namespace

Result<Ingredients> Ingredients::of(const MergePaths& paths, const PreparedMerge& work, std::uint64_t look,
                                    Before before) {
  Ingredients ingredients;
  ingredients.work_ = &work;
  ingredients.before_ = std::move(before);
  ingredients.common_ = xxh3(compose_version, look);
  if (work.source.is_video()) {
    TRY(const auto content, content_of(paths.frames, paths.state));
    ingredients.common_ = xxh3(content, ingredients.common_);
  }
  return ingredients;
}

// The plans themselves, or as they were before any fallback.
const std::vector<PlannedFrame>& Ingredients::plans(bool plain) const {
  if (!plain) return work_->plans;
  if (plain_.empty()) {
    plain_ = work_->plans;
    for (auto& plan : plain_)
      if (const auto before = plan.without_fallback) plan = *before;
  }
  return plain_;
}

Ingredients::Hash Ingredients::of_faces(std::int64_t index, bool plain) const {
  const auto [known, fresh] = faces_.try_emplace({index, plain}, 0);
  if (!fresh) return known->second;
  for (const auto& face : plans(plain)[static_cast<std::size_t>(index)].faces) {
    const auto content = work_->models.content(face);
    if (!content) return known->second = std::nullopt;
    known->second = xxh3(*content, digest_of(face, *known->second));
  }
  return known->second;
}

Ingredients::Hash Ingredients::of_face(std::int64_t index, std::size_t number, bool plain) const {
  const auto [known, fresh] = face_.try_emplace({index, number, plain});
  if (!fresh) return known->second;
  const auto& face = plans(plain)[static_cast<std::size_t>(index)].faces[number];
  if (const auto content = work_->models.content(face)) known->second = xxh3(*content, digest_of(face, 0));
  return known->second;
}

// The frames around by their content and by the faces that are in the windows: nothing is measured in others. A frame
// that cannot be read counts for nothing.
Ingredients::Hash Ingredients::of_windows(std::int64_t index, bool plain, std::uint64_t hash) const {
  const auto& plan = plans(plain)[static_cast<std::size_t>(index)];
  for (std::size_t i = 0; i < plan.faces.size(); ++i) {
    for (const auto& around : window_of(plans(plain), work_->timeline, index, i)) {
      if (around.frame == index) continue;
      const auto face = of_face(around.frame, around.face, plain);
      if (!face) return {};
      for (const auto part :
           {static_cast<std::uint64_t>(around.frame - index), *face, static_cast<std::uint64_t>(around.face)})
        hash = xxh3(part, hash);
      if (work_->source.is_video()) continue;
      const auto print = print_of_image(around.frame);
      hash = xxh3(print ? print->hash : 0, hash);
    }
  }
  return hash;
}

Result<Print> Ingredients::print_of_image(std::int64_t index) const {
  if (const auto known = prints_.find(index); known != prints_.end()) return known->second;
  const auto image = file_itself(work_->source.image_file(index));
  const auto earlier = Recipe::read(before_(index));
  Print print = earlier.frame;
  if (earlier.frame.time == 0 || !matches(image, earlier.frame)) {
    TRY(print, print_of(image));
  }
  prints_.emplace(index, print);
  return print;
}

std::optional<std::string> Ingredients::common_of(std::int64_t index, bool plain) const {
  const auto& plan = plans(plain)[static_cast<std::size_t>(index)];
  std::uint64_t hash = xxh3(plan.faces.size(), common_);
  if (plan.raw && plan.faces.empty()) hash = xxh3(static_cast<std::uint64_t>(work_->models.resolution()), hash);
  const auto faces = of_faces(index, plain);
  const auto all = faces ? of_windows(index, plain, xxh3(*faces, hash)) : std::nullopt;
  if (!all) return {};
  hash = *all;
  if (plan.colour_shift != std::array<double, 3>{}) {
    for (const double part : plan.colour_shift) hash = xxh3(std::bit_cast<std::uint64_t>(part), hash);
    constexpr std::uint64_t in_sdr = 1;  // once, such plates' codes were shifted as they are
    if (work_->plate) hash = xxh3(in_sdr, hash);
  }
  return fmt::format("{:016x}", work_->source.is_video() ? xxh3(static_cast<std::uint64_t>(index), hash) : hash);
}

// Fallbacks of the frames around count too, where these are measured.
Result<std::string> Ingredients::of_frame(std::int64_t index) const {
  const auto common = common_of(index, false), plain = common_of(index, true);
  if (!common || !plain)
    return fail(Code::not_found, "Frame {} needs a network that was not opened", work_->source.name(index));
  Recipe recipe{*common, {}, {}};
  if (plain != common) recipe.without_fallback = *plain;
  if (work_->source.is_video()) return recipe.text();
  TRY(recipe.frame, print_of_image(index));
  return recipe.text();
}

EarlierFrames::EarlierFrames(MadeFiles merged, MadeFiles mask, Aside merged_aside, Aside mask_aside)
    : merged_(std::move(merged)),
      mask_(std::move(mask)),
      merged_aside_(std::move(merged_aside)),
      mask_aside_(std::move(mask_aside)) {}

Result<EarlierFrames> EarlierFrames::open(const MergePaths& paths, Run& run) {
  for (const auto& folder : {paths.merged, paths.merged_mask}) remove_temporaries(folder);
  const auto tell = [&run](std::string text) { run.note(std::move(text)); };
  TRY(auto merged, MadeFiles::open(paths.merged));
  TRY(auto mask, MadeFiles::open(paths.merged_mask));
  return EarlierFrames(std::move(merged), std::move(mask), Aside(paths.merged, tell), Aside(paths.merged_mask, tell));
}

bool is_current(const MadeFiles& made, const fs::path& name, const std::string& wanted) {
  if (const auto is = made.made_of(name)) return same_recipe(*is, wanted);
  const auto was = made.last_made_of(name);
  std::error_code error;
  return was && same_recipe(*was, wanted) && fs::exists(made.folder() / name, error);
}

std::string EarlierFrames::before(const std::string& frame_name) const {
  return merged_.last_made_of(png_name(frame_name)).value_or("");
}

Result<> EarlierFrames::settle(const Ingredients& ingredients, const PreparedMerge& work) {
  for (std::int64_t i = 0; i < work.source.count(); ++i) {
    const auto name = png_name(work.source.name(i));
    names_.push_back(name);
    if (!work.wanted[static_cast<std::size_t>(i)]) {
      made_of_.emplace_back();
      current_.push_back(false);
      continue;
    }
    auto made_of = ingredients.of_frame(i);
    // A frame that cannot be read is told of when its turn comes; what was made of it before stays.
    const bool readable = made_of.has_value();
    made_of_.push_back(readable ? *std::move(made_of) : std::string());
    current_.push_back(readable && is_current(merged_, name, made_of_.back()) &&
                       is_current(mask_, name, made_of_.back()));
    if (current_.back()) TRY_VOID(note_fallback(name, made_of_.back()));
    if (!readable || current_.back()) continue;
    TRY_VOID(merged_aside_.make_way(merged_, name));
    TRY_VOID(mask_aside_.make_way(mask_, name));
  }
  auto sorted = names_;
  std::ranges::sort(sorted);
  TRY_VOID(settle_strangers(mask_, mask_aside_, sorted));
  foreign_.clear();  // those beside the pictures are named, not those beside their masks
  return settle_strangers(merged_, merged_aside_, sorted);
}

// The same picture may come of a fallback or without one: what it would have been made of without is told anew.
Result<> EarlierFrames::note_fallback(const fs::path& name, const std::string& made_of) {
  const auto known = merged_.made_of(name);
  if (!known || Recipe::read(*known).without_fallback == Recipe::read(made_of).without_fallback) return {};
  return merged_.add(name, made_of);
}

// Pictures of another clip would be shown between the frames of this one, so ours go; what others put there stays.
Result<> EarlierFrames::settle_strangers(const MadeFiles& made, Aside& aside, const std::vector<std::string>& frames) {
  std::error_code error;
  if (!fs::is_directory(made.folder(), error)) return {};
  TRY(const auto images, image_files(made.folder()));
  for (const auto& image : images) {
    const auto name = image.filename().string();
    if (std::ranges::binary_search(frames, name)) continue;
    if (made.ours(name)) {
      TRY_VOID(aside.take(name));
    } else {
      foreign_.push_back(name);
    }
  }
  return {};
}

Result<> EarlierFrames::write(std::int64_t index, const Bytes& picture, const Bytes& mask) {
  const auto i = static_cast<std::size_t>(index);
  TRY_VOID(mask_.write(names_[i], mask, made_of_[i]));
  return merged_.write(names_[i], picture, made_of_[i]);
}

}  // namespace understudy
