// SPDX-License-Identifier: Apache-2.0
#include "lib/face/pak_write.hpp"

#include <ostream>

#include "lib/base/limits.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

using pickle::Value;

Value config_of(const PackInput& input, const FaceInfo& info, const ImageSize& size) {
  FaceInfo own;  // for the keys that the pack shares with the JPEG
  own.landmarks = info.landmarks;
  own.polygons = info.polygons;
  own.xseg_mask = info.xseg_mask;
  const auto dict = dict_from_face_info(own);
  auto config = Value::dict();
  config.set("sample_type", pickle::Enum{"samplelib.Sample", "SampleType", 1});
  config.set("filename", input.file_name);
  config.set("face_type", pickle::Enum{"facelib.FaceType", "FaceType", static_cast<int>(info.face_type)});
  config.set("shape", Value::tuple({size.height, size.width, 3}));
  config.set("landmarks", *dict.find("landmarks"));
  auto no_polygons = Value::dict();
  no_polygons.set("polys", Value::list());
  config.set("seg_ie_polys", dict.find("seg_ie_polys") ? *dict.find("seg_ie_polys") : no_polygons);
  config.set("xseg_mask", Value());
  config.set("xseg_mask_compressed", dict.find("xseg_mask") ? *dict.find("xseg_mask") : Value());
  config.set("eyebrows_expand_mod", info.eyebrows_expand_mod);
  config.set("source_filename", info.source_filename);
  config.set("person_name", input.person.empty() ? Value() : Value(input.person));
  return config;
}

void put64(std::ostream& out, std::uint64_t value) { out.write(reinterpret_cast<const char*>(&value), sizeof value); }

Result<Bytes> jpeg_of(const PackInput& input) {
  return input.jpeg.empty() ? read_file(input.path, largest_picture) : Result<Bytes>(input.jpeg);
}

Failure stopped() { return fail(Code::cancelled, "Stopped while packing"); }

// The table; gives back the offsets of the faces behind each other.
Result<std::vector<std::uint64_t>> put_table(std::ostream& out, std::span<const PackInput> inputs,
                                             const PackProgress& go_on) {
  pickle::PieceWriter configs(pickle::PieceWriter::Kind::list, pickle::Protocol::four, bytes_to(out));
  std::vector<std::uint64_t> offsets{0};
  for (const auto& input : inputs) {
    const auto doing = fmt::format("packing {}", input.file_name);
    TRY(const Bytes jpeg, jpeg_of(input));
    const auto info = face_info_from_jpeg(jpeg);
    if (!info) return during(info.error(), doing);
    const auto size = image_size(jpeg);
    if (!size) return during(size.error(), doing);
    configs.add(config_of(input, *info, *size));
    offsets.push_back(offsets.back() + jpeg.size());
    if (go_on && !go_on(0)) return stopped();
  }
  std::move(configs).finish();
  return offsets;
}

bool same_in_table(const FaceInfo& table, const FaceInfo& own) {
  return table.face_type == own.face_type && table.landmarks == own.landmarks && table.polygons == own.polygons &&
         table.xseg_mask == own.xseg_mask && table.eyebrows_expand_mod == own.eyebrows_expand_mod &&
         table.source_filename == own.source_filename;
}

}  // namespace

// Version and the table's length stand first, so they are put in last: the table is never in memory.
Result<> write_pak(const fs::path& path, std::span<const PackInput> inputs, const PackProgress& go_on) {
  return write_stream(path, [&](std::ostream& out) -> Result<> {
    constexpr std::uint64_t version = 1, head_size = 16;
    out.seekp(head_size);
    TRY(const auto offsets, put_table(out, inputs, go_on));
    const auto table_end = static_cast<std::uint64_t>(out.tellp());
    const std::uint64_t data_start = table_end + 8 * offsets.size();
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) put64(out, offsets[i]);
    put64(out, offsets.back() + data_start);  // DeepFaceLab's last entry is the whole file's length (spec formats.md 3)
    const auto append = bytes_to(out);
    for (std::size_t i = 0; i < inputs.size() && out; ++i) {
      TRY(const Bytes jpeg, jpeg_of(inputs[i]));
      if (jpeg.size() != offsets[i + 1] - offsets[i])
        return fail(Code::io, "{} was changed while it was packed", inputs[i].file_name);
      append(jpeg);
      if (go_on && !go_on(i + 1)) return stopped();
    }
    out.seekp(0);
    put64(out, version);
    put64(out, table_end - head_size);
    return {};
  });
}

Result<> verify_pak(const fs::path& pak, std::span<const PackInput> inputs, const PackProgress& go_on) {
  const auto wrong = [&pak](const std::string& what) {
    return fail(Code::bad_file, "{} does not hold what was packed: {}", pak.string(), what);
  };
  std::size_t count = 0;
  TRY(const auto places, read_pak(pak, [&](const FacesetEntry& entry) -> Result<> {
        if (count == inputs.size()) return wrong("the number of faces");
        const auto& input = inputs[count++];
        TRY(const Bytes own, jpeg_of(input));
        TRY(const FaceInfo info, face_info_from_jpeg(own));
        if (entry.file_name != input.file_name || entry.person != input.person || !same_in_table(entry.info, info))
          return wrong(input.file_name);
        return go_on && !go_on(0) ? stopped() : Result<>();
      }));
  if (count != inputs.size()) return wrong("the number of faces");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TRY(const Bytes packed, read_range(pak, places[i].offset, places[i].size));
    TRY(const Bytes own, jpeg_of(inputs[i]));
    if (packed != own) return wrong(inputs[i].file_name);
    if (go_on && !go_on(i + 1)) return stopped();
  }
  return {};
}

}  // namespace understudy
