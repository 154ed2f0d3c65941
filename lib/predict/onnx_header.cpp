// SPDX-License-Identifier: Apache-2.0
#include "lib/predict/onnx_header.hpp"

#include "lib/base/protobuf_reader.hpp"

namespace understudy {
namespace {

using protobuf::Fields;
using protobuf::ReadField;

constexpr std::uint64_t longest_text = 4096;  // of a name or a remark
constexpr std::size_t most_fields = 1'000'000, most_tensors = 256, most_remarks = 256, most_sides = 16;

class HeaderReader {
 public:
  HeaderReader(protobuf::Input& input, OnnxHeader& header) : input_(input), header_(header) {}

  // ModelProto: producer_name 2, graph 7, metadata_props 14. True when it is one.
  bool read() {
    bool graph = false;
    const bool whole = each({input_, 0, input_.size()}, [&](const ReadField& field) {
      if (field.number == 2) return text(field, header_.producer);
      if (field.number == 7) return graph = !graph && !field.value && read_graph(field);
      return field.number != 14 || read_remark(field);
    });
    return whole && graph;
  }

 private:
  template <class Work>
  bool each(Fields fields, Work work) {
    while (const auto field = fields.next()) {
      if (++seen_ > most_fields || !work(*field)) return false;
    }
    return !fields.damaged();
  }

  bool text(const ReadField& field, std::string& into) {
    if (field.value || field.end - field.begin > longest_text) return false;
    const auto bytes = input_.bytes(field.begin, field.end - field.begin);
    if (bytes) into = *bytes;
    return bytes.has_value();
  }

  // StringStringEntryProto: key 1, value 2. One that is too long is passed over.
  bool read_remark(const ReadField& remark) {
    if (remark.value || header_.remarks.size() >= most_remarks) return false;
    if (remark.end - remark.begin > longest_text) return true;
    std::string key, value;
    const bool whole = each({input_, remark}, [&](const ReadField& field) {
      return field.number > 2 || text(field, field.number == 1 ? key : value);
    });
    header_.remarks[key] = value;
    return whole;
  }

  // GraphProto: input 11, output 12.
  bool read_graph(const ReadField& graph) {
    return each({input_, graph}, [&](const ReadField& field) {
      if (field.number == 11) return read_tensor(field, header_.inputs);
      return field.number != 12 || read_tensor(field, header_.outputs);
    });
  }

  // ValueInfoProto: name 1, type 2 (TypeProto: tensor_type 1 with shape 2).
  bool read_tensor(const ReadField& info, std::vector<OnnxTensor>& into) {
    if (info.value || into.size() >= most_tensors) return false;
    OnnxTensor tensor;
    const bool whole = each({input_, info}, [&](const ReadField& field) {
      if (field.number == 1) return text(field, tensor.name);
      if (field.number != 2) return true;
      return !field.value && each({input_, field}, [&](const ReadField& type) {
        if (type.number != 1) return true;
        return !type.value && each({input_, type}, [&](const ReadField& part) {
          return part.number != 2 || (!part.value && read_shape(part, tensor.shape));
        });
      });
    });
    into.push_back(std::move(tensor));
    return whole;
  }

  // TensorShapeProto: dim 1 (dim_value 1, or a name or nothing where it is open).
  bool read_shape(const ReadField& shape, std::vector<std::int64_t>& sides) {
    return each({input_, shape}, [&](const ReadField& dim) {
      if (dim.number != 1) return true;
      if (dim.value || sides.size() >= most_sides) return false;
      sides.push_back(-1);
      return each({input_, dim}, [&](const ReadField& field) {
        if (field.number == 1 && field.value && *field.value > 0 && *field.value < (1u << 31))
          sides.back() = static_cast<std::int64_t>(*field.value);
        return true;
      });
    });
  }

  protobuf::Input& input_;
  OnnxHeader& header_;
  std::size_t seen_ = 0;
};

}  // namespace

Result<OnnxHeader> read_onnx_header(const fs::path& path) {
  TRY(auto input, protobuf::Input::open(path));
  OnnxHeader header;
  if (!HeaderReader(input, header).read()) return fail(Code::bad_file, "{} is no ONNX file", path.string());
  return header;
}

}  // namespace understudy
