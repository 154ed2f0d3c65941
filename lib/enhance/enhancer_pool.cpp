// SPDX-License-Identifier: Apache-2.0
#include "lib/enhance/enhancer_pool.hpp"

#include <bit>

#include "lib/base/hash.hpp"
#include "lib/base/made_files.hpp"
#include "lib/enhance/built_in_network.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

Result<std::uint64_t> content_of(const std::filesystem::path& network) {
  if (network.empty()) return xxh3(built_in::enhancer_bin(), xxh3(built_in::enhancer_xml()));
  TRY(const Print print, print_of(network));
  return print.hash;
}

}  // namespace

Result<std::unique_ptr<EnhancerPool>> EnhancerPool::open(const std::filesystem::path& network, const NetworkUse& use) {
  TRY(auto first, Enhancer::load(network, use));
  TRY(std::uint64_t content, content_of(network));
  const std::uint64_t how[] = {static_cast<std::uint64_t>(use.range), static_cast<std::uint64_t>(use.order),
                               static_cast<std::uint64_t>(use.tile), std::bit_cast<std::uint64_t>(use.control)};
  for (const auto part : how) content = xxh3(part, content);
  return std::unique_ptr<EnhancerPool>(new EnhancerPool(std::move(first), content));
}

Result<ImageF> EnhancerPool::enhance(const ImageF& bgr, int side) {
  auto made = pool_.use([&](Enhancer& enhancer) { return enhancer.enhance(bgr); });
  if (!made || made->width == side) return made;
  ImageF sized = resize(*made, side, side, made->width > side ? Interpolation::area : Interpolation::lanczos4);
  clamp_01(sized);
  return sized;
}

}  // namespace understudy
