// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/safetensors.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "lib/base/io_failure.hpp"
#include "lib/base/path_text.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr std::uint64_t max_header = 16 << 20;

struct TypeName {
  const char* name;
  torch::ScalarType type;
};
constexpr TypeName type_names[] = {{"F32", torch::kFloat32},
                                   {"BF16", torch::kBFloat16},
                                   {"F16", torch::kFloat16},
                                   {"I64", torch::kInt64},
                                   {"I8", torch::kInt8}};

struct Closer {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, Closer>;
struct HashFree {
  void operator()(XXH3_state_t* s) const { XXH3_freeState(s); }
};

// A file being written, hashed on the way.
class HashedFile {
 public:
  explicit HashedFile(const fs::path& path)
      : path_(path), file_(std::fopen(path.c_str(), "wb")), hash_(XXH3_createState()) {
    XXH3_64bits_reset(hash_.get());
  }
  Result<> write(const void* data, std::size_t bytes) {
    XXH3_64bits_update(hash_.get(), data, bytes);
    if (!file_ || std::fwrite(data, 1, bytes, file_.get()) != bytes) return failed();
    return {};
  }
  Result<std::uint64_t> finish() {
    if (!file_ || std::fflush(file_.get()) != 0) return failed();
    return XXH3_64bits_digest(hash_.get());
  }

 private:
  Failure failed() const { return io_failure("write", path_, errno); }
  fs::path path_;
  File file_;
  std::unique_ptr<XXH3_state_t, HashFree> hash_;
};

Result<json> header_of(const std::vector<NamedTensor>& tensors) {
  json header = json::object();
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const auto* type = std::find_if(std::begin(type_names), std::end(type_names),
                                    [&, t = tensor.scalar_type()](const TypeName& n) { return n.type == t; });
    check(type != std::end(type_names), "a tensor type that safetensors files do not hold here");
    const std::uint64_t end = offset + tensor.nbytes();
    header[name] = {{"dtype", type->name}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  return header;
}

Failure damaged(const fs::path& path, std::string_view what) {
  return fail(Code::bad_file, "{} is damaged: {}", path.string(), what);
}

// A tensor without numbers has no bytes to bound its sides by.
constexpr std::uint64_t most_numbers = std::uint64_t{1} << 40;

// One entry of the header as a tensor over a copy of its bytes. `left`: bytes of the data that no entry has taken yet;
// a small file whose entries share them would need any amount of memory.
Result<Tensor> tensor_from(const json& entry, std::span<const std::uint8_t> data, std::uint64_t& left,
                           const fs::path& path) {
  try {
    const auto type_name = entry.at("dtype").get<std::string>();
    const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
    const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
    const auto* type = std::find_if(std::begin(type_names), std::end(type_names),
                                    [&](const TypeName& n) { return n.name == type_name; });
    if (type == std::end(type_names) || offsets.size() != 2 || shape.size() > 8)
      return damaged(path, "an unknown kind of tensor");
    std::uint64_t bytes = torch::elementSize(type->type);
    std::uint64_t spanned = 1;
    for (auto n : shape) {
      if (n > 0 && spanned > most_numbers / static_cast<std::uint64_t>(n))
        return damaged(path, "a tensor larger than the file");
      spanned *= static_cast<std::uint64_t>(std::max<std::int64_t>(n, 1));
      if (n < 0 || (n > 0 && bytes > data.size() / static_cast<std::uint64_t>(n)))
        return damaged(path, "a tensor larger than the file");
      bytes *= static_cast<std::uint64_t>(n);
    }
    if (offsets[0] > offsets[1] || offsets[1] > data.size() || offsets[1] - offsets[0] != bytes)
      return damaged(path, "a tensor outside the file");
    if (bytes > left) return damaged(path, "tensors that share their bytes");
    left -= bytes;
    TRY(Tensor tensor, guard_torch("reading tensors", [&] { return torch::empty(shape, type->type); }));
    if (bytes > 0) std::memcpy(tensor.data_ptr(), data.data() + offsets[0], bytes);
    return tensor;
  } catch (const json::exception&) {
    return damaged(path, "its header is not a tensor list");
  }
}

}  // namespace

Result<std::uint64_t> write_safetensors(const fs::path& path, const std::vector<NamedTensor>& tensors) {
  TRY(const json header, header_of(tensors));
  std::string text = json_text(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data starts aligned
  std::uint64_t checksum = 0;
  TRY_VOID(write_through(path, [&](const fs::path& temporary) -> Result<> {
    HashedFile file(temporary);
    const std::uint64_t size = text.size();
    TRY_VOID(file.write(&size, sizeof size));
    TRY_VOID(file.write(text.data(), text.size()));
    for (const auto& named : tensors) {
      const Tensor plain = named.tensor.detach().to(torch::kCPU).contiguous();
      if (plain.nbytes() > 0) TRY_VOID(file.write(plain.data_ptr(), plain.nbytes()));
    }
    TRY(checksum, file.finish());
    return {};
  }));
  return checksum;
}

Result<std::map<std::string, Tensor>> read_safetensors(const fs::path& path, std::optional<std::uint64_t> checksum) {
  TRY(const Bytes bytes, read_file(path, std::uint64_t{1} << 36));
  if (checksum && XXH3_64bits(bytes.data(), bytes.size()) != *checksum)
    return damaged(path, "its checksum is not the one it was saved with");
  return parse_safetensors(bytes, path);
}

Result<std::map<std::string, Tensor>> parse_safetensors(std::span<const std::uint8_t> bytes, const fs::path& path) {
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof header_size) return damaged(path, "it is too short");
  std::memcpy(&header_size, bytes.data(), sizeof header_size);
  if (header_size > max_header || header_size > bytes.size() - sizeof header_size)
    return damaged(path, "its header reaches past its end");
  const auto* begin = reinterpret_cast<const char*>(bytes.data()) + sizeof header_size;
  const json header = json::parse(begin, begin + header_size, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) return damaged(path, "its header is not a tensor list");
  const std::span<const std::uint8_t> data(bytes.data() + sizeof header_size + header_size,
                                           bytes.size() - sizeof header_size - header_size);
  std::map<std::string, Tensor> tensors;
  std::uint64_t left = data.size();
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    TRY(auto tensor, tensor_from(entry, data, left, path));
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

}  // namespace understudy
