// SPDX-License-Identifier: Apache-2.0
#include "lib/training/dfm_graph.hpp"

namespace understudy {
namespace {

using onnx::Graph;
using Name = std::string;  // of a value in the graph
using Ints = std::vector<std::int64_t>;

// Walks the networks of lib/nets (saehd.cpp, amp.cpp, face_parts.cpp) node by node.
class FaceGraph {
 public:
  FaceGraph(const ModelSpec& spec, const std::map<std::string, Tensor>& weights, bool half)
      : spec_(spec),
        archi_(spec.amp() ? Archi{false, true, true, true, false} : spec.shape.archi),
        weights_(weights),
        half_(half),
        lowest_(spec.shape.resolution / (archi_.doubled ? 32 : 16)),
        graph_(spec.amp()     ? "AMP"
               : spec.quick() ? "Quick96"
                              : "SAEHD",
               12) {}

  Graph build() {
    const auto side = spec_.shape.resolution;
    graph_.input("in_face:0", {-1, side, side, 3});
    if (spec_.amp()) graph_.input("morph_value:0", {1});
    graph_.output("out_face_mask:0", {-1, side, side, 1});
    graph_.output("out_celeb_face:0", {-1, side, side, 3});
    graph_.output("out_celeb_face_mask:0", {-1, side, side, 1});
    const Name encoded = encoder();
    if (spec_.amp()) {
      amp(encoded);
    } else if (archi_.liae) {
      liae(encoded);
    } else {
      df(encoded);
    }
    return std::move(graph_);
  }

 private:
  void df(const Name& encoded) {
    const Name code = inter("inter", encoded, spec_.shape.ae_dims);
    decode("decoder_src", code, "decoder_dst", code);
  }
  void liae(const Name& encoded) {
    const int channels = 2 * spec_.shape.ae_dims;
    const Name shared = inter("inter_AB", encoded, channels), own = inter("inter_B", encoded, channels);
    decode("decoder", joined(shared, shared), "decoder", joined(own, shared));
  }
  // DeepFaceLab cuts both codes at the channel and joins the pieces. Choosing channel by channel is the same, and all
  // sides are known before it runs: some engines take no pieces of open or no length.
  void amp(const Name& encoded) {
    const Name code = dense("encoder/dense1", encoded);
    const Name from_src = shaped(dense("inter_src/dense2", code), spec_.inter_dims);
    const Name from_dst = shaped(dense("inter_dst/dense2", code), spec_.inter_dims);
    const Tensor count = torch::full({1}, spec_.inter_dims, torch::kFloat32);
    const Tensor numbers = torch::arange(spec_.inter_dims, torch::kFloat32).view({1, -1, 1, 1});
    const Name part = graph_.node("Mul", {"morph_value:0", graph_.constant("channels", count)});
    const Name bound = graph_.node("Floor", {part});
    const Name below = graph_.node("Less", {graph_.constant("channel_numbers", numbers), bound});
    const Name chosen = graph_.node("Where", {below, from_src, from_dst});
    decode("decoder", narrowed(chosen), "decoder", narrowed(from_dst));
  }

  void decode(const Name& decoder, const Name& code, const Name& dst_decoder, const Name& dst_code) {
    mask(dst_decoder, dst_code, "out_face_mask:0");
    image(decoder, code, "out_celeb_face:0");
    mask(decoder, code, "out_celeb_face_mask:0");
  }

  Name encoder() {
    Name x = narrowed(graph_.node("Transpose", {"in_face:0"}, {{"perm", {0, 3, 1, 2}}}));
    const int downs = archi_.deep ? 5 : 4;
    for (int i = 0; i < downs; ++i) {
      x = down(archi_.deep ? fmt::format("encoder/down{}", i + 1) : fmt::format("encoder/down1/downs_{}", i), x);
      if (archi_.deep && i == 0) x = residual("encoder/res1", x);
    }
    if (archi_.deep) x = residual("encoder/res5", x);
    x = widened(graph_.node("Flatten", {x}, {{"axis", {1}, true}}));
    return archi_.pixel_norm ? pixel_norm(x) : x;
  }

  // x / sqrt(mean of x² + 1e-6)
  Name pixel_norm(const Name& x) {
    const Name squares = graph_.node("Mul", {x, x});
    const Name mean = graph_.node("ReduceMean", {squares}, {{"axes", {1}}, {"keepdims", {1}, true}});
    const Name least = graph_.constant("pixel_norm_epsilon", torch::full({1}, 1e-6, torch::kFloat32));
    return graph_.node("Div", {x, graph_.node("Sqrt", {graph_.node("Add", {mean, least})})});
  }

  Name inter(const Name& name, const Name& encoded, int channels) {
    const Name x = narrowed(shaped(dense(name + "/dense2", dense(name + "/dense1", encoded)), channels));
    return archi_.deep ? x : up(name + "/upscale1", x);
  }

  void image(const Name& decoder, const Name& code, const Name& output) {
    Name x = code;
    for (int i = 0; i < stages(); ++i) {
      x = up(fmt::format("{}/upscale{}", decoder, i), x);
      x = residual(fmt::format("{}/res{}", decoder, i), x);
    }
    finish(archi_.doubled ? doubled(four_heads(decoder, x)) : conv(decoder + "/out_conv", x, 1), output);
  }
  void mask(const Name& decoder, const Name& code, const Name& output) {
    Name x = code;
    const int all = stages() + (archi_.doubled ? 1 : 0);
    for (int i = 0; i < all; ++i) x = up(fmt::format("{}/upscalem{}", decoder, i), x);
    finish(conv(decoder + "/out_convm", x, 1), output);
  }
  int stages() const { return archi_.deep ? 4 : 3; }

  // The four heads of `d` as one convolution, as FaceDecoder::image_head() has them.
  Name four_heads(const Name& decoder, const Name& x) {
    std::vector<Tensor> kernels, biases;
    for (const char* head : {"/out_conv", "/out_conv1", "/out_conv2", "/out_conv3"}) {
      const Tensor& kernel = weight(decoder + head + "/weight");
      kernels.push_back(kernel.size(2) == 1 ? torch::constant_pad_nd(kernel, {1, 1, 1, 1}) : kernel);
      biases.push_back(weight(decoder + head + "/bias"));
    }
    return conv(decoder + "/out_conv", x, 3, 1, torch::cat(kernels), torch::cat(biases));
  }
  void finish(const Name& logits, const Name& output) {
    const Name shown = graph_.node("Sigmoid", {widened(logits)});
    graph_.node("Transpose", {shown}, {{"perm", {0, 2, 3, 1}}}, output);
  }

  Name down(const Name& name, const Name& x) { return active(conv(name + "/conv1", x, 5, 2), 0.1f); }
  Name up(const Name& name, const Name& x) { return doubled(active(conv(name + "/conv1", x, 3), 0.1f)); }
  Name residual(const Name& name, const Name& x) {
    const Name y = conv(name + "/conv2", active(conv(name + "/conv1", x, 3), 0.2f), 3);
    return active(graph_.node("Add", {x, y}), 0.2f);
  }
  Name active(const Name& x, float slope) {
    if (archi_.cosine) return graph_.node("Mul", {x, graph_.node("Cos", {x})});
    return graph_.node("LeakyRelu", {x}, {{.name = "alpha", .number = slope}});
  }
  // Channels block first, as TensorFlow and DeepFaceLab order them.
  Name doubled(const Name& x) {
    return graph_.node("DepthToSpace", {x}, {{"blocksize", {2}, true}, {.name = "mode", .text = "DCR"}});
  }
  Name joined(const Name& first, const Name& second) {
    return graph_.node("Concat", {first, second}, {{"axis", {1}, true}});
  }
  Name shaped(const Name& x, int channels) {
    const auto name = fmt::format("code_shape_{}", channels);
    return graph_.node("Reshape", {x, graph_.constant(name, torch::tensor(Ints{-1, channels, lowest_, lowest_}))});
  }

  Name conv(const Name& name, const Name& x, std::int64_t kernel, std::int64_t stride = 1) {
    return conv(name, x, kernel, stride, weight(name + "/weight"), weight(name + "/bias"));
  }
  Name conv(const Name& name, const Name& x, std::int64_t kernel, std::int64_t stride, const Tensor& value,
            const Tensor& bias) {
    const auto pad = kernel / 2;
    return graph_.node(
        "Conv", {x, constant(name + "/weight", value), constant(name + "/bias", bias)},
        {{"kernel_shape", {kernel, kernel}}, {"pads", {pad, pad, pad, pad}}, {"strides", {stride, stride}}});
  }
  Name dense(const Name& name, const Name& x) {
    auto wide = [&](const Name& part) { return widened(constant(name + part, weight(name + part))); };
    const Name weights = wide("/weight"), bias = wide("/bias");
    return graph_.node("Gemm", {x, weights, bias}, {{"transB", {1}, true}});
  }

  Name constant(const Name& name, const Tensor& value) {
    return graph_.constant(name, half_ ? value.to(torch::kFloat16) : value);
  }
  Name narrowed(const Name& x) { return cast(x, onnx::half_type); }
  Name widened(const Name& x) { return cast(x, onnx::float_type); }
  Name cast(const Name& x, std::int64_t type) {
    if (!half_) return x;
    return graph_.node("Cast", {x}, {{"to", {type}, true}});
  }
  const Tensor& weight(const Name& name) const { return weights_.at(name); }

  const ModelSpec& spec_;
  const Archi archi_;
  const std::map<std::string, Tensor>& weights_;
  const bool half_;
  const std::int64_t lowest_;
  Graph graph_;
};

}  // namespace

Graph dfm_graph(const ModelSpec& spec, const std::map<std::string, Tensor>& weights, bool half) {
  return FaceGraph(spec, weights, half).build();
}

}  // namespace understudy
