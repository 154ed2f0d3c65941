// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/onnx_graph.hpp"

namespace understudy::onnx {
namespace {

using protobuf::Message;

constexpr int float_type = 1, int64_type = 7;         // TensorProto.DataType
constexpr int int_attribute = 2, ints_attribute = 7;  // AttributeProto.AttributeType
constexpr std::uint64_t ir_version = 7;               // that came with opset 13 (onnx 1.8)

// ValueInfoProto: name 1, type 2 (TypeProto: tensor_type 1 with elem_type 1 and shape 2).
Message value_info(const std::string& name, const std::vector<std::int64_t>& shape) {
  Message sides;
  for (const auto side : shape) {
    Message one;  // Dimension: dim_value 1 or dim_param 2
    side < 0 ? one.text(2, "N") : one.varint(1, static_cast<std::uint64_t>(side));
    sides.message(1, one);
  }
  const Message tensor = Message().varint(1, float_type).message(2, sides);
  return Message().text(1, name).message(2, Message().message(1, tensor));
}

}  // namespace

void Graph::input(const std::string& name, const std::vector<std::int64_t>& shape) {
  inputs_.push_back(value_info(name, shape));
}
void Graph::output(const std::string& name, const std::vector<std::int64_t>& shape) {
  outputs_.push_back(value_info(name, shape));
}

// TensorProto: dims 1, data_type 2, name 8, raw_data 9.
std::string Graph::constant(const std::string& name, const Tensor& value) {
  const bool whole = value.scalar_type() == torch::kInt64;
  const Tensor plain = value.detach()
                           .to(torch::kCPU, whole ? torch::kInt64 : torch::kFloat32)
                           .contiguous(torch::MemoryFormat::Contiguous);
  Message tensor;
  for (const auto side : plain.sizes()) tensor.varint(1, static_cast<std::uint64_t>(side));
  tensor.varint(2, whole ? int64_type : float_type).text(8, name);
  tensor.text(9, {static_cast<const char*>(plain.data_ptr()), plain.nbytes()});
  constants_.push_back(std::move(tensor));
  return name;
}

// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5 (AttributeProto: name 1, i 3, ints 8, type 20).
std::string Graph::node(const std::string& type, const std::vector<std::string>& inputs,
                        const std::vector<Attribute>& attributes, const std::string& output) {
  const std::string name = fmt::format("{}_{}", type, made_++), result = output.empty() ? name + "_out" : output;
  Message node;
  for (const auto& in : inputs) node.text(1, in);
  node.text(2, result).text(3, name).text(4, type);
  for (const auto& a : attributes) {
    Message attribute;
    attribute.text(1, a.name);
    if (a.single) attribute.varint(3, static_cast<std::uint64_t>(a.ints.at(0)));
    if (!a.single) {
      for (const auto value : a.ints) attribute.varint(8, static_cast<std::uint64_t>(value));
    }
    attribute.varint(20, a.single ? int_attribute : ints_attribute);
    node.message(5, attribute);
  }
  nodes_.push_back(std::move(node));
  return result;
}

// ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8 (domain 1, version 2).
// GraphProto: node 1, name 2, initializer 5, input 11, output 12.
Bytes Graph::model() const {
  Message graph;
  for (const auto& n : nodes_) graph.message(1, n);
  graph.text(2, name_);
  for (const auto& c : constants_) graph.message(5, c);
  for (const auto& i : inputs_) graph.message(11, i);
  for (const auto& o : outputs_) graph.message(12, o);
  const Message opset = Message().text(1, "").varint(2, static_cast<std::uint64_t>(opset_));
  const Message model = Message().varint(1, ir_version).text(2, "understudy").message(7, graph).message(8, opset);
  return {model.bytes().begin(), model.bytes().end()};
}

}  // namespace understudy::onnx
