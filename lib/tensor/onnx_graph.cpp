// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/onnx_graph.hpp"

namespace understudy::onnx {
namespace {

using protobuf::Message;

constexpr int float_attribute = 1, int_attribute = 2, text_attribute = 3, ints_attribute = 7;  // AttributeType
constexpr std::uint64_t ir_version = 7;  // that came with opset 12 and 13 (onnx 1.7 and 1.8)

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

// AttributeProto: name 1, f 2, i 3, s 4, ints 8, type 20.
Message attribute_message(const Graph::Attribute& a) {
  Message attribute;
  attribute.text(1, a.name);
  if (a.number) return attribute.fixed32(2, *a.number).varint(20, float_attribute);
  if (!a.text.empty()) return attribute.text(4, a.text).varint(20, text_attribute);
  if (a.single) return attribute.varint(3, static_cast<std::uint64_t>(a.ints.at(0))).varint(20, int_attribute);
  for (const auto value : a.ints) attribute.varint(8, static_cast<std::uint64_t>(value));
  return attribute.varint(20, ints_attribute);
}

std::uint64_t field_size(int field, std::uint64_t size) { return Message().head(field, size).bytes().size() + size; }

constexpr int numbers_field = 9;   // TensorProto.raw_data
constexpr int constant_field = 5;  // GraphProto.initializer
constexpr int graph_field = 7;     // ModelProto.graph

}  // namespace

void Graph::input(const std::string& name, const std::vector<std::int64_t>& shape) {
  inputs_.push_back(value_info(name, shape));
}
void Graph::output(const std::string& name, const std::vector<std::int64_t>& shape) {
  outputs_.push_back(value_info(name, shape));
}

// StringStringEntryProto: key 1, value 2.
void Graph::remark(const std::string& key, const std::string& value) {
  remarks_.push_back(Message().text(1, key).text(2, value));
}

// TensorProto: dims 1, data_type 2, name 8, raw_data 9.
std::string Graph::constant(const std::string& name, const Tensor& value) {
  if (!known_.insert(name).second) return name;
  const auto type = value.scalar_type();
  const bool whole = type == torch::kInt64, half = type == torch::kFloat16;
  Constant made;
  made.numbers = value.detach()
                     .to(torch::kCPU, whole || half ? type : torch::kFloat32)
                     .contiguous(torch::MemoryFormat::Contiguous);
  for (const auto side : made.numbers.sizes()) made.head.varint(1, static_cast<std::uint64_t>(side));
  made.head.varint(2, static_cast<std::uint64_t>(whole ? int64_type : half ? half_type : float_type)).text(8, name);
  constants_.push_back(std::move(made));
  return name;
}

std::uint64_t Graph::Constant::size() const {
  return head.bytes().size() + field_size(numbers_field, numbers.nbytes());
}

// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5.
std::string Graph::node(const std::string& type, const std::vector<std::string>& inputs,
                        const std::vector<Attribute>& attributes, const std::string& output) {
  const std::string name = fmt::format("{}_{}", type, made_++), result = output.empty() ? name + "_out" : output;
  Message node;
  for (const auto& in : inputs) node.text(1, in);
  node.text(2, result).text(3, name).text(4, type);
  for (const auto& a : attributes) node.message(5, attribute_message(a));
  nodes_.push_back(std::move(node));
  return result;
}

// GraphProto: node 1, name 2, initializer 5, input 11, output 12.
Message Graph::before_constants() const {
  Message graph;
  for (const auto& n : nodes_) graph.message(1, n);
  return graph.text(2, name_);
}
Message Graph::after_constants() const {
  Message graph;
  for (const auto& i : inputs_) graph.message(11, i);
  for (const auto& o : outputs_) graph.message(12, o);
  return graph;
}

// ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8 (domain 1, version 2), metadata_props 14.
Message Graph::before_graph() const { return Message().varint(1, ir_version).text(2, "understudy"); }
Message Graph::after_graph() const {
  Message model;
  model.message(8, Message().text(1, "").varint(2, static_cast<std::uint64_t>(opset_)));
  for (const auto& r : remarks_) model.message(14, r);
  return model;
}

std::uint64_t Graph::graph_size() const {
  std::uint64_t size = before_constants().bytes().size() + after_constants().bytes().size();
  for (const auto& c : constants_) size += field_size(constant_field, c.size());
  return size;
}

std::uint64_t Graph::size() const {
  return before_graph().bytes().size() + field_size(graph_field, graph_size()) + after_graph().bytes().size();
}

void Graph::write(const std::function<void(std::span<const std::uint8_t>)>& out) const {
  auto put = [&out](std::string_view bytes) {
    out({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  };
  put(before_graph().bytes());
  put(Message().head(graph_field, graph_size()).bytes());
  put(before_constants().bytes());
  for (const auto& c : constants_) {
    put(Message().head(constant_field, c.size()).bytes());
    put(c.head.bytes());
    put(Message().head(numbers_field, c.numbers.nbytes()).bytes());
    out({static_cast<const std::uint8_t*>(c.numbers.data_ptr()), c.numbers.nbytes()});
  }
  put(after_constants().bytes());
  put(after_graph().bytes());
}

Bytes Graph::model() const {
  Bytes bytes;
  bytes.reserve(size());
  write([&bytes](std::span<const std::uint8_t> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
  return bytes;
}

}  // namespace understudy::onnx
