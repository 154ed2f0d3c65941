// SPDX-License-Identifier: Apache-2.0
#include "steps/demo/voice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "lib/face/synthetic/synthetic.hpp"
#include "lib/media/wav.hpp"

namespace understudy::demo {

namespace {

constexpr int rate = 44100;

// A two-pole resonance.
class Formant {
 public:
  double operator()(double in, double hertz, double width) {
    const double r = std::exp(-std::numbers::pi * width / rate),
                 c = 2 * r * std::cos(2 * std::numbers::pi * hertz / rate);
    const double out = (1 - r) * in + c * one_ - r * r * two_;
    two_ = one_;
    one_ = out;
    return out;
  }

 private:
  double one_ = 0, two_ = 0;
};

}  // namespace

Bytes voice_wav(double seconds) {
  const auto count = static_cast<std::uint32_t>(std::lround(seconds * rate));
  std::vector<std::int16_t> samples;
  samples.reserve(count);
  Formant first, second;
  double phase = 0, loud = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / rate;
    const auto play = synthetic::demo_performance_dst(t);
    phase += (118 + 14 * std::sin(2 * t) + 10 * play.mouth_open) / rate;
    phase -= std::floor(phase);
    loud += 0.002 * (play.mouth_open - loud);
    const double buzz = phase < 0.4 ? std::sin(phase / 0.4 * std::numbers::pi) : -0.25;
    const double open = play.mouth_open, round = play.pucker;
    const double vowel = first(buzz, 320 + 480 * open, 80) * 6 + second(buzz, 1750 - 900 * round + 200 * open, 120) * 4;
    samples.push_back(static_cast<std::int16_t>(std::clamp(vowel * loud * 2600, -30000.0, 30000.0)));
  }
  return media::wav_file(samples, rate);
}

}  // namespace understudy::demo
