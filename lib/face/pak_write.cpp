// SPDX-License-Identifier: Apache-2.0
#include "lib/face/pak_write.hpp"

#include <cstring>
#include <fstream>

#include "lib/image/codec.hpp"

namespace understudy {
namespace {

using pickle::Value;

constexpr std::uint64_t max_jpeg = std::uint64_t{1} << 30;

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

void put64(Bytes& out, std::uint64_t value) {
  const auto at = out.size();
  out.resize(at + 8);
  std::memcpy(out.data() + at, &value, 8);
}

Result<Bytes> jpeg_of(const PackInput& input) {
  return input.jpeg.empty() ? read_file(input.path, max_jpeg) : Result<Bytes>(input.jpeg);
}

Failure stopped() { return fail(Code::cancelled, "Stopped while packing"); }

// Everything before the faces: version, table and offsets.
Result<Bytes> head_of(std::span<const PackInput> inputs, std::vector<std::uint64_t>& offsets,
                      const PackProgress& go_on) {
  pickle::ListWriter configs(pickle::Protocol::four);
  offsets = {0};
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
  const Bytes table = std::move(configs).finish();
  Bytes head;
  put64(head, 1);
  put64(head, table.size());
  head.insert(head.end(), table.begin(), table.end());
  // DeepFaceLab's last entry is the absolute file length (spec formats.md 3).
  const std::uint64_t data_start = head.size() + 8 * offsets.size();
  for (std::size_t i = 0; i < offsets.size(); ++i)
    put64(head, i + 1 == offsets.size() ? offsets[i] + data_start : offsets[i]);
  return head;
}

bool same_in_table(const FaceInfo& table, const FaceInfo& own) {
  return table.face_type == own.face_type && table.landmarks == own.landmarks && table.polygons == own.polygons &&
         table.xseg_mask == own.xseg_mask && table.eyebrows_expand_mod == own.eyebrows_expand_mod &&
         table.source_filename == own.source_filename;
}

}  // namespace

Result<> write_pak(const fs::path& path, std::span<const PackInput> inputs, const PackProgress& go_on) {
  std::vector<std::uint64_t> offsets;
  TRY(const Bytes head, head_of(inputs, offsets, go_on));
  return write_through(path, [&](const fs::path& temporary) -> Result<> {
    std::ofstream out(temporary, std::ios::binary);
    const auto append = [&out](const Bytes& bytes) {
      out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    };
    append(head);
    for (std::size_t i = 0; i < inputs.size() && out; ++i) {
      TRY(const Bytes jpeg, jpeg_of(inputs[i]));
      if (jpeg.size() != offsets[i + 1] - offsets[i])
        return fail(Code::io, "{} was changed while it was packed", inputs[i].file_name);
      append(jpeg);
      if (go_on && !go_on(i + 1)) return stopped();
    }
    out.close();
    if (!out) {
      return fail_with_hint(Code::io, fmt::format("Cannot write {}", path.string()),
                            "Check that there is room on that disk and that you may write there.");
    }
    return {};
  });
}

Result<> verify_pak(const fs::path& folder, std::span<const PackInput> inputs, const PackProgress& go_on) {
  TRY(const Faceset set, Faceset::open(folder));
  const auto wrong = [&folder](const std::string& what) {
    return fail(Code::bad_file, "{} does not hold what was packed: {}", (folder / "faceset.pak").string(), what);
  };
  if (!set.packed() || set.entries().size() != inputs.size()) return wrong("the number of faces");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& entry = set.entries()[i];
    TRY(const Bytes packed, set.jpeg(i));
    TRY(const Bytes own, jpeg_of(inputs[i]));
    TRY(const FaceInfo info, face_info_from_jpeg(own));
    const bool same = entry.file_name == inputs[i].file_name && entry.person == inputs[i].person && packed == own;
    if (!same || !same_in_table(entry.info, info)) return wrong(inputs[i].file_name);
    if (go_on && !go_on(i + 1)) return stopped();
  }
  return {};
}

}  // namespace understudy
