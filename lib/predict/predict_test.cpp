// SPDX-License-Identifier: Apache-2.0
// Model files made by hand: what is read of them, what is refused, and what comes out of the network.
#include <gtest/gtest.h>

#include "lib/base/protobuf.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/predict/file_predictor.hpp"
#include "lib/predict/onnx_header.hpp"
#include "lib/predict/raw_predictor.hpp"

namespace understudy {
namespace {

using protobuf::Message;

struct FileShape {
  std::vector<std::int64_t> face{-1, 16, 16, 3};  // -1 is open
  bool morph = false;
  std::string tail = ":0";  // behind the names
  std::string face_output = "out_celeb_face", mask_output = "out_celeb_face_mask", dst_output = "out_face_mask";
  std::vector<std::pair<std::string, std::string>> remarks;
};

Message value(const std::string& name, const std::vector<std::int64_t>& sides) {
  Message shape;
  for (const auto side : sides) {
    Message dim;
    side < 0 ? dim.text(2, "N") : dim.varint(1, static_cast<std::uint64_t>(side));
    shape.message(1, dim);
  }
  return Message().text(1, name).message(2, Message().message(1, Message().varint(1, 1).message(2, shape)));
}

Message node(const std::string& type, const std::vector<std::string>& in, const std::string& out,
             const std::vector<Message>& attributes = {}) {
  Message made;
  for (const auto& name : in) made.text(1, name);
  made.text(2, out).text(4, type);
  for (const auto& a : attributes) made.message(5, a);
  return made;
}

// The face times the morph (or as it is) as the swapped face; the mean of its channels as both masks.
std::string model_file(const FileShape& is) {
  const std::string in = "in_face" + is.tail, face = is.face_output + is.tail, mask = is.mask_output + is.tail,
                    dst = is.dst_output + is.tail;
  const std::vector<Message> mean{Message().text(1, "axes").varint(8, 3).varint(20, 7),
                                  Message().text(1, "keepdims").varint(3, 1).varint(20, 2)};
  Message graph;
  graph.message(1, is.morph ? node("Mul", {in, "morph_value" + is.tail}, face) : node("Identity", {in}, face));
  graph.message(1, node("ReduceMean", {in}, dst, mean));
  graph.message(1, node("ReduceMean", {face}, mask, mean));
  graph.text(2, "by hand");
  graph.message(11, value(in, is.face));
  if (is.morph) graph.message(11, value("morph_value" + is.tail, {1}));
  auto one = is.face;
  one.back() = 1;
  graph.message(12, value(dst, one)).message(12, value(face, is.face)).message(12, value(mask, one));
  Message model;
  model.varint(1, 7).text(2, "a test").message(7, graph).message(8, Message().text(1, "").varint(2, 12));
  for (const auto& [key, text] : is.remarks) model.message(14, Message().text(1, key).text(2, text));
  return model.bytes();
}

class ModelFile : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Predictor>> open(const FileShape& is, const ModelFileOptions& options = {.threads = 1}) {
    EXPECT_TRUE(write_text(path_, model_file(is)));
    return open_model_file(path_, options);
  }
  const ScratchFolder scratch_;
  const fs::path path_ = scratch_.path / "m\xe9.dfm";
};

ImageF face_of(float blue) {
  ImageF face(16, 16, 3);
  for (std::size_t i = 0; i < face.data.size(); i += 3) {
    face.data[i] = blue;
    face.data[i + 1] = 0.25f;
    face.data[i + 2] = static_cast<float>(i) / static_cast<float>(face.data.size());
  }
  return face;
}

TEST_F(ModelFile, SaysWhatItIs) {
  ASSERT_TRUE(write_text(path_, model_file({.morph = true, .remarks = {{"face_type", "head"}, {"iteration", "12"}}})));
  const auto header = read_onnx_header(path_);
  ASSERT_TRUE(header) << to_sentence(header.error());
  EXPECT_EQ(header->producer, "a test");
  ASSERT_EQ(header->inputs.size(), 2u);
  EXPECT_EQ(header->inputs[0].name, "in_face:0");
  EXPECT_EQ(header->inputs[0].shape, (std::vector<std::int64_t>{-1, 16, 16, 3}));
  EXPECT_EQ(header->inputs[1].shape, (std::vector<std::int64_t>{1}));
  ASSERT_EQ(header->outputs.size(), 3u);
  EXPECT_EQ(header->outputs[0].name, "out_face_mask:0");
  EXPECT_EQ(header->remarks.at("face_type"), "head");
  const auto predictor = open_model_file(path_, {.threads = 1});
  ASSERT_TRUE(predictor) << to_sentence(predictor.error());
  EXPECT_EQ((*predictor)->resolution(), 16);
  EXPECT_EQ((*predictor)->face_type(), FaceType::head);
  EXPECT_EQ((*predictor)->iteration(), 12);
  EXPECT_TRUE((*predictor)->morphs());
}

TEST_F(ModelFile, PredictsFaceAfterFace) {
  for (const char* tail : {":0", ""}) {
    const auto predictor = open({.tail = tail});
    ASSERT_TRUE(predictor) << to_sentence(predictor.error());
    EXPECT_FALSE((*predictor)->morphs());
    const std::vector<ImageF> faces{face_of(0.5f), face_of(1.0f)};
    const auto made = (*predictor)->predict(faces, 1);
    ASSERT_TRUE(made) << to_sentence(made.error());
    ASSERT_EQ(made->size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ((*made)[i].bgr.data, faces[i].data);
      EXPECT_EQ((*made)[i].mask.channels, 1);
      const auto& d = faces[i].data;
      EXPECT_NEAR((*made)[i].mask_dst.data[7], (d[21] + d[22] + d[23]) / 3, 1e-6);
    }
  }
}

TEST_F(ModelFile, TheMorphIsAnInput) {
  const auto predictor = open({.morph = true});
  ASSERT_TRUE(predictor) << to_sentence(predictor.error());
  const std::vector<ImageF> faces{face_of(0.5f)};
  const auto half = (*predictor)->predict(faces, 0.5), none = (*predictor)->predict(faces, -3);
  ASSERT_TRUE(half && none);
  EXPECT_FLOAT_EQ((*half)[0].bgr.data[0], 0.25f);
  EXPECT_FLOAT_EQ((*none)[0].bgr.data[0], 0);
  EXPECT_FLOAT_EQ((*half)[0].mask_dst.data[0], (0.5f + 0.25f) / 3);
  EXPECT_FLOAT_EQ((*half)[0].mask.data[0], (0.25f + 0.125f) / 3);
}

TEST_F(ModelFile, WhatIsNoNumberIsNoPicture) {
  const auto predictor = open({.morph = true});
  ASSERT_TRUE(predictor);
  ImageF face = face_of(0.5f);
  face.data[0] = std::numeric_limits<float>::infinity();
  EXPECT_EQ((*predictor)->predict({&face, 1}, 1).error().code, Code::bad_file);
}

// DeepFaceLive, FaceFusion and VisoMaster read the outputs by their order.
TEST_F(ModelFile, OutputsOfOtherNamesCountByTheirOrder) {
  const auto predictor = open({.face_output = "face", .mask_output = "mask", .dst_output = "mask of dst"});
  ASSERT_TRUE(predictor) << to_sentence(predictor.error());
  const std::vector<ImageF> faces{face_of(0.5f)};
  const auto made = (*predictor)->predict(faces, 1);
  ASSERT_TRUE(made) << to_sentence(made.error());
  EXPECT_EQ((*made)[0].bgr.data, faces[0].data);
}

TEST_F(ModelFile, WhatItDoesNotTellIsAsked) {
  EXPECT_EQ((*open({}))->face_type(), FaceType::whole);
  EXPECT_EQ((*open({}, {.threads = 1, .guess = FaceType::full}))->face_type(), FaceType::full);
  EXPECT_EQ((*open({}, {.threads = 1, .face_type = FaceType::half, .guess = FaceType::full}))->face_type(),
            FaceType::half);
  const FileShape told{.remarks = {{"face_type", "whole_face"}}};
  EXPECT_EQ((*open(told, {.threads = 1, .guess = FaceType::full}))->face_type(), FaceType::whole);
  EXPECT_EQ(open(told, {.threads = 1, .face_type = FaceType::full}).error().code, Code::bad_option);
  const FileShape open_sides{.face = {-1, -1, -1, 3}};
  EXPECT_EQ(open(open_sides).error().code, Code::bad_option);
  const auto asked = open(open_sides, {.threads = 1, .resolution = 32});
  ASSERT_TRUE(asked) << to_sentence(asked.error());
  EXPECT_EQ((*asked)->resolution(), 32);
  EXPECT_EQ(open({}, {.threads = 1, .resolution = 32}).error().code, Code::bad_option);
  EXPECT_TRUE(open({}, {.threads = 1, .resolution = 16}));
}

TEST_F(ModelFile, OthersAreRefused) {
  EXPECT_EQ(open_model_file(scratch_.path / "none.dfm", {}).error().code, Code::not_found);
  EXPECT_EQ(open_model_file(scratch_.path, {}).error().code, Code::not_found);
  for (const FileShape& is :
       {FileShape{.face = {-1, 3, 16, 16}}, FileShape{.face = {-1, 16, 24, 3}}, FileShape{.face = {16, 16, 3}},
        FileShape{.face = {-1, 16, 16, 4}}, FileShape{.face = {-1, 100000, 100000, 3}}, FileShape{.tail = ":1"}}) {
    const auto refused = open(is);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::bad_file);
    EXPECT_NE(refused.error().message.find(path_.string()), std::string::npos);
  }
  const auto whole = model_file({});
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    ASSERT_TRUE(write_text(path_, whole.substr(0, length)));
    EXPECT_FALSE(open_model_file(path_, {.threads = 1})) << length;
  }
}

TEST(RawPredictor, GivesTheFaceBack) {
  const auto predictor = raw_predictor(FaceType::full, 16);
  const std::vector<ImageF> faces{face_of(0.1f)};
  const auto made = predictor->predict(faces, 1);
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)[0].bgr.data, faces[0].data);
  EXPECT_EQ((*made)[0].mask.data, std::vector<float>(256, 1.0f));
  EXPECT_EQ(predictor->face_type(), FaceType::full);
  EXPECT_EQ(predictor->resolution(), 16);
}

}  // namespace
}  // namespace understudy
