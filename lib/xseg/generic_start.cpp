// SPDX-License-Identifier: Apache-2.0
// The generic network (128 pixels, five levels, half the channels) is laid into XSeg (256 pixels, six) so that what it
// computes stays the same: T. Chen, I. Goodfellow, J. Shlens, "Net2Net: Accelerating Learning via Knowledge Transfer"
// (2016). Its level l is XSeg's level l + 1, in the first of its channels; XSeg's highest level only hands the picture
// down and the mask up, and so does a convolution that the smaller network has not. All other channels are drawn by
// chance as in any new network: nothing of theirs goes into the first ones yet, and training finds what they are good
// for.
#include "lib/xseg/generic_start.hpp"

#include <cmath>

#include "lib/nets/xseg.hpp"
#include "lib/xseg/generic_mask_file.hpp"

namespace understudy {
namespace {

using Tensors = std::map<std::string, Tensor>;
constexpr XsegShape large{}, small = generic_mask_shape;
static_assert(small.levels + 1 == large.levels && small.base <= large.base && 2 * small.resolution == large.resolution);

int width_of(const XsegShape& shape, std::size_t level) { return shape.base * xseg_levels[level].width; }
int up_width_of(const XsegShape& shape, std::size_t level) { return shape.base * xseg_levels[level].up_width; }

class Widening {
 public:
  Widening(Tensors from, Parameters& into) : from_(std::move(from)), into_(into) {}

  void widen() {
    torch::NoGradGuard no_grad;
    hand_down();
    for (std::size_t level = 0; level < small.levels; ++level) {
      go_down(level);
      go_up(level);
    }
    widen_bottleneck();
    hand_up();
  }

 private:
  const Tensor& small_of(const std::string& name) const { return from_.at(name); }
  Tensor large_of(const std::string& name) { return into_.find(name)->master; }

  // weight (O,I,3,3): the first outputs see what the smaller network's inputs are here, and nothing else.
  void lay_in(Tensor weight, const Tensor& given, const std::vector<std::int64_t>& inputs) {
    Tensor first = weight.narrow(0, 0, given.size(0));
    first.zero_();
    first.index_copy_(1, torch::tensor(inputs), given);
  }
  void lay_in_first(const std::string& to, const std::string& of) {
    const Tensor& given = small_of(of);
    large_of(to).narrow(0, 0, given.size(0)).copy_(given);
  }
  void lay_in_norm(const std::string& to, const std::string& of) {
    for (const char* part : {"/frn/weight", "/frn/bias", "/frn/eps", "/tlu/tau"}) lay_in_first(to + part, of + part);
  }
  void convolve(const std::string& to, const std::string& of, const std::vector<std::int64_t>& inputs) {
    lay_in(large_of(to + "/conv/weight"), small_of(of + "/conv/weight"), inputs);
    lay_in_first(to + "/conv/bias", of + "/conv/bias");
    lay_in_norm(to, of);
  }
  // With eps far above the mean of squares the normalisation leaves all as it is.
  void leave_as_it_is(const std::string& name) {
    constexpr double eps = 100;
    large_of(name + "/frn/eps").fill_(eps);
    large_of(name + "/frn/weight").fill_(std::sqrt(eps));
  }
  void no_threshold(const std::string& name, int channels) {
    constexpr double below_all = -1e3;
    large_of(name + "/tlu/tau").narrow(0, 0, channels).fill_(below_all);
  }
  // The first channels go through.
  void pass(const std::string& name, int channels) {
    Tensor first = large_of(name + "/conv/weight").narrow(0, 0, channels);
    first.zero_();
    for (int c = 0; c < channels; ++c) first[c][c][1][1] = 1;
    leave_as_it_is(name);
    no_threshold(name, channels);
  }

  static std::vector<std::int64_t> first_of(int count, std::int64_t from = 0) {
    std::vector<std::int64_t> all;
    for (int i = 0; i < count; ++i) all.push_back(from + i);
    return all;
  }
  static std::string conv(const char* kind, std::size_t level, int i) {
    return fmt::format("xseg/{}{}{}", kind, level, i);
  }

  void hand_down() {
    for (int i = 1; i <= xseg_levels[0].convs; ++i) pass(conv("conv", 0, i), 3);
  }

  void go_down(std::size_t level) {
    int in = level == 0 ? 3 : width_of(small, level - 1);
    for (int i = 1; i <= xseg_levels[level + 1].convs; ++i, in = width_of(small, level)) {
      if (i <= xseg_levels[level].convs)
        convolve(conv("conv", level + 1, i), conv("conv", level, i), first_of(in));
      else
        pass(conv("conv", level + 1, i), in);
    }
  }

  // What comes up, then the skip.
  void go_up(std::size_t level) {
    const auto up = fmt::format("xseg/up{}", level + 1), of = fmt::format("xseg/up{}", level);
    const Tensor& given = small_of(of + "/conv/weight");  // (in,out,3,3)
    lay_in(large_of(up + "/conv/weight").transpose(0, 1), given.transpose(0, 1),
           first_of(static_cast<int>(given.size(0))));
    lay_in_first(up + "/conv/bias", of + "/conv/bias");
    lay_in_norm(up, of);
    auto inputs = first_of(up_width_of(small, level));
    const auto skip = first_of(width_of(small, level), up_width_of(large, level + 1));
    inputs.insert(inputs.end(), skip.begin(), skip.end());
    int i = xseg_levels[level + 1].convs;
    for (int j = xseg_levels[level].convs; j >= 1; --j, --i, inputs = first_of(width_of(small, level)))
      convolve(conv("uconv", level + 1, i), conv("uconv", level, j), inputs);
    for (; i >= 1; --i) pass(conv("uconv", level + 1, i), width_of(small, level));
  }

  // Channel by channel: those of the smaller network come first.
  void widen_bottleneck() {
    Tensor down = large_of("xseg/dense1/weight");
    const Tensor& given = small_of("xseg/dense1/weight");
    down.zero_();
    down.narrow(1, 0, given.size(1)).copy_(given);
    for (const char* name : {"xseg/dense1/bias", "xseg/dense2/weight", "xseg/dense2/bias"}) lay_in_first(name, name);
  }

  // The smaller network's features are doubled, its last convolution looks at them, and its logits go out.
  void hand_up() {
    Tensor up = large_of("xseg/up0/conv/weight").transpose(0, 1).narrow(0, 0, small.base);
    up.zero_();
    // An even pixel takes its own place by tap 0, an odd one by tap 1 (ConvTransposed).
    for (int c = 0; c < small.base; ++c) up[c][c].narrow(0, 0, 2).narrow(1, 0, 2).fill_(1);
    leave_as_it_is("xseg/up0");
    no_threshold("xseg/up0", small.base);
    lay_in(large_of("xseg/uconv02/conv/weight"), small_of("xseg/out_conv/weight"), first_of(small.base));
    lay_in_first("xseg/uconv02/conv/bias", "xseg/out_conv/bias");
    leave_as_it_is("xseg/uconv02");
    no_threshold("xseg/uconv02", 1);
    pass("xseg/uconv01", 1);
    large_of("xseg/out_conv/weight").zero_()[0][0][1][1] = 1;
  }

  Tensors from_;
  Parameters& into_;
};

}  // namespace

Result<std::map<std::string, Tensor>> generic_start(std::uint64_t seed) {
  TRY(auto weights, generic_mask_weights());
  return guard_torch("making the network", [&] {
    Parameters parameters(seed);
    const XsegNet net(parameters);
    Widening(std::move(weights), parameters).widen();
    Tensors all;
    for (const auto& p : parameters.all()) all.emplace(p.name, p.master);
    return all;
  });
}

}  // namespace understudy
