// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/colour_shift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "steps/6_merge/compose.hpp"

namespace understudy {

namespace {

template <class T>
constexpr double range_of = std::numeric_limits<T>::is_integer ? static_cast<double>(std::numeric_limits<T>::max()) : 1;

template <class T>
void add(T& value, double more) {
  const double sum = std::clamp(static_cast<double>(value) + more, 0.0, range_of<T>);
  value = static_cast<T>(std::numeric_limits<T>::is_integer ? std::round(sum) : sum);
}

template <class T>
ImageF in_parts(const Image<T>& image) {
  ImageF parts(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < parts.data.size(); ++i)
    parts.data[i] = static_cast<float>(static_cast<double>(image.data[i]) / range_of<T>);
  return parts;
}

// What the shift makes of the plate's codes is added to them, not put in their place: colours that SDR does not have
// are left as they are.
template <class T>
void shift_in_sdr(Image<T>& merged, const Image<T>& mask, const std::array<double, 3>& shift,
                  const PlateColours& plate) {
  ImageF before = in_parts(merged);
  plate.from_codes(before);
  ImageF after = before;
  for (std::size_t i = 0; i < mask.data.size(); ++i)
    for (std::size_t c = 0; c < 3; ++c)
      after.data[3 * i + c] += static_cast<float>(static_cast<double>(mask.data[i]) / range_of<T> * shift[c]);
  plate.to_codes(before);
  plate.to_codes(after);
  for (std::size_t i = 0; i < merged.data.size(); ++i)
    if (mask.data[i / 3] > 0)
      add(merged.data[i], (static_cast<double>(after.data[i]) - static_cast<double>(before.data[i])) * range_of<T>);
}

}  // namespace

template <class T>
void shift_colours(Image<T>& merged, const Image<T>& mask, const std::array<double, 3>& shift,
                   const PlateColours* plate) {
  if (shift == std::array<double, 3>{}) return;
  if (plate) return shift_in_sdr(merged, mask, shift, *plate);
  for (std::size_t i = 0; i < merged.data.size(); ++i) {
    const double cover = mask.data[i / 3];  // in parts of the range, as the result is
    if (cover > 0) add(merged.data[i], cover * shift[i % 3]);
  }
}

template void shift_colours(ImageU8&, const ImageU8&, const std::array<double, 3>&, const PlateColours*);
template void shift_colours(ImageU16&, const ImageU16&, const std::array<double, 3>&, const PlateColours*);
template void shift_colours(ImageF&, const ImageF&, const std::array<double, 3>&, const PlateColours*);

}  // namespace understudy
