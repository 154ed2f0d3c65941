// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/stills.hpp"

#include <algorithm>
#include <cstdlib>

#include "lib/detect/tracks/signature.hpp"

namespace understudy {
namespace {

constexpr std::int64_t most_pairs = 16;
// A film's frames are nearer to each other than to those far from them, unless the picture stands still.
constexpr double nearness = 0.7;
constexpr double moved = 4;    // mean change of the fields that no noise makes …
constexpr double jumped = 40;  // … or change of the two that change most: a small thing is elsewhere

struct Picture {
  Signature signature;
  int width = 0, height = 0;
};

struct Difference {
  double mean = 0, most = 0;
};

Difference difference(const Picture& a, const Picture& b) {
  std::vector<int> changes;
  for (std::size_t i = 0; i < a.signature.size(); ++i) changes.push_back(std::abs(a.signature[i] - b.signature[i]));
  std::ranges::partial_sort(changes, changes.begin() + 2, std::ranges::greater());
  return {change(a.signature, b.signature), (changes[0] + changes[1]) / 2.0};
}

Difference median(const std::vector<Difference>& all) {
  const auto middle = [&all](double Difference::*member) {
    std::vector<double> values;
    for (const auto& d : all) values.push_back(d.*member);
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  return {middle(&Difference::mean), middle(&Difference::most)};
}

std::optional<Picture> picture(const media::FrameSource& images, std::int64_t index) {
  const auto frame = images.read_image_file(index);
  if (!frame) return {};
  return Picture{signature_of(frame->bgr), frame->bgr.width, frame->bgr.height};
}

}  // namespace

Stills judge_stills(const media::FrameSource& images) {
  const std::int64_t last = images.count() - 1, pairs = std::min(last, most_pairs);
  if (last == 0) return {true, "it is but one"};
  std::vector<Picture> firsts;
  std::vector<Difference> near, far;
  std::int64_t resized = 0, read = 0;
  for (std::int64_t p = 0; p < pairs; ++p) {
    const std::int64_t index = pairs == 1 ? 0 : p * (last - 1) / (pairs - 1);
    const auto a = picture(images, index), b = picture(images, index + 1);
    if (!a || !b) continue;
    ++read;
    firsts.push_back(*a);
    if (a->width == b->width && a->height == b->height)
      near.push_back(difference(*a, *b));
    else
      ++resized;
  }
  if (read == 0) return {false, "none of those looked at can be read"};
  if (4 * resized > read) return {true, "their sizes differ"};
  for (std::size_t i = 0; i < firsts.size(); ++i)
    for (std::size_t j = i + 1; j < firsts.size(); ++j)
      if (j - i >= firsts.size() / 4) far.push_back(difference(firsts[i], firsts[j]));
  const Difference step = median(near);
  bool jump = step.mean > likely_cut;
  if (!jump && !far.empty()) {
    const Difference any = median(far);
    jump = step.mean > nearness * any.mean && (step.mean > moved || step.most > jumped);
  }
  return jump ? Stills{true, "each is another picture"} : Stills{false, "each is much like the one before"};
}

}  // namespace understudy
