// SPDX-License-Identifier: Apache-2.0
// An exported file, run by another library, gives what our own forward pass gives.
#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/predict/file_predictor.hpp"
#include "lib/predict/onnx_header.hpp"
#include "lib/training/dfl_import.hpp"
#include "lib/training/dfm_export.hpp"
#include "lib/training/dfm_fake.hpp"

namespace understudy::dfm_files {
namespace {

constexpr double limit_fp32 = 1e-4, limit_fp16 = 5e-3;

std::vector<ImageF> faces(int count, int side) {
  std::vector<ImageF> all;
  for (int i = 0; i < count; ++i) all.push_back(to_image(torch::rand({1, 3, side, side}), 0));
  return all;
}

double furthest(const ImageF& image, const Tensor& wanted, int index) {
  double most = 0;
  const ImageF ours = to_image(wanted, index);
  EXPECT_EQ(ours.data.size(), image.data.size());
  for (std::size_t i = 0; i < image.data.size(); ++i)
    most = std::max<double>(most, std::abs(image.data[i] - ours.data[i]));
  return most;
}

// How far the file's pictures are from the net's, over two faces.
double difference(const MadeModel& made, Predictor& file, double morph) {
  const auto in = faces(2, file.resolution());
  const auto got = file.predict(in, morph);
  EXPECT_TRUE(got) << to_sentence(got.error());
  const auto wanted = made.net->predict(to_tensor(in), morph);
  EXPECT_GT(wanted.bgr.std().item<float>(), 0.02) << "a picture that says something";
  EXPECT_GT((wanted.mask - wanted.mask_dst).abs().max().item<float>(), 0.01) << "two masks";
  double most = 0;
  for (int i = 0; i < 2; ++i) {
    const auto& face = (*got)[static_cast<std::size_t>(i)];
    most = std::max({most, furthest(face.bgr, wanted.bgr, i), furthest(face.mask, wanted.mask, i),
                     furthest(face.mask_dst, wanted.mask_dst, i)});
  }
  return most;
}

void expect_same(const ModelDescription& description, const std::vector<double>& morphs) {
  const MadeModel made(description);
  const ScratchFolder scratch;
  for (const bool quantised : {false, true}) {
    const auto file = scratch.path / "m.dfm";
    const auto written = write_dfm(description, made.generation, {.file = file, .quantised = quantised});
    ASSERT_TRUE(written) << to_sentence(written.error());
    EXPECT_EQ(written->bytes, fs::file_size(file));
    EXPECT_EQ(written->tensors, made.parameters.all().size());
    const auto opened = open_model_file(file, {.threads = 1});
    ASSERT_TRUE(opened) << to_sentence(opened.error());
    EXPECT_EQ((*opened)->face_type(), face_type_of(description.face_type()));
    EXPECT_EQ((*opened)->iteration(), 7);
    EXPECT_EQ((*opened)->morphs(), description.model_class == ModelClass::amp);
    for (const double morph : morphs) {
      const double most = difference(made, **opened, morph);
      EXPECT_LE(most, quantised ? limit_fp16 : limit_fp32) << (quantised ? "float16" : "float32") << " morph " << morph;
      EXPECT_TRUE(!quantised || most > 1e-6) << "float16 rounds";
    }
  }
}

TEST(Dfm, EveryArchitectureIsTheSameThere) {
  for (const auto& archi : every_archi()) {
    SCOPED_TRACE(archi);
    expect_same(tiny(ModelClass::saehd, archi.c_str()), {1});
  }
}

TEST(Dfm, AmpMorphsAsHere) { expect_same(tiny(ModelClass::amp), {0.33, 0.5, 1}); }

TEST(Dfm, Quick96IsASaehd) { expect_same(tiny(ModelClass::quick96), {1}); }

TEST(Dfm, HasTheContractsNamesAndShapes) {
  const ScratchFolder scratch;
  const auto description = tiny(ModelClass::amp);
  const MadeModel made(description);
  const auto file = scratch.path / dfm_name("two words", ModelClass::amp);
  EXPECT_EQ(file.filename().string(), "two words_AMP_model.dfm");
  ASSERT_TRUE(write_dfm(description, made.generation, {.file = file}));
  const auto header = read_onnx_header(file);
  ASSERT_TRUE(header) << to_sentence(header.error());
  std::string text;
  for (const auto* tensors : {&header->inputs, &header->outputs}) {
    for (const auto& t : *tensors) text += fmt::format("{} [{}]\n", t.name, fmt::join(t.shape, ","));
  }
  EXPECT_EQ(text,
            "in_face:0 [-1,64,64,3]\nmorph_value:0 [1]\nout_face_mask:0 [-1,64,64,1]\nout_celeb_face:0 [-1,64,64,3]\n"
            "out_celeb_face_mask:0 [-1,64,64,1]\n");
  EXPECT_EQ(header->producer, "understudy");
  EXPECT_EQ(header->remarks.at("face_type"), "whole_face");
}

TEST(Dfm, QuantisedIsHalfTheSize) {
  for (const auto model_class : {ModelClass::saehd, ModelClass::amp}) {
    auto description = tiny(model_class);
    description.shared.ae_dims = description.amp.inter_dims = 64;
    description.shared.e_dims = description.shared.d_dims = 32;
    description.shared.d_mask_dims = 16;
    const MadeModel made(description);
    const ScratchFolder scratch;
    const auto full = write_dfm(description, made.generation, {.file = scratch.path / "full"});
    const auto half = write_dfm(description, made.generation, {.file = scratch.path / "half", .quantised = true});
    ASSERT_TRUE(full && half);
    EXPECT_LE(static_cast<double>(half->bytes), 0.51 * static_cast<double>(full->bytes));
  }
}

TEST(Dfm, TakesTheMeanOfTheWeights) {
  const auto description = tiny(ModelClass::saehd);
  MadeModel made(description);
  const ScratchFolder scratch;
  const auto file = scratch.path / "m.dfm";
  const std::string name = "decoder_src/out_conv/bias";
  made.generation.weights["ema:" + name] = torch::full({3}, 5.0f);
  for (const bool averaged : {true, false}) {
    ASSERT_TRUE(write_dfm(description, made.generation, {.file = file, .averaged = averaged}));
    const auto opened = open_model_file(file, {.threads = 1});
    ASSERT_TRUE(opened);
    const auto got = (*opened)->predict(faces(1, 64), 1);
    ASSERT_TRUE(got);
    EXPECT_EQ((*got)[0].bgr.data[0] > 0.9f, averaged) << (*got)[0].bgr.data[0];
  }
}

TEST(Dfm, RefusesWhatItCannotWrite) {
  const auto description = tiny(ModelClass::saehd);
  MadeModel made(description);
  const ScratchFolder scratch;
  const DfmTarget target{.file = scratch.path / "m.dfm", .quantised = true};
  made.generation.weights["decoder_src/out_conv/bias"] = torch::full({3}, 1e6f);
  EXPECT_EQ(write_dfm(description, made.generation, target).error().code, Code::bad_option);
  made.generation.weights.erase("decoder_src/out_conv/bias");
  const auto refused = write_dfm(description, made.generation, target);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_file);
  EXPECT_NE(refused.error().message.find("decoder_src/out_conv/bias"), std::string::npos);
  EXPECT_FALSE(fs::exists(target.file));
}

fs::path reference_models() { return "../shared/reference/dfl/models"; }

// The files that DeepFaceLab exported: ours of the same models declare the same and give the same pictures.
TEST(RealDfm, IsTheOriginals) {
  int files = 0;
  for (const char* name : {"micro_liae_ud_step/model/mic_SAEHD_model.dfm", "amp_micro/model/mic_AMP_model.dfm"}) {
    SCOPED_TRACE(name);
    const auto theirs_file = reference_models() / name;
    if (!fs::exists(theirs_file)) GTEST_SKIP() << "there is no " << theirs_file;
    const auto model = read_dfl_model(theirs_file.parent_path(), "");
    ASSERT_TRUE(model) << to_sentence(model.error());
    const ScratchFolder scratch;
    const auto ours_file = scratch.path / "ours.dfm";
    ASSERT_TRUE(write_dfm(model->description, model->generation, {.file = ours_file}));
    const auto theirs = read_onnx_header(theirs_file), ours = read_onnx_header(ours_file);
    ASSERT_TRUE(theirs && ours);
    auto same = [](const auto& a, const auto& b) { return a.name == b.name && a.shape == b.shape; };
    EXPECT_TRUE(std::ranges::equal(theirs->inputs, ours->inputs, same));
    EXPECT_TRUE(std::ranges::equal(theirs->outputs, ours->outputs, same));
    const auto a = open_model_file(theirs_file, {.threads = 1}), b = open_model_file(ours_file, {.threads = 1});
    ASSERT_TRUE(a) << to_sentence(a.error());
    ASSERT_TRUE(b) << to_sentence(b.error());
    EXPECT_EQ((*a)->face_type(), FaceType::whole) << "as guessed: the original does not tell";
    for (const double morph : {0.0, 0.5, 1.0}) {
      const auto in = faces(1, (*a)->resolution());
      const auto from_theirs = (*a)->predict(in, morph), from_ours = (*b)->predict(in, morph);
      ASSERT_TRUE(from_theirs) << to_sentence(from_theirs.error());
      ASSERT_TRUE(from_ours) << to_sentence(from_ours.error());
      double most = 0;
      for (const auto picture : {&PredictedFace::bgr, &PredictedFace::mask, &PredictedFace::mask_dst}) {
        const auto &x = (*from_theirs)[0].*picture, &y = (*from_ours)[0].*picture;
        for (std::size_t i = 0; i < x.data.size(); ++i) most = std::max<double>(most, std::abs(x.data[i] - y.data[i]));
      }
      EXPECT_LE(most, 1e-5) << morph;
    }
    ++files;
  }
  EXPECT_EQ(files, 2);
}

}  // namespace
}  // namespace understudy::dfm_files
