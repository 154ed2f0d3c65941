// SPDX-License-Identifier: Apache-2.0
// XSeg as it is learned, saved, brought in and out: on bright discs in front of dark ones, which a few steps tell
// apart.
#include "lib/xseg/xseg_learner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "lib/base/folder_events.hpp"
#include "lib/base/full_disk.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/masks.hpp"
#include "lib/image/convert.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/loop.hpp"
#include "lib/xseg/mask_view.hpp"
#include "lib/xseg/xseg_dfl.hpp"
#include "lib/xseg/xseg_masker.hpp"
#include "lib/xseg/xseg_onnx.hpp"

namespace understudy {
namespace {

std::vector<Point> disc(double x, double y, double radius) {
  std::vector<Point> points;
  for (int i = 0; i < 24; ++i) {
    const double angle = i * 2 * 3.14159265358979 / 24;
    points.push_back({x + radius * std::cos(angle), y + radius * std::sin(angle)});
  }
  return points;
}

void write_discs(const fs::path& folder, int count) {
  fs::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    FaceInfo info;
    info.face_type = FaceType::whole;
    for (std::size_t k = 0; k < 68; ++k)
      info.landmarks[k] = {30 + 60 * canonical_landmarks[k].x, 30 + 60 * canonical_landmarks[k].y};
    info.polygons = {{Polygon::Kind::include, disc(50 + 3 * i, 64, 32)},
                     {Polygon::Kind::exclude, disc(50 + 3 * i, 70, 10)}};
    const ImageF mask = polygon_mask(128, 128, info.polygons);
    ImageU8 picture(128, 128, 3);
    for (std::size_t p = 0; p < picture.data.size(); ++p) picture.data[p] = mask.data[p / 3] > 0 ? 210 : 40;
    ASSERT_TRUE(write_face_jpeg(folder / fmt::format("{:05}_0.jpg", i + 1), picture, 95, info));
  }
}

class AnXseg : public testing::Test {
 protected:
  void SetUp() override {
    write_discs(folder_.path / "faces", 4);
    description_.options.batch_size = 2;
    description_.options.augment = false;
    description_.options.lr = 1e-3;
    description_.options.lr_dropout = false;
    description_.seed = 3;
  }
  std::unique_ptr<XsegLearner> learner() {
    const XsegSourceSettings settings{.batch_size = 2, .augment = false, .seed = 3, .threads = 1, .device = {}};
    auto faces = LabelledFaces::open({folder_.path / "faces"}, FaceType::whole);
    EXPECT_TRUE(faces);
    auto source = XsegSource::of_labels(*std::move(faces), settings);
    return std::make_unique<XsegLearner>(
        description_, Device{}, Precision::fp32, *std::move(source),
        onlookers_of(folder_.path / "faces", folder_.path / "none", FaceType::whole, 2));
  }
  // From here on it is a model that pretrains.
  std::unique_ptr<XsegLearner> pretrainer() {
    description_.options.pretrain = true;
    auto grey = XsegSource::of_grey({folder_.path / "faces"}, FaceType::whole,
                                    {.batch_size = 2, .seed = 3, .threads = 1, .device = {}});
    EXPECT_TRUE(grey) << to_sentence(grey.error());
    return std::make_unique<XsegLearner>(description_, Device{}, Precision::fp32, *std::move(grey), XsegOnlookers{});
  }
  Session session(XsegLearner& made) {
    auto store = ModelStore::exists(model_) ? ModelStore::open(model_, xseg_model_kind())
                                            : ModelStore::create(model_, xseg_model_kind(), to_json(description_));
    EXPECT_TRUE(store) << to_sentence(store.error());
    return Session(*std::move(store), made);
  }
  // What model.json says, whatever was saved.
  void describe_as_pretraining(bool pretrain) {
    auto store = *ModelStore::open(model_, xseg_model_kind());
    description_.options.pretrain = pretrain;
    store.intend(to_json(description_));
    ASSERT_TRUE(store.commit_description());
  }
  void save_after_one(XsegLearner& made) {
    Session training = session(made);
    ASSERT_TRUE(training.load(run_));
    ASSERT_TRUE(training.iterate(run_));
    ASSERT_TRUE(training.save(run_));
  }
  // What is saved of a model after one iteration.
  std::optional<LoadedGeneration> saved_after_one() {
    auto made = learner();
    Session training = session(*made);
    EXPECT_TRUE(training.load(run_) && training.iterate(run_) && training.save(run_));
    std::vector<std::string> warnings;
    return *training.store().load(true, warnings);
  }

  const ScratchFolder folder_;
  const fs::path model_ = folder_.path / "XSeg";
  XsegDescription description_;
  understudy::Run run_;
};

TEST_F(AnXseg, LearnsSavesGoesOnAndMasks) {
  auto first = learner();
  Session training = session(*first);
  ASSERT_TRUE(training.load(run_));
  ASSERT_TRUE(training.open_views(run_));
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(training.iterate(run_));
  ASSERT_TRUE(training.save(run_));
  const auto look = first->look(6, false);
  ASSERT_TRUE(look) << to_sentence(look.error());
  EXPECT_EQ(look->fixed.names, (std::vector<std::string>{"XSeg training faces", "XSeg src faces"}));
  EXPECT_EQ(look->fixed.draw({}, 0, {}, {}).size(), 2u);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(training.iterate(run_));

  auto second = learner();
  Session again = session(*second);
  ASSERT_TRUE(again.load(run_));
  EXPECT_EQ(again.iteration(), 6);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(again.iterate(run_));
  const auto a = first->weights(), b = second->weights();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_TRUE(torch::equal(a[i].tensor, b[i].tensor)) << a[i].name;
  EXPECT_LT(training.mean_of_last(0), 0.65);  // it began at ln 2

  std::vector<std::string> warnings;
  const auto masker = open_masker(model_, {.threads = 1, .gpu = false}, warnings);
  ASSERT_TRUE(masker) << to_sentence(masker.error());
  EXPECT_EQ((*masker)->face_type(), FaceType::whole);
  // What it says that it is: the generation that was opened, also where a newer one is damaged.
  const auto first_saved = read_list(model_)->back().weights;
  EXPECT_EQ((*masker)->content(), first_saved.checksum);
  ASSERT_TRUE(again.save(run_));
  const auto newest = read_list(model_)->back().weights;
  ASSERT_NE(newest.checksum, first_saved.checksum);
  EXPECT_EQ((*open_masker(model_, {.threads = 1, .gpu = false}, warnings))->content(), newest.checksum);
  ASSERT_TRUE(write_text(model_ / newest.name, "damaged"));
  EXPECT_EQ((*open_masker(model_, {.threads = 1, .gpu = false}, warnings))->content(), first_saved.checksum);
  const ImageF grey(256, 256, 3, 0.5f);
  const auto masks = (*masker)->masks(std::span(&grey, 1));
  ASSERT_TRUE(masks);
  EXPECT_EQ(masks->front().width, 256);
}

TEST_F(AnXseg, GoesToDeepFaceLabAndBack) {
  std::vector<std::string> warnings;
  const auto saved = saved_after_one();
  const auto written = write_dfl_xseg(description_, *saved, folder_.path / "dfl", false);
  ASSERT_TRUE(written) << to_sentence(written.error());
  EXPECT_EQ(written->size(), 3u);
  EXPECT_FALSE(write_dfl_xseg(description_, *saved, folder_.path / "dfl", false));
  const auto back = read_dfl_xseg(folder_.path / "dfl", true);
  ASSERT_TRUE(back) << to_sentence(back.error());
  EXPECT_EQ(back->face_type, FaceType::whole);
  EXPECT_EQ(back->iteration, 1);
  EXPECT_EQ(back->losses.size(), 1u);
  ASSERT_EQ(back->weights.size(), 222u);
  for (const auto& [name, tensor] : back->weights) EXPECT_TRUE(torch::equal(tensor, saved->weights.at(name))) << name;
  for (const auto& [name, tensor] : back->optimizer)
    EXPECT_TRUE(torch::equal(tensor, saved->optimizer.at(name))) << name;
  // Its folder masks at once.
  const auto masker = open_masker(folder_.path / "dfl", {.threads = 1, .gpu = false}, warnings);
  ASSERT_TRUE(masker) << to_sentence(masker.error());
  EXPECT_EQ((*masker)->content(), *file_checksum(folder_.path / "dfl" / "XSeg_256.npy"));
}

// Somebody's own network under DeepFaceLab's names: it makes way, and so does its optimiser where ours has none.
TEST_F(AnXseg, ReplacesOnlyWhatWasMadeHere) {
  auto saved = saved_after_one();
  saved->optimizer.clear();
  const fs::path to = folder_.path / "dfl", aside = folder_.path / "dfl_backup-1";
  const std::array names{"XSeg_256.npy", "XSeg_256_opt.npy", "XSeg_data.dat", "XSeg_model.onnx"};
  for (const char* name : names) ASSERT_TRUE(write_text(to / name, std::string("weeks of work: ") + name));
  EXPECT_FALSE(write_dfl_xseg(description_, *saved, to, false));
  EXPECT_FALSE(fs::exists(aside));
  std::vector<std::string> told;
  const auto tell = [&](std::string text) { told.push_back(std::move(text)); };
  for (int times = 0; times < 2; ++times) {  // the second replaces what the first wrote
    const auto written = write_dfl_xseg(description_, *saved, to, true, tell);
    ASSERT_TRUE(written) << to_sentence(written.error());
    EXPECT_EQ(written->size(), 2u);
    EXPECT_FALSE(fs::exists(to / "XSeg_256_opt.npy"));
    ASSERT_TRUE(write_xseg_onnx(saved->weights, to, true, tell));
    EXPECT_EQ(told.size(), 2u) << told.back();
  }
  for (const char* name : {"XSeg_256.npy", "XSeg_256_opt.npy", "XSeg_data.dat"})
    EXPECT_EQ(*read_text(aside / name), std::string("weeks of work: ") + name);
  EXPECT_EQ(*read_text(to / "XSeg_model_backup-1" / "XSeg_model.onnx"), "weeks of work: XSeg_model.onnx");
  EXPECT_FALSE(fs::exists(folder_.path / "dfl_backup-2"));
}

// A model that is replaced is so as a whole, whatever stops it: never new weights with an old face type.
TEST_F(AnXseg, IsReplacedForDeepFaceLabAsAWhole) {
  const auto saved = saved_after_one();
  const fs::path dfl = folder_.path / "dfl";
  const auto first = write_dfl_xseg(description_, *saved, dfl, false);
  ASSERT_TRUE(first) << to_sentence(first.error());
  std::map<fs::path, std::string> before;
  for (const auto& file : *first) before.emplace(file, *read_text(file));
  auto other = *saved;
  other.weights.at("xseg/out_conv/bias") = saved->weights.at("xseg/out_conv/bias") + 1;
  description_.options.face_type = ModelFaceType::head;
  {
    const FullDisk full(before.at(dfl / "XSeg_256.npy").size());  // the optimiser's file is larger: longer names
    EXPECT_FALSE(write_dfl_xseg(description_, other, dfl, true));
  }
  for (const auto& [file, bytes] : before) EXPECT_TRUE(*read_text(file) == bytes) << file;
  FolderEvents events(dfl);
  ASSERT_TRUE(write_dfl_xseg(description_, other, dfl, true));
  const auto names = events.take();
  const auto at = [&](const char* name) { return std::ranges::find(names, name) - names.begin(); };
  EXPECT_LT(at("-XSeg_data.dat"), at("+XSeg_256.npy"));
  EXPECT_LT(at("-XSeg_256_opt.npy"), at("+XSeg_256.npy"));
  EXPECT_LT(at("+XSeg_256_opt.npy"), at("+XSeg_data.dat"));
  EXPECT_LT(at("+XSeg_256.npy"), at("+XSeg_data.dat"));
  EXPECT_EQ(read_dfl_xseg(dfl, true)->face_type, FaceType::head);
  EXPECT_FALSE(fs::exists(dfl / ".understudy" / "export"));
}

// As a training begins: it is looked at before the first step, and nothing of that look stands in the step's way.
TEST_F(AnXseg, PretrainsAfterItWasLookedAt) {
  const auto pretraining = pretrainer();
  Session training = session(*pretraining);
  ASSERT_TRUE(training.load(run_));
  const auto look = pretraining->look(0, false);
  ASSERT_TRUE(look) << to_sentence(look.error());
  const auto stepped = training.iterate(run_);
  ASSERT_TRUE(stepped) << to_sentence(stepped.error());
  EXPECT_EQ(training.iteration(), 1);
}

TEST_F(AnXseg, LeavingPretrainingCountsAnewAndKeepsTheWeights) {
  const auto pretraining = pretrainer();
  {
    Session training = session(*pretraining);
    ASSERT_TRUE(training.load(run_));
    ASSERT_TRUE(training.iterate(run_));
    ASSERT_TRUE(training.save(run_));
  }
  description_.options.pretrain = false;
  auto after = learner();
  Session training = session(*after);
  training.store().intend(to_json(description_));
  ASSERT_TRUE(training.load(run_));
  EXPECT_EQ(training.iteration(), 0);
  const auto before = pretraining->weights(), now = after->weights();
  for (std::size_t i = 0; i < now.size(); ++i) EXPECT_TRUE(torch::equal(before[i].tensor, now[i].tensor));
}

TEST(MaskView, IouIsOfEachPictureAndEmptyMasksAgree) {
  const Tensor wanted = torch::zeros({3, 1, 4, 4}), predicted = torch::zeros({3, 1, 4, 4});
  wanted[0][0].narrow(0, 0, 2).fill_(1);       // 8 pixels
  predicted[0][0].narrow(0, 1, 2).fill_(0.5);  // 8, 4 of them the same
  predicted[1].fill_(0.49);
  predicted[2].fill_(1);
  const Tensor iou = iou_of_each(predicted, wanted);
  EXPECT_NEAR(iou[0].item<double>(), 4. / 12, 1e-12);
  EXPECT_EQ(iou[1].item<double>(), 1);
  EXPECT_EQ(iou[2].item<double>(), 0);
  ImageF picture(1, 1, 3, 1.0f), mask(1, 1, 1);
  EXPECT_EQ(overlaid(picture, mask).data, (std::vector<float>{0.5f, 1.0f, 0.5f}));
  mask.data = {1};
  EXPECT_EQ(overlaid(picture, mask).data, picture.data);
}

TEST_F(AnXseg, WhatIsNotOneIsRefusedInASentence) {
  std::vector<std::string> warnings;
  for (const char* name : {"nothing", "broken"}) {
    fs::create_directories(folder_.path / name);
    if (std::string(name) == "broken") {
      ASSERT_TRUE(write_text(folder_.path / name / "XSeg_256.npy", "no pickle"));
    }
    EXPECT_FALSE(open_masker(folder_.path / name, {.threads = 1, .gpu = false}, warnings)) << name;
  }
  EXPECT_FALSE(LabelledFaces::open({folder_.path / "nothing"}, FaceType::whole));
}

TEST_F(AnXseg, IsNoMaskerBeforeItHasLearnedFromLabels) {
  ASSERT_TRUE(ModelStore::create(model_, xseg_model_kind(), to_json(description_)));
  EXPECT_FALSE(is_masker(model_));
  save_after_one(*learner());
  EXPECT_TRUE(is_masker(model_));
  // A pretraining was begun, and killed before it had saved anything.
  describe_as_pretraining(true);
  EXPECT_TRUE(is_masker(model_));
  std::vector<std::string> warnings;
  const auto masker = open_masker(model_, {.threads = 1, .gpu = false}, warnings);
  EXPECT_TRUE(masker) << to_sentence(masker.error());
}

TEST_F(AnXseg, IsNoMaskerAsLongAsOnlyPretrainedWeightsAreSaved) {
  save_after_one(*pretrainer());
  EXPECT_FALSE(is_masker(model_));
  // A training on labels was begun, and killed before it had saved anything.
  describe_as_pretraining(false);
  EXPECT_FALSE(is_masker(model_));
  std::vector<std::string> warnings;
  const auto masker = open_masker(model_, {.threads = 1, .gpu = false}, warnings);
  ASSERT_FALSE(masker);
  EXPECT_EQ(masker.error().code, Code::bad_option);
  // Where no note tells, the folder does.
  for (const auto& note : read_notes(model_)) fs::remove(note_file(model_, note.entry));
  EXPECT_TRUE(is_masker(model_));
  EXPECT_TRUE(open_masker(model_, {.threads = 1, .gpu = false}, warnings));
}

// One that was only begun does not hide what somebody has trained in DeepFaceLab.
TEST_F(AnXseg, TakesThePlaceOfDeepFaceLabsWhenItHasLearned) {
  EXPECT_EQ(xseg_model_in(folder_.path), model_);
  EXPECT_EQ(whose_masker(folder_.path), "");
  ASSERT_TRUE(write_text(folder_.path / "XSeg_256.npy", "weeks of work"));
  EXPECT_EQ(xseg_model_in(folder_.path), folder_.path);
  EXPECT_NE(whose_masker(folder_.path).find("DeepFaceLab's XSeg model in "), std::string::npos);
  ASSERT_TRUE(ModelStore::create(model_, xseg_model_kind(), to_json(description_)));
  EXPECT_EQ(xseg_model_in(folder_.path), folder_.path);
  ASSERT_TRUE(saved_after_one());
  EXPECT_EQ(xseg_model_in(folder_.path), model_);
  EXPECT_EQ(whose_masker(model_), "");
  for (const auto& note : read_notes(model_)) fs::remove(note_file(model_, note.entry));
  ASSERT_TRUE(write_text(model_ / "generations.json", "damaged"));
  EXPECT_EQ(xseg_model_in(folder_.path), model_);
}

TEST_F(AnXseg, OfDeepFaceLabsIsNoMaskerEitherWhenItIsOnlyPretrained) {
  const auto saved = saved_after_one();
  const fs::path dfl = folder_.path / "dfl";
  std::vector<std::string> warnings;
  for (const bool pretrain : {true, false}) {
    description_.options.pretrain = pretrain;
    const auto written = write_dfl_xseg(description_, *saved, dfl, /*replace=*/true);
    ASSERT_TRUE(written) << to_sentence(written.error());
    EXPECT_EQ(is_masker(dfl), !pretrain);
    EXPECT_EQ(open_masker(dfl, {.threads = 1, .gpu = false}, warnings).has_value(), !pretrain);
  }
}

}  // namespace
}  // namespace understudy
