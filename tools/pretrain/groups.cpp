// SPDX-License-Identifier: Apache-2.0
#include "tools/pretrain/groups.hpp"

#include <cmath>

#include "lib/face/face_file.hpp"

namespace understudy::pretrain {
namespace {

enum Stream : std::uint64_t {
  choice_stream = 1,
  play_stream = 2,
  person_stream = 3,
  look_stream = 4,
  hide_stream = 5,
  size_stream = 6
};

SampleRules rules_for(int resolution) {
  SampleRules rules;
  rules.resolution = resolution;
  rules.face_type = FaceType::full;
  rules.eyes_mouth = true;
  rules.warp = false;
  rules.move = 0.4;
  rules.flip_probability = 0.5;
  rules.augment = {.downscale = 0.25, .blur = 0.25, .noise = 0.3, .jpeg = 0.3};
  return rules;
}

// One camera for all pictures of a performance: gain per channel, gamma, saturation.
struct Look {
  std::array<float, 3> gain{1, 1, 1};
  float gamma = 1, saturation = 1;
};
Look draw_look(CounterRandom random) {
  Look look;
  const double overall = 0.12 * random.normal();
  for (auto& g : look.gain) g = static_cast<float>(std::exp(overall + 0.07 * random.normal()));
  look.gamma = static_cast<float>(std::exp(0.2 * random.normal()));
  look.saturation = static_cast<float>(std::clamp(1 + 0.25 * random.normal(), 0.0, 1.7));
  return look;
}
void apply(const Look& look, ImageF& bgr) {
  for (std::size_t i = 0; i + 2 < bgr.data.size(); i += 3) {
    float* p = &bgr.data[i];
    const float luma = 0.114f * p[0] + 0.587f * p[1] + 0.299f * p[2];
    for (std::size_t c = 0; c < 3; ++c) {
      const float v = std::clamp((luma + (p[c] - luma) * look.saturation) * look.gain[c], 0.0f, 1.0f);
      p[c] = std::pow(v, look.gamma);
    }
  }
}

// Something flat before the face, in the input alone: the code is to tell what is behind it.
void hide_part(ImageF& bgr, CounterRandom random) {
  if (random.uniform() > 0.2) return;
  const double side = bgr.width, x = random.uniform(0, side), y = random.uniform(0.1 * side, side);
  const double a = side * random.uniform(0.06, 0.25), b = side * random.uniform(0.06, 0.4),
               turn = random.uniform(0, 3.14);
  const std::array<float, 3> colour{static_cast<float>(random.uniform()), static_cast<float>(random.uniform()),
                                    static_cast<float>(random.uniform())};
  for (int v = 0; v < bgr.height; ++v) {
    for (int u = 0; u < bgr.width; ++u) {
      const double dx = u - x, dy = v - y, s = (dx * std::cos(turn) + dy * std::sin(turn)) / a,
                   t = (dy * std::cos(turn) - dx * std::sin(turn)) / b;
      if (s * s + t * t > 1) continue;
      const auto shade = static_cast<float>(0.8 + 0.2 * s);
      for (int c = 0; c < 3; ++c) bgr.at(u, v, c) = colour[static_cast<std::size_t>(c)] * shade;
    }
  }
}

BatchSide stacked(const std::vector<Sample>& samples) {
  auto stack = [&](const ImageF Sample::*part) {
    std::vector<ImageF> images;
    for (const auto& s : samples) images.push_back(s.*part);
    return to_tensor(images);
  };
  return {stack(&Sample::warped), stack(&Sample::target), stack(&Sample::mask), stack(&Sample::eyes_mouth)};
}

// In the order ip, iq, jp, jq the lowest bit of a place is the performance, the next the person.
Tensor places_with_flipped(std::int64_t n, std::int64_t bit) {
  std::vector<std::int64_t> at;
  for (std::int64_t i = 0; i < n; ++i) at.push_back(i ^ bit);
  return torch::tensor(at);
}

}  // namespace

BatchSide redrawn_of(const Step& step) {
  const auto first = [&](const Tensor& all) { return all.narrow(0, 0, step.redrawn); };
  return {first(step.faces.warped), first(step.faces.target), first(step.faces.mask), first(step.faces.eyes_mouth)};
}

Tensor same_person(std::int64_t n) { return places_with_flipped(n, 1); }
Tensor same_play(std::int64_t n) { return places_with_flipped(n, 2); }

int resolution_of(std::int64_t step, std::int64_t small_steps) {
  if (step < small_steps) return 64;
  const double u = CounterRandom(7, size_stream, static_cast<std::uint64_t>(step)).uniform();
  return u < 0.85 ? 96 : 128;
}

Groups::Groups(fs::path bank, int groups, int readers, std::uint64_t seed)
    : bank_(std::move(bank)), groups_(groups), readers_(readers), seed_(seed) {
  look_for_more();
}

void Groups::look_for_more() { blocks_ = blocks_of(bank_); }

Result<Groups::Group> Groups::group(std::int64_t number, int resolution) const {
  const auto n = static_cast<std::uint64_t>(number);
  CounterRandom choice(seed_, choice_stream, n);
  const int block = blocks_[choice.below(blocks_.size())];
  const auto two_of = [&](int count) {
    const int a = static_cast<int>(choice.below(static_cast<std::uint64_t>(count)));
    return std::array{a, (a + 1 + static_cast<int>(choice.below(static_cast<std::uint64_t>(count) - 1))) % count};
  };
  const auto people = two_of(people_per_block), plays = two_of(plays_per_block);
  const SampleRules rules = rules_for(resolution);
  Group made;
  for (std::size_t k = 0; k < 4; ++k) {
    const std::size_t person = k / 2, play = k % 2;
    TRY(const auto face, read_face(face_path(bank_, block, people[person], plays[play])));
    TRY(const auto prepared, prepare_face(face.image_bgr, face.info, rules));
    CounterRandom shared(seed_, play_stream, n * 2 + play), own(seed_, person_stream, n * 4 + k);
    const SampleDraw moves = draw_sample(shared, rules);
    SampleDraw draw = draw_sample(own, rules);
    draw.rotation_deg = moves.rotation_deg;
    draw.scale = moves.scale;
    draw.shift_x = moves.shift_x;
    draw.shift_y = moves.shift_y;
    draw.flip = moves.flip;
    auto& sample = made.samples[k];
    sample = make_sample(prepared, rules, draw);
    made.play[k] = numbers_of_play(block, plays[play], moves.flip);
    const Look look = draw_look({seed_, look_stream, n * 2 + play});
    apply(look, sample.warped);
    apply(look, sample.target);
    hide_part(sample.warped, {seed_, hide_stream, n * 4 + k});
  }
  return made;
}

Result<Step> Groups::make(std::int64_t step, int resolution) const {
  std::vector<Sample> samples;
  Tensor play = torch::empty({std::int64_t{4} * (groups_ + readers_), play_numbers});
  for (int g = 0; g < groups_ + readers_; ++g) {
    TRY(auto four, group(step * (groups_ + readers_) + g, resolution));
    for (std::size_t k = 0; k < four.samples.size(); ++k) {
      std::ranges::copy(four.play[k], play[static_cast<std::int64_t>(samples.size())].data_ptr<float>());
      samples.push_back(std::move(four.samples[k]));
    }
  }
  return Step{step, resolution, stacked(samples), std::int64_t{4} * groups_, play};
}

}  // namespace understudy::pretrain
