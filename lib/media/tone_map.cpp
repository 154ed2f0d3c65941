// SPDX-License-Identifier: Apache-2.0
#include "lib/media/tone_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/image/convert.hpp"

namespace understudy::media {
namespace {

// Code points of ITU-T H.273.
constexpr int primaries_bt709 = 1, primaries_bt2020 = 9, transfer_bt709 = 1, transfer_pq = 16, transfer_hlg = 18,
              matrix_bt709 = 1;
constexpr double sdr_white = 203;  // nits
constexpr double hlg_peak = 1000;  // nits, of the display that BT.2100 refers to
constexpr double untold_peak = 1000;
constexpr double display_gamma = 2.4;  // BT.1886
constexpr std::size_t steps = 8192;    // of the tables over a square root: fine where the eye is

// SMPTE ST 2084.
constexpr double m1 = 2610.0 / 16384, m2 = 2523.0 / 32, c1 = 3424.0 / 4096, c2 = 2413.0 / 128, c3 = 2392.0 / 128;
double nits_from_pq(double code) {
  const double p = std::pow(code, 1 / m2);
  return 10000 * std::pow(std::max(p - c1, 0.0) / (c2 - c3 * p), 1 / m1);
}
double pq_from_nits(double nits) {
  const double p = std::pow(nits / 10000, m1);
  return std::pow((c1 + c2 * p) / (1 + c3 * p), m2);
}

// ARIB STD-B67: signal to the light of the scene, 0..1.
double scene_from_hlg(double code) {
  constexpr double a = 0.17883277, b = 1 - 4 * a;
  const double c = 0.5 - a * std::log(4 * a);
  return code <= 0.5 ? code * code / 3 : (std::exp((code - c) / a) + b) / 12;
}

// BT.2390's EETF without black lift, in nits.
double rolled_off(double nits, double peak) {
  if (peak <= sdr_white) return std::min(nits, sdr_white);
  const double top = pq_from_nits(peak), target = pq_from_nits(sdr_white) / top;
  const double e = std::min(pq_from_nits(nits) / top, 1.0), knee = 1.5 * target - 0.5;
  if (e <= knee) return nits;
  const double t = (e - knee) / (1 - knee), t2 = t * t, t3 = t2 * t;
  const double spline = (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * target;
  return nits_from_pq(spline * top);
}

// Linear light, BT.2020 to BT.709 (ITU-R BT.2087), rows for red, green, blue.
constexpr double to_709[3][3] = {
    {1.660491, -0.587641, -0.072850}, {-0.124550, 1.132900, -0.008349}, {-0.018151, -0.100579, 1.118730}};

// And back: its inverse.
constexpr double to_2020[3][3] = {
    {0.627404, 0.329283, 0.043313}, {0.069097, 0.919540, 0.011362}, {0.016391, 0.088013, 0.895595}};

std::array<double, 3> times(const double (&m)[3][3], const std::array<double, 3>& v) {
  std::array<double, 3> out{};
  for (std::size_t row = 0; row < 3; ++row) out[row] = m[row][0] * v[0] + m[row][1] * v[1] + m[row][2] * v[2];
  return out;
}
double luminance_of(const std::array<double, 3>& rgb_2020) {
  return 0.2627 * rgb_2020[0] + 0.6780 * rgb_2020[1] + 0.0593 * rgb_2020[2];
}
constexpr double hlg_gamma = 1.2;  // of the whole system, on that display

// ARIB STD-B67: the light of the scene, 0..1, to the signal.
double hlg_from_scene(double light) {
  constexpr double a = 0.17883277, b = 1 - 4 * a;
  const double c = 0.5 - a * std::log(4 * a);
  return light <= 1.0 / 12 ? std::sqrt(3 * std::max(light, 0.0)) : a * std::log(12 * light - b) + c;
}

Light light_of(const ColourTags& colour) {
  if (colour.transfer == transfer_pq) return Light::pq;
  return colour.transfer == transfer_hlg ? Light::hlg : Light::sdr;
}
bool is_wide(const ColourTags& colour) { return told_primaries(colour) == primaries_bt2020; }

std::size_t table_place(float root) { return static_cast<std::size_t>(std::min(root, 1.F) * (steps - 1) + 0.5F); }

}  // namespace

int told_primaries(const ColourTags& colour) {
  constexpr int not_told = 2;
  return is_hdr(colour) && colour.primaries == not_told ? primaries_bt2020 : colour.primaries;
}

std::string codes_in_words(const ColourTags& colour) {
  const int primaries = told_primaries(colour);
  const auto name = primaries == primaries_bt2020 ? "BT.2020" : primaries == 11 || primaries == 12 ? "P3" : "BT.709";
  const auto light = light_of(colour);
  return fmt::format("{} primaries, {}, RGB of full range", name,
                     light == Light::pq    ? "PQ (SMPTE ST 2084)"
                     : light == Light::hlg ? "HLG (ARIB STD-B67)"
                                           : "SDR");
}

bool is_hdr(const ColourTags& colour) { return colour.transfer == transfer_pq || colour.transfer == transfer_hlg; }
bool needs_tone_map(const ColourTags& colour) { return is_hdr(colour) || colour.primaries == primaries_bt2020; }

ColourTags tags_when_decoded(const ColourTags& colour) {
  if (!needs_tone_map(colour)) return colour;
  return {matrix_bt709, primaries_bt709, transfer_bt709, false, false};
}

ToneMap::ToneMap(const ColourTags& colour, double peak_nits)
    : light_(light_of(colour)),
      wide_(is_wide(colour)),
      peak_(light_ == Light::sdr   ? sdr_white
            : light_ == Light::hlg ? hlg_peak
                                   : std::clamp(peak_nits > 0 ? peak_nits : untold_peak, sdr_white, 10000.0)) {
  for (int code = 0; code < 65536; ++code) {
    const double v = code / 65535.0;
    double light = std::pow(v, display_gamma);
    if (light_ == Light::pq) light = nits_from_pq(v) / sdr_white;
    if (light_ == Light::hlg) light = scene_from_hlg(v);
    linear_.push_back(static_cast<float>(light));
  }
  for (std::size_t i = 0; i < steps; ++i) {
    const double root = static_cast<double>(i) / (steps - 1), nits = root * root * peak_;
    ratio_.push_back(static_cast<float>(i == 0 ? 1 : rolled_off(nits, peak_) / nits));
    encoded_.push_back(static_cast<std::uint16_t>(std::lround(65535 * std::pow(root, 2 / display_gamma))));
  }
}

void ToneMap::map(const std::uint16_t* in, std::uint16_t* out) const {
  float bgr[3] = {linear_[in[0]], linear_[in[1]], linear_[in[2]]};
  if (light_ == Light::hlg) {
    // The system gamma of 1.2 acts on luminance and turns the light of the scene into that of the display.
    const float luminance = 0.0593F * bgr[0] + 0.6780F * bgr[1] + 0.2627F * bgr[2];
    const float gain = static_cast<float>(hlg_peak / sdr_white) * std::pow(std::max(luminance, 1e-6F), 0.2F);
    for (float& v : bgr) v *= gain;
  }
  if (wide_) {
    const float red = bgr[2], green = bgr[1], blue = bgr[0];
    for (int row = 0; row < 3; ++row) {
      const auto& m = to_709[row];
      const double v = m[0] * red + m[1] * green + m[2] * blue;
      bgr[2 - row] = std::max(static_cast<float>(v), 0.F);  // beyond BT.709's colours
    }
  }
  const float largest = std::max({bgr[0], bgr[1], bgr[2]});
  const float bound = static_cast<float>(peak_ / sdr_white);
  const float factor = largest >= bound ? 1 / largest : ratio_[table_place(std::sqrt(largest / bound))];
  for (int c = 0; c < 3; ++c) out[c] = encoded_[table_place(std::sqrt(bgr[c] * factor))];
}

void ToneMap::apply(ImageU16& bgr) const {
  for (std::size_t i = 0; i + 2 < bgr.data.size(); i += 3) map(&bgr.data[i], &bgr.data[i]);
}

void ToneMap::apply(ImageF& bgr) const {
  ImageU16 deep = to_u16_rounded(bgr);
  apply(deep);
  bgr = to_float(deep);
}

SdrInPlate::SdrInPlate(const ColourTags& colour) : light_(light_of(colour)), wide_(is_wide(colour)) {}

void SdrInPlate::to_codes(ImageF& bgr) const {
  for (std::size_t i = 0; i + 2 < bgr.data.size(); i += 3) {
    float* p = &bgr.data[i];
    std::array<double, 3> rgb{};  // light, 1 = SDR white
    for (std::size_t c = 0; c < 3; ++c) rgb[c] = std::pow(std::max(p[2 - c], 0.0F), display_gamma);
    if (wide_) rgb = times(to_2020, rgb);
    if (light_ == Light::hlg) {
      // The display's light back to the scene's: the system gamma acts on luminance.
      for (double& v : rgb) v *= sdr_white / hlg_peak;
      const double gain = std::pow(std::max(luminance_of(rgb), 1e-9), 1 / hlg_gamma - 1);
      for (double& v : rgb) v *= gain;
    }
    for (std::size_t c = 0; c < 3; ++c) {
      const double v = rgb[c];
      p[2 - c] = static_cast<float>(light_ == Light::pq    ? pq_from_nits(std::min(v * sdr_white, 10000.0))
                                    : light_ == Light::hlg ? std::min(hlg_from_scene(v), 1.0)
                                                           : std::min(std::pow(v, 1 / display_gamma), 1.0));
    }
  }
}

void SdrInPlate::to_sdr(ImageF& bgr) const {
  for (std::size_t i = 0; i + 2 < bgr.data.size(); i += 3) {
    float* p = &bgr.data[i];
    std::array<double, 3> rgb{};
    for (std::size_t c = 0; c < 3; ++c) {
      const double code = std::clamp(p[2 - c], 0.0F, 1.0F);
      rgb[c] = light_ == Light::pq    ? nits_from_pq(code) / sdr_white
               : light_ == Light::hlg ? scene_from_hlg(code)
                                      : std::pow(code, display_gamma);
    }
    if (light_ == Light::hlg) {
      const double gain = hlg_peak / sdr_white * std::pow(std::max(luminance_of(rgb), 1e-9), hlg_gamma - 1);
      for (double& v : rgb) v *= gain;
    }
    if (wide_) rgb = times(to_709, rgb);
    for (std::size_t c = 0; c < 3; ++c)
      p[2 - c] = static_cast<float>(std::pow(std::max(rgb[c], 0.0), 1 / display_gamma));
  }
}

}  // namespace understudy::media
