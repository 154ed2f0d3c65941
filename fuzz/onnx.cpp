// SPDX-License-Identifier: Apache-2.0
// What an exported model says of itself.
#include "fuzz/target.hpp"
#include "lib/base/protobuf.hpp"
#include "lib/predict/onnx_header.hpp"

namespace understudy::fuzz {

std::vector<Bytes> seeds() {
  using protobuf::Message;
  const Message side = Message().varint(1, 64), open = Message().text(2, "N");
  const Message shape = Message().message(1, open).message(1, side).message(1, side).message(1, Message().varint(1, 3));
  const Message type = Message().message(1, Message().varint(1, 1).message(2, shape));
  const Message face = Message().text(1, "in_face:0").message(2, type);
  const Message weight = Message().varint(1, 2).varint(2, 1).text(8, "w").text(9, "12345678");
  const Message node = Message().text(1, "in_face:0").text(2, "out").text(4, "Identity");
  const Message graph =
      Message().message(1, node).text(2, "SAEHD").message(5, weight).message(11, face).message(12, face);
  Message model;
  model.varint(1, 7).text(2, "understudy").message(7, graph).message(8, Message().text(1, "").varint(2, 12));
  model.message(14, Message().text(1, "face_type").text(2, "whole_face"));
  return {{model.bytes().begin(), model.bytes().end()}};
}

}  // namespace understudy::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)understudy::read_onnx_header(understudy::fuzz::as_file(data, size, "input.dfm"));
  return 0;
}
