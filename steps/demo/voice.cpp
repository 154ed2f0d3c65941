// SPDX-License-Identifier: Apache-2.0
#include "steps/demo/voice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/face/synthetic/synthetic.hpp"

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

void put(Bytes& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
void put(Bytes& bytes, std::string_view tag) {
  for (const char c : tag) bytes.push_back(static_cast<std::uint8_t>(c));
}

}  // namespace

Bytes voice_wav(double seconds) {
  const auto count = static_cast<std::uint32_t>(std::lround(seconds * rate));
  Bytes bytes;
  bytes.reserve(44 + count * 2);
  put(bytes, "RIFF");
  put(bytes, 36 + count * 2, 4);
  put(bytes, "WAVEfmt ");
  put(bytes, 16, 4);
  put(bytes, 1, 2);  // PCM
  put(bytes, 1, 2);  // mono
  put(bytes, rate, 4);
  put(bytes, rate * 2, 4);
  put(bytes, 2, 2);
  put(bytes, 16, 2);
  put(bytes, "data");
  put(bytes, count * 2, 4);
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
    const auto sample = static_cast<std::int16_t>(std::clamp(vowel * loud * 2600, -30000.0, 30000.0));
    put(bytes, static_cast<std::uint16_t>(sample), 2);
  }
  return bytes;
}

}  // namespace understudy::demo
