// SPDX-License-Identifier: Apache-2.0
// Writing an ONNX graph (github.com/onnx/onnx, onnx.proto): nodes in order, their weights beside them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/base/protobuf.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy::onnx {

// Number types as ONNX counts them (TensorProto.DataType).
constexpr std::int64_t float_type = 1, int64_type = 7, half_type = 10;
// The largest file that the readers of protobuf take.
constexpr std::uint64_t largest_file = (std::uint64_t{1} << 31) - 1;

class Graph {
 public:
  Graph(std::string name, int opset) : name_(std::move(name)), opset_(opset) {}

  // float32; a tensor's side of -1 is open and called "N".
  void input(const std::string& name, const std::vector<std::int64_t>& shape);
  void output(const std::string& name, const std::vector<std::int64_t>& shape);
  // Float32, float16 or int64, of any shape; returns the name. A name that is there already stands for what it stood
  // for: nodes share it.
  std::string constant(const std::string& name, const Tensor& value);
  // What is told beside the graph, as a program may read it.
  void remark(const std::string& key, const std::string& value);

  struct Attribute {
    std::string name;
    std::vector<std::int64_t> ints = {};  // one that is not a list: `single`
    bool single = false;
    std::optional<float> number = {};  // in place of them
    std::string text = {};             // likewise
  };
  // Adds the node and returns its output, called `output` when that is given.
  std::string node(const std::string& type, const std::vector<std::string>& inputs,
                   const std::vector<Attribute>& attributes = {}, const std::string& output = {});

  std::uint64_t size() const;  // of the file, in bytes
  // The file, piece by piece: the weights are not copied.
  void write(const std::function<void(std::span<const std::uint8_t>)>& out) const;
  Bytes model() const;  // the whole

 private:
  struct Constant {
    protobuf::Message head;  // all but the numbers
    Tensor numbers;
    std::uint64_t size() const;  // as a message
  };
  protobuf::Message before_constants() const, after_constants() const, before_graph() const, after_graph() const;
  std::uint64_t graph_size() const;

  std::string name_;
  int opset_;
  int made_ = 0;
  std::vector<protobuf::Message> nodes_, inputs_, outputs_, remarks_;
  std::vector<Constant> constants_;
  std::set<std::string> known_;
};

}  // namespace understudy::onnx
