// SPDX-License-Identifier: Apache-2.0
// Writes untrained models of every architecture as .dfm files, and beside each what our own forward pass makes of two
// faces. Usage: dfm_samples FOLDER
#include <cstdio>
#include <fstream>

#include "lib/base/path_text.hpp"
#include "lib/training/dfm_export.hpp"
#include "lib/training/dfm_fake.hpp"
#include "nlohmann/json.hpp"

namespace understudy {
namespace {

using nlohmann::json;

// (N,C,H,W) as N,H,W,C numbers.
Result<> write_numbers(const fs::path& file, const Tensor& nchw) {
  const Tensor nhwc = nchw.permute({0, 2, 3, 1}).contiguous();
  return write_file(file, {static_cast<const std::uint8_t*>(nhwc.data_ptr()), nhwc.nbytes()});
}

Result<json> write_sample(const fs::path& folder, const std::string& name, const ModelDescription& description,
                          const std::vector<double>& morphs) {
  const MadeModel made(description);
  json sample{{"name", name}, {"resolution", made.net->resolution()}, {"morphs", morphs}};
  TRY_VOID(write_dfm(description, made.generation, {.file = folder / (name + ".dfm")}));
  TRY_VOID(write_dfm(description, made.generation, {.file = folder / (name + ".half.dfm"), .quantised = true}));
  const auto side = made.net->resolution();
  const Tensor faces = torch::rand({2, 3, side, side}).contiguous(torch::MemoryFormat::ChannelsLast);
  TRY_VOID(write_numbers(folder / (name + ".in"), faces));
  for (std::size_t i = 0; i < morphs.size(); ++i) {
    const auto swap = made.net->predict(faces, morphs[i]);
    TRY_VOID(write_numbers(folder / fmt::format("{}.{}.out_face_mask", name, i), swap.mask_dst));
    TRY_VOID(write_numbers(folder / fmt::format("{}.{}.out_celeb_face", name, i), swap.bgr));
    TRY_VOID(write_numbers(folder / fmt::format("{}.{}.out_celeb_face_mask", name, i), swap.mask));
  }
  return sample;
}

Result<> write_samples(const fs::path& folder) {
  json samples = json::array();
  for (const auto& archi : every_archi()) {
    TRY(auto sample, write_sample(folder, archi, tiny(ModelClass::saehd, archi.c_str()), {1}));
    samples.push_back(std::move(sample));
  }
  TRY(auto amp, write_sample(folder, "amp", tiny(ModelClass::amp), {0, 0.33, 0.5, 1}));
  TRY(auto quick96, write_sample(folder, "quick96", tiny(ModelClass::quick96), {1}));
  samples.push_back(std::move(amp));
  samples.push_back(std::move(quick96));
  return write_text(folder / "samples.json", json_text(samples));
}

}  // namespace
}  // namespace understudy

int main(int, char** arguments) {
  const auto written = understudy::write_samples(arguments[1]);
  if (!written) std::fprintf(stderr, "dfm_samples: %s\n", understudy::to_sentence(written.error()).c_str());
  return written ? 0 : 1;
}
