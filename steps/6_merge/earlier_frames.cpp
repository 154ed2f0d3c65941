// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/earlier_frames.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "lib/base/formats.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// The content of the video. Kept in the state so that a long one is read once only.
Result<std::uint64_t> content_of(const fs::path& video, const fs::path& state) {
  if (const auto text = read_text(state, 1 << 20)) {
    const json known = json::parse(*text, nullptr, false);
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

Result<Ingredients> Ingredients::of(const MergePaths& paths, const media::FrameSource& source,
                                    const MergeModels& models, std::uint64_t look) {
  Ingredients ingredients;
  ingredients.source_ = &source;
  ingredients.models_ = &models;
  ingredients.common_ = xxh3(compose_version, look);
  if (source.is_video()) {
    TRY(const auto content, content_of(paths.frames, paths.state));
    ingredients.common_ = xxh3(content, ingredients.common_);
  }
  return ingredients;
}

std::string Ingredients::common_of(std::int64_t index, const PlannedFrame& plan) const {
  std::uint64_t hash = xxh3(plan.faces.size(), common_);
  if (plan.raw && plan.faces.empty()) hash = xxh3(static_cast<std::uint64_t>(models_->resolution()), hash);
  for (const auto& face : plan.faces) hash = xxh3(models_->content(face), digest_of(face, hash));
  if (plan.colour_shift != std::array<double, 3>{}) {
    for (const double part : plan.colour_shift) hash = xxh3(std::bit_cast<std::uint64_t>(part), hash);
  }
  return fmt::format("{:016x}", source_->is_video() ? xxh3(static_cast<std::uint64_t>(index), hash) : hash);
}

Result<std::string> Ingredients::of_frame(std::int64_t index, const PlannedFrame& plan,
                                          const std::string& before) const {
  Recipe recipe{common_of(index, plan), {}, {}};
  if (plan.without_fallback) recipe.without_fallback = common_of(index, *plan.without_fallback);
  if (source_->is_video()) return recipe.text();
  const auto image = source_->path() / source_->name(index);
  const auto earlier = Recipe::read(before);
  if (earlier.frame.time != 0 && matches(image, earlier.frame)) {
    recipe.frame = earlier.frame;
  } else {
    TRY(recipe.frame, print_of(image));
  }
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

Result<> EarlierFrames::settle(const Ingredients& ingredients, const media::FrameSource& source,
                               const std::vector<PlannedFrame>& plans, const std::vector<bool>& wanted) {
  for (std::int64_t i = 0; i < source.count(); ++i) {
    const auto name = png_name(source.name(i));
    names_.push_back(name);
    if (!wanted[static_cast<std::size_t>(i)]) {
      made_of_.emplace_back();
      current_.push_back(false);
      continue;
    }
    auto made_of = ingredients.of_frame(i, plans[static_cast<std::size_t>(i)], merged_.last_made_of(name).value_or(""));
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
