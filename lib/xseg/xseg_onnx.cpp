// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_onnx.hpp"

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/nets/xseg.hpp"
#include "lib/tensor/onnx_graph.hpp"

namespace understudy {
namespace {

using onnx::Graph;
using Ints = std::vector<std::int64_t>;

// Walks the network of lib/nets/xseg.cpp node by node.
class Writer {
 public:
  explicit Writer(const std::map<std::string, Tensor>& weights) : weights_(weights) {}

  Bytes write() {
    graph_.input("in_face:0", {-1, xseg_resolution, xseg_resolution, 3});
    graph_.output("out_mask:0", {-1, xseg_resolution, xseg_resolution, 1});
    std::string x = graph_.node("Transpose", {"in_face:0"}, {{"perm", {0, 3, 1, 2}}});
    std::vector<std::string> skips;
    for (std::size_t level = 0; level < xseg_levels.size(); ++level) {
      for (int i = 1; i <= xseg_levels[level].convs; ++i) x = block(fmt::format("conv{}{}", level, i), x);
      skips.push_back(x);
      x = pooled(x, level);
    }
    x = bottleneck(x);
    for (std::size_t level = xseg_levels.size(); level-- > 0;) {
      x = doubled(fmt::format("up{}", level), x);
      x = graph_.node("Concat", {x, skips[level]}, {{"axis", {1}, true}});
      for (int i = xseg_levels[level].convs; i >= 1; --i) x = block(fmt::format("uconv{}{}", level, i), x);
    }
    x = graph_.node("Sigmoid", {convolved("out_conv", x)});
    graph_.node("Transpose", {x}, {{"perm", {0, 2, 3, 1}}}, "out_mask:0");
    return graph_.model();
  }

 private:
  const Tensor& weight(const std::string& name) const { return weights_.at("xseg/" + name); }
  std::string constant(const std::string& name) { return graph_.constant(name, weight(name)); }
  std::string per_channel(const std::string& name) { return graph_.constant(name, weight(name).view({1, -1, 1, 1})); }

  std::string convolved(const std::string& name, const std::string& x) {
    return graph_.node("Conv", {x, constant(name + "/weight"), constant(name + "/bias")},
                       {{"kernel_shape", {3, 3}}, {"pads", {1, 1, 1, 1}}});
  }
  // x / sqrt(mean of x² + |eps|) weight + bias, at least tau.
  std::string normalised(const std::string& name, const std::string& x) {
    const auto squares = graph_.node("Mul", {x, x});
    const auto mean = graph_.node("ReduceMean", {squares}, {{"axes", {2, 3}}, {"keepdims", {1}, true}});
    const auto eps = graph_.constant(name + "/frn/eps", weight(name + "/frn/eps").abs());
    const auto root = graph_.node("Sqrt", {graph_.node("Add", {mean, eps})});
    const auto scaled = graph_.node("Mul", {graph_.node("Div", {x, root}), per_channel(name + "/frn/weight")});
    const auto moved = graph_.node("Add", {scaled, per_channel(name + "/frn/bias")});
    return graph_.node("Max", {moved, per_channel(name + "/tlu/tau")});
  }
  std::string block(const std::string& name, const std::string& x) {
    return normalised(name, convolved(name + "/conv", x));
  }
  // The far row and column are cut off, as TensorFlow's "SAME" does.
  std::string doubled(const std::string& name, const std::string& x) {
    const auto y = graph_.node("ConvTranspose", {x, constant(name + "/conv/weight"), constant(name + "/conv/bias")},
                               {{"kernel_shape", {3, 3}}, {"pads", {0, 0, 1, 1}}, {"strides", {2, 2}}});
    return normalised(name, y);
  }
  std::string pooled(const std::string& x, std::size_t level) {
    const auto channels = weight(fmt::format("conv{}1/conv/weight", level)).size(0);
    const auto taps = xseg_levels[level].taps;
    const std::int64_t before = (taps - 1) / 2, after = taps / 2;
    const Tensor kernel = xseg_blur_kernel(taps).expand({channels, 1, taps, taps});
    return graph_.node("Conv", {x, graph_.constant(fmt::format("blur{}", level), kernel)},
                       {{"group", {channels}, true},
                        {"kernel_shape", {taps, taps}},
                        {"pads", {before, before, after, after}},
                        {"strides", {2, 2}}});
  }
  std::string bottleneck(std::string x) {
    x = graph_.node("Flatten", {x}, {{"axis", {1}, true}});
    for (const char* name : {"dense1", "dense2"}) {
      x = graph_.node("Gemm", {x, constant(fmt::format("{}/weight", name)), constant(fmt::format("{}/bias", name))},
                      {{"transB", {1}, true}});
    }
    const auto channels = weight("dense2/bias").size(0) / 16;
    const auto shape = graph_.constant("bottleneck_shape", torch::tensor(Ints{-1, channels, 4, 4}));
    return graph_.node("Reshape", {x, shape});
  }

  const std::map<std::string, Tensor>& weights_;
  Graph graph_{"XSeg", 13};
};

}  // namespace

Result<Bytes> xseg_onnx(const std::map<std::string, Tensor>& weights) {
  Parameters wanted(0);
  const XsegNet net(wanted);
  for (const auto& p : wanted.all()) {
    const auto it = weights.find(p.name);
    if (it == weights.end() || it->second.sizes() != p.master.sizes())
      return fail(Code::bad_file, "The model has no tensor '{}' of XSeg's shape", p.name);
  }
  return guard_torch("exporting", [&] { return Writer(weights).write(); });
}

Result<fs::path> write_xseg_onnx(const std::map<std::string, Tensor>& weights, const fs::path& folder, bool replace,
                                 const std::function<void(std::string)>& tell) {
  const fs::path file = folder / "XSeg_model.onnx";
  std::error_code error;
  TRY(const auto lock, lock_folder(folder));
  if (!replace && fs::exists(fs::symlink_status(file, error))) {
    return fail_with_hint(Code::bad_option, fmt::format("There is {} already", file.string()),
                          "Choose another folder with --output, or write over it with --replace.");
  }
  TRY(const auto bytes, xseg_onnx(weights));
  TRY_VOID(write_over_ours(file, bytes, tell));
  return file;
}

}  // namespace understudy
