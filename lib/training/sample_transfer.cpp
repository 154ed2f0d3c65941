// SPDX-License-Identifier: Apache-2.0
#include "lib/training/sample_transfer.hpp"

#include <memory>

#include "lib/image/colour.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/training/random.hpp"

namespace understudy {
namespace {

constexpr std::uint64_t transfer_stream = 5;

TransferRandom counted_random(std::uint64_t seed) {
  auto random = std::make_shared<CounterRandom>(seed, transfer_stream, 0);
  return random_from([random] { return random->normal(); });
}

}  // namespace

bool is_random(SampleTransfer transfer) { return transfer == SampleTransfer::idt || transfer == SampleTransfer::sot; }

ImageF recoloured(const ImageF& x, const ImageU8& y_bgr, SampleTransfer transfer, std::uint64_t seed) {
  if (transfer == SampleTransfer::none) return x;
  const ImageF y = resize(to_float(y_bgr), x.width, x.height, Interpolation::linear);
  ImageF out;
  switch (transfer) {
    case SampleTransfer::none:
      break;
    case SampleTransfer::rct:
      out = transfer_reinhard(x, y);
      break;
    case SampleTransfer::lct:
      out = transfer_linear(x, y);
      break;
    case SampleTransfer::mkl:
      out = transfer_monge_kantorovich(x, y);
      break;
    case SampleTransfer::idt:
      out = transfer_distribution(x, y, counted_random(seed));
      break;
    case SampleTransfer::sot:
      out = transfer_sliced_quick(x, y, counted_random(seed));
      break;
  }
  clamp_01(out);
  return out;
}

}  // namespace understudy
