// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/archi.hpp"

#include "lib/base/text.hpp"

namespace understudy {

Result<Archi> parse_archi(std::string_view text) {
  const auto parts = split(lower_case(text), '-');
  auto refused = [&] {
    return fail_with_hint(Code::bad_option, fmt::format("'{}' is no architecture", text),
                          "Use df or liae, with any of the flags u, d, t, c behind a dash: df-ud, liae-ud, liae-udt.");
  };
  if (parts.size() > 2 || (parts[0] != "df" && parts[0] != "liae") || (parts.size() == 2 && parts[1].empty()))
    return refused();
  Archi archi;
  archi.liae = parts[0] == "liae";
  if (parts.size() == 2) {
    for (char flag : parts[1]) {
      bool* member = flag == 'u'   ? &archi.pixel_norm
                     : flag == 'd' ? &archi.doubled
                     : flag == 't' ? &archi.deep
                     : flag == 'c' ? &archi.cosine
                                   : nullptr;
      if (member == nullptr || *member) return refused();
      *member = true;
    }
  }
  return archi;
}

std::string to_string(const Archi& archi) {
  std::string flags;
  if (archi.pixel_norm) flags += 'u';
  if (archi.doubled) flags += 'd';
  if (archi.deep) flags += 't';
  if (archi.cosine) flags += 'c';
  const std::string type = archi.liae ? "liae" : "df";
  return flags.empty() ? type : type + "-" + flags;
}

int resolution_step(const Archi& archi) {
  // `t` has five halving stages whose sizes are rounded up, while the dense layer is sized by floor division
  // (spec 1.1).
  return archi.doubled || archi.deep ? 32 : 16;
}

Result<> check_shape(const SaehdShape& shape) {
  const int step = resolution_step(shape.archi);
  if (shape.resolution < step || shape.resolution > 640 || shape.resolution % step != 0) {
    return fail_with_hint(
        Code::bad_option,
        fmt::format("Resolution {} does not fit the architecture {}", shape.resolution, to_string(shape.archi)),
        fmt::format("Use a multiple of {} up to 640.", step));
  }
  for (int dims : {shape.ae_dims, shape.e_dims, shape.d_dims, shape.d_mask_dims}) {
    if (dims < 1 || dims > 4096) return fail(Code::bad_option, "Dims of {} are outside 1 to 4096", dims);
  }
  return {};
}

SaehdShape quick96_shape() {
  return {.archi = {.liae = false, .pixel_norm = true, .doubled = true},
          .resolution = 96,
          .ae_dims = 128,
          .e_dims = 64,
          .d_dims = 64,
          .d_mask_dims = 16};
}

}  // namespace understudy
