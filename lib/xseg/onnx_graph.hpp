// SPDX-License-Identifier: Apache-2.0
// Writing an ONNX graph (github.com/onnx/onnx, onnx.proto): nodes in order, their weights beside them.
#pragma once

#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/base/protobuf.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy::onnx {

class Graph {
 public:
  Graph(std::string name, int opset) : name_(std::move(name)), opset_(opset) {}

  // A tensor's side of -1 is open and called "N".
  void input(const std::string& name, const std::vector<std::int64_t>& shape);
  void output(const std::string& name, const std::vector<std::int64_t>& shape);
  // Float32 or int64, of any shape; returns the name.
  std::string constant(const std::string& name, const Tensor& value);

  struct Attribute {
    std::string name;
    std::vector<std::int64_t> ints;  // one that is not a list: `single`
    bool single = false;
  };
  // Adds the node and returns its output, called `output` when that is given.
  std::string node(const std::string& type, const std::vector<std::string>& inputs,
                   const std::vector<Attribute>& attributes = {}, const std::string& output = {});

  Bytes model() const;  // the file

 private:
  std::string name_;
  int opset_;
  int made_ = 0;
  std::vector<protobuf::Message> nodes_, constants_, inputs_, outputs_;
};

}  // namespace understudy::onnx
