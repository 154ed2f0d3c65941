// SPDX-License-Identifier: Apache-2.0
// DeepFaceLab's model files: there and back without a changed bit, what is refused, and what plain Python makes of
// them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "lib/base/made_files.hpp"
#include "lib/training/dfl_export.hpp"
#include "lib/training/dfl_fake.hpp"

namespace understudy {
namespace {

// Entry by entry the same bytes, whatever the order; the step counter may be a number or an array of one.
void expect_same(const Value& wanted, const Value& got, const std::string& where) {
  const auto *theirs = wanted.as_dict(), *ours = got.as_dict();
  ASSERT_TRUE(theirs && ours) << where;
  EXPECT_EQ(theirs->size(), ours->size()) << where;
  for (const auto& [key, value] : *theirs) {
    const auto* other = got.find(*key.as_string());
    ASSERT_NE(other, nullptr) << where << " " << *key.as_string();
    if (*key.as_string() == "iters:0") {
      EXPECT_EQ(value.as_int() ? double(*value.as_int()) : value.numbers()->front(), other->numbers()->front())
          << where;
      ASSERT_TRUE(other->as_array());
      EXPECT_EQ(other->as_array()->dtype, "i8");
      EXPECT_TRUE(other->as_array()->shape.empty());
    } else {
      ASSERT_TRUE(other->as_array()) << where << " " << *key.as_string();
      EXPECT_EQ(other->as_array()->fortran, false);
      EXPECT_TRUE(*value.as_array() == *other->as_array()) << where << " " << *key.as_string();
    }
  }
}

// Import, save as ours, load, export.
Result<DflWritten> through_ours(const fs::path& from, const fs::path& scratch, const std::string& name) {
  TRY(const auto model, read_dfl_model(from, name));
  TRY(auto folder, ModelFolder::create(scratch / "ours", model.description));
  Generation g{model.generation.iteration, model.generation.batches, 0, {}, {}, model.generation.losses};
  for (const auto& [key, tensor] : model.generation.weights) g.weights.push_back({key, tensor});
  for (const auto& [key, tensor] : model.generation.optimizer) g.optimizer.push_back({key, tensor});
  TRY_VOID(folder.save(g));
  TRY(const auto again, ModelFolder::open(scratch / "ours"));
  std::vector<std::string> warnings;
  TRY(const auto loaded, again.load(true, warnings));
  DflTarget target{scratch / "back", model.name};
  target.other_options = model.other_options;
  return write_dfl_model(again.description(), *loaded, target);
}

void expect_round_trip(FakeModel& fake, const std::string& class_name) {
  const ScratchFolder scratch;
  fake.write(scratch.path / "dfl", "mic");
  const auto written = through_ours(scratch.path / "dfl", scratch.path, "");
  ASSERT_TRUE(written) << to_sentence(written.error());
  EXPECT_EQ(written->name, "mic_" + class_name);
  std::set<std::string> names;
  for (const auto& file : written->files) names.insert(file.filename().string());
  for (const auto& [rest, value] : fake.files) {
    const auto name = fmt::format("mic_{}_{}", class_name, rest);
    EXPECT_TRUE(names.contains(name)) << name;
    const auto got = pickle::read_file(scratch.path / "back" / name);
    ASSERT_TRUE(got) << to_sentence(got.error());
    if (rest != "data.dat") {
      expect_same(value, *got, name);
      continue;
    }
    EXPECT_EQ(*got->find("iter"), Value(1234));
    EXPECT_TRUE(*got->find("loss_history") == fake.losses);
    for (const auto& [key, option] : *fake.options.as_dict())
      EXPECT_TRUE(*got->find("options")->find(*key.as_string()) == option) << *key.as_string();
  }
  EXPECT_EQ(names.size(), fake.files.size() + 1);  // and the summary
}

TEST(Dfl, RoundTripDfWithDiscriminators) {
  auto d = small(ModelClass::saehd);
  d.shared.gan_power = 0.1;
  d.shared.gan_patch_size = 8;
  d.saehd.true_face_power = 0.01;
  FakeModel fake(d, true);
  EXPECT_TRUE(fake.files.contains("GAN.npy") && fake.files.contains("GAN_opt.npy"));
  EXPECT_TRUE(fake.files.contains("code_discriminator.npy") && fake.files.contains("D_code_opt.npy"));
  EXPECT_TRUE(fake.files["GAN_opt.npy"].find("vs_D_src/upconvs_0/weight_0:0"));
  expect_round_trip(fake, "SAEHD");
}

TEST(Dfl, RoundTripEveryArchitecture) {
  for (const char* archi : {"df", "df-t", "df-udtc", "liae", "liae-ud", "liae-udt"}) {
    SCOPED_TRACE(archi);
    FakeModel fake(small(ModelClass::saehd, archi), false);
    expect_round_trip(fake, "SAEHD");
  }
}

TEST(Dfl, RoundTripRmsprop) {
  auto d = small(ModelClass::saehd, "liae-ud");
  d.saehd.optimizer = OptimizerChoice::rmsprop;
  FakeModel fake(d, false);
  EXPECT_TRUE(fake.files["src_dst_opt.npy"].find("acc_inter_AB/dense1/weight_0:0"));
  expect_round_trip(fake, "SAEHD");
}

TEST(Dfl, RoundTripAmpWithGan) {
  auto d = small(ModelClass::amp);
  d.shared.gan_power = 0.2;
  d.shared.gan_patch_size = 16;
  d.amp.inter_dims = 32;
  FakeModel fake(d, true);
  EXPECT_TRUE(fake.files["GAN_opt.npy"].find("ms_GAN/in_conv/weight_0:0"));
  EXPECT_FALSE(fake.files["src_dst_opt.npy"].find("ms_inter_src/dense2/weight_0:0"));
  expect_round_trip(fake, "AMP");
}

TEST(Dfl, RoundTripQuick96) {
  ModelDescription d;
  d.model_class = ModelClass::quick96;
  FakeModel fake(d, false);
  fake.files.erase("src_dst_opt.npy");
  expect_round_trip(fake, "Quick96");
}

// The numbers of tensors and parameters that the specification counts (spec 10).
TEST(Dfl, LayoutHasTheSpecificationsCounts) {
  ModelDescription d;
  d.model_class = ModelClass::quick96;
  const auto layout = *dfl_layout(*spec_of(d));
  auto numbers = [](const DflPart& part) {
    std::int64_t sum = 0;
    for (const auto& t : part.tensors) {
      std::int64_t n = 1;
      for (const auto extent : t.shape) n *= extent;
      sum += n;
    }
    return sum;
  };
  ASSERT_EQ(layout.parts.size(), 4u);
  EXPECT_EQ(layout.parts[0].tensors.size(), 8u);
  EXPECT_EQ(numbers(layout.parts[0]), 4306560);
  EXPECT_EQ(numbers(layout.parts[1]), 3098368);
  EXPECT_EQ(layout.parts[3].tensors.size(), 36u);
  EXPECT_EQ(numbers(layout.parts[3]), 15444701);
}

TEST(Dfl, ExportKeepsAnExistingModelUnlessToldOtherwise) {
  const ScratchFolder scratch;
  FakeModel fake(small(ModelClass::saehd), false);
  fake.write(scratch.path, "my_model");
  const auto model = *read_dfl_model(scratch.path, "");
  EXPECT_EQ(model.name, "my_model");
  DflTarget target{scratch.path / "out", "my_model"};
  auto written = write_dfl_model(model.description, model.generation, target);
  ASSERT_TRUE(written) << to_sentence(written.error());
  EXPECT_TRUE(fs::exists(scratch.path / "out" / "my model_SAEHD_data.dat"));  // names end at an underscore there
  EXPECT_FALSE(write_dfl_model(model.description, model.generation, target));
  target.replace = true;
  EXPECT_TRUE(write_dfl_model(model.description, model.generation, target));
}

// What is there is worth more than an export that cannot be written.
TEST(Dfl, ExportThatFailsLeavesTheOneBeforeAlone) {
  const ScratchFolder scratch;
  FakeModel fake(small(ModelClass::saehd), true);
  fake.write(scratch.path, "mic");
  auto model = *read_dfl_model(scratch.path, "");
  DflTarget target{scratch.path / "out", "mic"};
  const auto written = write_dfl_model(model.description, model.generation, target);
  ASSERT_TRUE(written) << to_sentence(written.error());
  std::map<fs::path, std::string> before;
  for (const auto& file : written->files) before.emplace(file, *read_text(file));
  target.replace = true;
  model.generation.iteration += 1;
  model.generation.weights.erase("decoder_dst/out_conv/weight");
  for (auto& [name, tensor] : model.generation.weights) tensor = tensor + 1;
  EXPECT_FALSE(write_dfl_model(model.description, model.generation, target));
  for (const auto& [file, text] : before) EXPECT_EQ(*read_text(file), text) << file;
  // Of an earlier one that had an optimiser nothing is left beside one that has none.
  model = *read_dfl_model(scratch.path, "");
  model.generation.optimizer.clear();
  ASSERT_TRUE(write_dfl_model(model.description, model.generation, target));
  EXPECT_FALSE(fs::exists(scratch.path / "out" / "mic_SAEHD_src_dst_opt.npy"));
  EXPECT_TRUE(read_dfl_model(scratch.path / "out", "mic"));
}

// What only begins with its name, and was made here too, is another export's: the .dfm of the same model.
TEST(Dfl, ExportReplacesTheFilesOfAModelAlone) {
  const ScratchFolder scratch;
  FakeModel df(small(ModelClass::saehd), true), liae(small(ModelClass::saehd, "liae-ud"), false);
  df.write(scratch.path / "df", "mic");
  liae.write(scratch.path / "liae", "mic");
  DflTarget target{scratch.path / "out", "mic"};
  const auto dfm = target.folder / "mic_SAEHD_model.dfm", other = target.folder / "mic_SAEHD_history.txt";
  ASSERT_TRUE(write_over_ours(dfm, "hours of work", {}));
  ASSERT_TRUE(write_text(other, "somebody's"));
  for (const char* from : {"df", "liae"}) {
    const auto model = read_dfl_model(scratch.path / from, "");
    ASSERT_TRUE(model) << to_sentence(model.error());
    const auto written = write_dfl_model(model->description, model->generation, target);
    ASSERT_TRUE(written) << to_sentence(written.error());
    EXPECT_EQ(read_text(dfm).value_or("gone"), "hours of work");
    EXPECT_EQ(read_text(other).value_or("gone"), "somebody's");
    target.replace = true;
  }
  for (const char* of_df : {"inter.npy", "decoder_src.npy", "decoder_dst.npy", "code_discriminator.npy", "GAN.npy",
                            "D_code_opt.npy", "GAN_opt.npy"})
    EXPECT_FALSE(fs::exists(target.folder / fmt::format("mic_SAEHD_{}", of_df))) << of_df;
  EXPECT_TRUE(read_dfl_model(target.folder, "mic"));
}

TEST(Dfl, NamesTheFilesOfEveryModel) {
  const auto known = [](const std::string& name) {
    return std::ranges::find(dfl_file_names, name) != dfl_file_names.end();
  };
  for (const auto model_class : {ModelClass::saehd, ModelClass::amp, ModelClass::quick96}) {
    for (const char* archi : {"df", "liae"}) {
      const auto layout = dfl_layout(*spec_of(small(model_class, archi)));
      ASSERT_TRUE(layout);
      for (const auto& part : layout->parts) EXPECT_TRUE(known(part.file + ".npy")) << part.file;
      for (const auto& optimizer : layout->optimizers()) EXPECT_TRUE(known(optimizer.file + ".npy")) << optimizer.file;
    }
  }
}

TEST(Dfl, ExportTakesTheAverageUnlessToldOtherwise) {
  const ScratchFolder scratch;
  FakeModel fake(small(ModelClass::saehd), false);
  fake.write(scratch.path, "mic");
  auto model = *read_dfl_model(scratch.path, "");
  const std::string name = "encoder/down1/downs_0/conv1/bias";
  model.generation.weights["ema:" + name] = model.generation.weights[name] + 1;
  DflTarget target{scratch.path / "out", "mic"};
  ASSERT_TRUE(write_dfl_model(model.description, model.generation, target));
  auto bias = [&] { return read_dfl_weights(scratch.path / "out" / "mic_SAEHD_encoder.npy", "encoder")->at(name); };
  EXPECT_TRUE(torch::equal(bias(), model.generation.weights["ema:" + name]));
  target.averaged = false;
  target.replace = true;
  ASSERT_TRUE(write_dfl_model(model.description, model.generation, target));
  EXPECT_TRUE(torch::equal(bias(), model.generation.weights[name]));
}

fs::path reference_models() {
  const char* reference = std::getenv("UNDERSTUDY_REFERENCE");
  return fs::path(reference ? reference : "../shared/reference") / "dfl" / "models";
}

// The reference models, file by file (they lie outside the repository; UNDERSTUDY_REFERENCE names their folder).
TEST(RealDfl, ModelsComeBackBitEqual) {
  if (!fs::exists(reference_models())) GTEST_SKIP() << "there is no " << reference_models();
  int tensors = 0;
  for (const auto& entry : fs::directory_iterator(reference_models())) {
    SCOPED_TRACE(entry.path().filename().string());
    const ScratchFolder scratch;
    const auto written = through_ours(entry.path() / "model", scratch.path, "");
    ASSERT_TRUE(written) << to_sentence(written.error());
    for (const auto& file : fs::directory_iterator(entry.path() / "model")) {
      const auto name = file.path().filename().string();
      const auto ours = scratch.path / "back" / name;
      if (file.path().extension() == ".npy") {
        const auto wanted = *pickle::read_file(file.path());
        expect_same(wanted, *pickle::read_file(ours), name);
        tensors += static_cast<int>(wanted.as_dict()->size());
      } else if (name.ends_with("_data.dat")) {
        const auto wanted = *pickle::read_file(file.path()), got = *pickle::read_file(ours);
        EXPECT_TRUE(*wanted.find("iter") == *got.find("iter"));
        EXPECT_TRUE(*wanted.find("loss_history") == *got.find("loss_history"));
        for (const auto& [key, value] : *wanted.find("options")->as_dict()) {
          const auto* option = got.find("options")->find(*key.as_string());
          ASSERT_NE(option, nullptr) << *key.as_string();
          EXPECT_EQ(python_text(value), python_text(*option)) << *key.as_string();
        }
      }
    }
  }
  EXPECT_GT(tensors, 700);
}

// The frame of the summary against the original's own, for the model whose options are in its usual order.
TEST(RealDfl, SummaryIsTheOriginals) {
  const auto from = reference_models() / "saehd_tiny_df_ud" / "model";
  if (!fs::exists(from)) GTEST_SKIP() << "there is no " << from;
  const ScratchFolder scratch;
  ASSERT_TRUE(through_ours(from, scratch.path, ""));
  EXPECT_EQ(*read_text(scratch.path / "back" / "tiny_SAEHD_summary.txt"), *read_text(from / "tiny_SAEHD_summary.txt"));
}

constexpr const char* plain_python = R"PY(
import pathlib, pickle, sys
import numpy as np
tensors = 0
for path in pathlib.Path(sys.argv[1]).iterdir():
    if path.suffix not in (".npy", ".dat"):
        continue
    raw = path.read_bytes()
    assert raw[:2] == b"\x80\x04", path
    held = pickle.loads(raw)
    assert type(held) is dict, path
    if path.suffix == ".dat":
        assert list(held) == ["iter", "options", "loss_history", "sample_for_preview", "choosed_gpu_indexes"], list(held)
        assert type(held["iter"]) is int and held["iter"] == 1234
        assert {type(v) for v in held["options"].values()} <= {bool, int, float, str}, held["options"]
        assert held["options"]["gan_power"] == 0.1 and held["options"]["adabelief"] is True
        assert held["loss_history"] == [[4.013611793518066, 4.152010917663574], [3.5, 3.25]]
        continue
    for key, value in held.items():
        assert key.endswith(":0"), key
        if key == "iters:0":
            assert value.dtype == np.int64 and value.shape == () and int(value.reshape(())) == 4321
            continue
        assert type(value) is np.ndarray and value.dtype == np.float32 and value.flags.c_contiguous, key
        tensors += 1
weight = pickle.load(open(pathlib.Path(sys.argv[1]) / "mic_SAEHD_encoder.npy", "rb"))["down1/downs_0/conv1/weight:0"]
assert weight.shape == (5, 5, 3, 4), weight.shape
up = pickle.load(open(pathlib.Path(sys.argv[1]) / "mic_SAEHD_GAN.npy", "rb"))["upconvs_1/weight:0"]
assert up.shape == (3, 3, 4, 16), up.shape
assert tensors > 300, tensors
)PY";

TEST(Dfl, PlainPythonReadsTheExport) {
  const char* chosen = std::getenv("UNDERSTUDY_PYTHON");
  const std::string python = chosen ? chosen : "python3";
  if (std::system((python + " -c 'import numpy' >/dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << python << " with numpy is not here (UNDERSTUDY_PYTHON may name one)";
  auto d = small(ModelClass::saehd);
  d.shared.gan_power = 0.1;
  d.shared.gan_patch_size = 8;
  d.saehd.true_face_power = 0.01;
  const ScratchFolder scratch;
  FakeModel fake(d, true);
  fake.write(scratch.path / "dfl", "mic");
  ASSERT_TRUE(through_ours(scratch.path / "dfl", scratch.path, ""));
  ASSERT_TRUE(write_text(scratch.path / "read.py", plain_python));
  EXPECT_EQ(
      std::system(fmt::format("{} {} {}", python, (scratch.path / "read.py").string(), (scratch.path / "back").string())
                      .c_str()),
      0);
}

}  // namespace
}  // namespace understudy
