// SPDX-License-Identifier: Apache-2.0
// Masks put into faces by a network, brought between face types, and taken back.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/face/labels/label_book.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/nets/xseg.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/xseg/generic_mask.hpp"
#include "lib/xseg/generic_start.hpp"
#include "lib/xseg/xseg_dfl.hpp"
#include "lib/xseg/xseg_onnx.hpp"
#include "steps/4_xseg/apply.hpp"
#include "steps/4_xseg/model_files.hpp"
#include "steps/4_xseg/train.hpp"

namespace understudy {
namespace {

using nlohmann::json;

class AMaskNetwork : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(faces_);
    for (int i = 0; i < 3; ++i) {
      FaceInfo info;
      info.face_type = i == 2 ? FaceType::full : FaceType::whole;
      for (std::size_t k = 0; k < 68; ++k)
        info.landmarks[k] = {30 + 60 * canonical_landmarks[k].x, 30 + 60 * canonical_landmarks[k].y};
      if (i < 2) info.polygons = {{Polygon::Kind::include, {{20, 20}, {100, 20}, {100, 100}, {20, 100}}}};
      ASSERT_TRUE(write_face_jpeg(face(i), ImageU8(128, 128, 3, static_cast<std::uint8_t>(60 + 50 * i)), 90, info));
    }
  }
  fs::path face(int i) const { return faces_ / fmt::format("{:05}_0.jpg", i + 1); }
  MaskTrainRequest request(std::int64_t until) {
    MaskTrainRequest r;
    r.model = model_;
    r.src = faces_;
    r.dst = scratch_.path / "none";
    r.wanted.batch_size = 2;
    wanted_ = r.wanted;
    r.wanted_rows = rows_of(wanted_);
    r.loop.target_iter = until;
    r.options.threads = 1;
    r.options.gpu = false;
    return r;
  }

  const ScratchFolder scratch_;
  const fs::path faces_ = scratch_.path / "faces", model_ = scratch_.path / "model" / "XSeg";
  XsegOptions wanted_;
  understudy::Run run_;
};

TEST_F(AMaskNetwork, IsTrainedAppliedAndTakenBack) {
  const auto report = train_masks(request(1), run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->faces, 2u);
  EXPECT_EQ(report->iteration, 1);
  EXPECT_TRUE(fs::exists(model_ / "preview.png"));
  const auto before = *read_file(face(0)), other = *read_file(face(2));

  MaskApplyOptions options;
  options.threads = 1;
  options.gpu = false;
  const auto applied = apply_masks(faces_, model_, options, run_);
  ASSERT_TRUE(applied) << to_sentence(applied.error());
  EXPECT_EQ(json::parse(*applied)["faces"], 3);
  for (int i = 0; i < 3; ++i) {
    const auto info = read_face_info(face(i));
    ASSERT_TRUE(info && info->xseg_mask);
    EXPECT_EQ(decode_mask(*info->xseg_mask)->width, 256);
  }
  options.missing = true;
  EXPECT_EQ(json::parse(*apply_masks(faces_, model_, options, run_))["faces"], 0);

  const auto lock = take_faceset(faces_);
  auto book = LabelBook::open(faces_);
  ASSERT_TRUE(book);
  const auto undone = book->undo();
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->faces.size(), 3u);
  EXPECT_EQ(*read_file(face(0)), before);
  EXPECT_EQ(*read_file(face(2)), other);
}

TEST_F(AMaskNetwork, BeginsWithTheGenericMask) {
  if (!has_generic_mask()) GTEST_SKIP() << "the generic mask is being made from nothing";
  const auto generic = generic_start(1);
  ASSERT_TRUE(generic);
  const std::string name = "xseg/uconv12/conv/weight";
  const auto off = [&] {  // of what one iteration has left of it
    std::vector<std::string> warnings;
    const auto store = ModelStore::open(model_, xseg_model_kind());
    const auto saved = store->load(/*with_optimizer=*/false, warnings);
    return ((*saved)->weights.at(name) - generic->at(name)).abs().max().item<float>();
  };
  ASSERT_TRUE(train_masks(request(1), run_));
  EXPECT_LT(off(), 1e-3);
  auto by_chance = request(1);
  by_chance.options.restart = true;
  by_chance.wanted.start = XsegStart::none;
  ASSERT_TRUE(train_masks(by_chance, run_));
  EXPECT_GT(off(), 1e-2);
  // One that was killed before its first save.
  fs::remove_all(model_);
  fs::create_directories(model_);
  auto options = wanted_;
  ASSERT_TRUE(ModelStore::create(model_, xseg_model_kind(), to_json(XsegDescription{options, 1})));
  ASSERT_TRUE(train_masks(request(1), run_));
  EXPECT_LT(off(), 1e-3);
}

TEST_F(AMaskNetwork, ARestartKeepsTheModelThatWasThere) {
  ASSERT_TRUE(train_masks(request(2), run_));
  auto again = request(1);
  again.options.restart = true;
  const auto report = train_masks(again, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->iteration, 1);
  const auto old = ModelStore::open(model_.parent_path() / "XSeg-before-1", xseg_model_kind());
  ASSERT_TRUE(old);
  EXPECT_EQ(old->generations()->back(), 2);
}

TEST_F(AMaskNetwork, ARestartDoesNotReadTheModelThatWasThere) {
  for (const char* list : {"damaged", R"({"format": "understudy.generations", "version": 9999, "generations": []})"}) {
    SCOPED_TRACE(list);
    fs::remove_all(model_.parent_path());
    ASSERT_TRUE(write_text(model_ / "model.json", "damaged"));
    ASSERT_TRUE(write_text(model_ / "generations.json", list));
    EXPECT_FALSE(train_masks(request(1), run_));
    auto again = request(1);
    again.options.restart = true;
    const auto report = train_masks(again, run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
    EXPECT_EQ(report->iteration, 1);
    EXPECT_EQ(*read_text(model_.parent_path() / "XSeg-before-1" / "generations.json"), list);
  }
}

TEST_F(AMaskNetwork, WithoutLabelsNothingIsMade) {
  auto r = request(1);
  r.src = scratch_.path / "none";
  const auto report = train_masks(r, run_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::no_faces);
  EXPECT_FALSE(fs::exists(model_));
}

// A network of one answer: every weight 0, so that the mask is the sigmoid of the last bias.
std::map<std::string, Tensor> constant_network(float logit) {
  Parameters parameters(1);
  const XsegNet net(parameters);
  std::map<std::string, Tensor> weights;
  for (auto& p : parameters.all()) weights.emplace(p.name, torch::zeros_like(p.master));
  weights.at("xseg/out_conv/bias").fill_(logit);
  for (auto& [name, tensor] : weights) {
    if (name.ends_with("/eps")) tensor.fill_(1e-6);
  }
  return weights;
}

TEST_F(AMaskNetwork, ThresholdAndTypesDecideWhatIsStored) {
  const auto file = write_xseg_onnx(constant_network(0.4f), scratch_.path, false);  // 0.599 everywhere
  ASSERT_TRUE(file);
  MaskApplyOptions options;
  options.threads = 1;
  options.gpu = false;
  auto mean_of = [&](int i) {
    const auto mask = *decode_mask(*read_face_info(face(i))->xseg_mask);
    double sum = 0;
    for (const float v : mask.data) sum += v;
    return sum / static_cast<double>(mask.data.size());
  };
  ASSERT_TRUE(apply_masks(faces_, *file, options, run_));
  EXPECT_EQ(mean_of(0), 1);
  options.threshold = 0.7;
  ASSERT_TRUE(apply_masks(faces_, *file, options, run_));
  EXPECT_EQ(mean_of(0), 0);
}

TEST_F(AMaskNetwork, GoesToDeepFaceLabAndComesBack) {
  ASSERT_TRUE(train_masks(request(1), run_));
  const fs::path dfl = scratch_.path / "dfl", back = scratch_.path / "back" / "XSeg";
  ASSERT_TRUE(export_xseg(model_, dfl, {}, run_));
  EXPECT_FALSE(export_xseg(model_, dfl, {}, run_));
  const auto imported = import_xseg(dfl, back, run_);
  ASSERT_TRUE(imported) << to_sentence(imported.error());
  EXPECT_FALSE(import_xseg(dfl, back, run_));
  std::vector<std::string> warnings;
  const auto a = *ModelStore::open(model_, xseg_model_kind())->load(true, warnings),
             b = *ModelStore::open(back, xseg_model_kind())->load(true, warnings);
  ASSERT_EQ(a->weights.size(), b->weights.size());
  for (const auto& [name, tensor] : a->weights) EXPECT_TRUE(torch::equal(tensor, b->weights.at(name))) << name;
  for (const auto& [name, tensor] : a->optimizer) EXPECT_TRUE(torch::equal(tensor, b->optimizer.at(name))) << name;
  EXPECT_EQ(b->iteration, 1);
}

TEST_F(AMaskNetwork, PretrainsOnBothSides) {
  auto r = request(1);
  r.dst = scratch_.path / "dst";
  fs::copy(faces_, r.dst);
  fs::remove(r.dst / "00001_0.jpg");
  r.wanted.pretrain = true;
  const auto report = train_masks(r, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->faces, 5u);
}

// What is exported is what was saved, also where a training of another kind was only begun.
TEST_F(AMaskNetwork, GoesToDeepFaceLabAsThePretrainedOneThatItIs) {
  auto r = request(1);
  r.wanted.pretrain = true;
  ASSERT_TRUE(train_masks(r, run_));
  auto store = *ModelStore::open(model_, xseg_model_kind());
  store.intend(to_json(XsegDescription{}));
  ASSERT_TRUE(store.commit_description());
  const auto exported = export_xseg(model_, scratch_.path / "dfl", {}, run_);
  ASSERT_TRUE(exported) << to_sentence(exported.error());
  const auto read = read_dfl_xseg(scratch_.path / "dfl", /*optimizer=*/false);
  ASSERT_TRUE(read) << to_sentence(read.error());
  EXPECT_TRUE(read->pretrain);
}

// Another process makes the model while this one looks at the faces.
TEST_F(AMaskNetwork, NeverTakesThePlaceOfOneThatWasMadeMeanwhile) {
  understudy::Run run([&](const Event& event) {
    if (std::holds_alternative<NoteEvent>(event) && !ModelStore::exists(model_)) {
      ASSERT_TRUE(ModelStore::create(model_, xseg_model_kind(), to_json(XsegDescription{{}, 5})));
    }
  });
  const auto report = train_masks(request(1), run);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::busy);
  EXPECT_TRUE(ModelStore::exists(model_));
  EXPECT_FALSE(fs::exists(model_.parent_path() / "XSeg-before-1"));
}

// Killed when the state that was wanted was the newest of the list, and the options were those of the other still.
TEST_F(AMaskNetwork, GoesOnWithTheOptionsOfAKilledRestore) {
  ASSERT_TRUE(train_masks(request(1), run_));
  auto other = request(2);
  other.wanted.batch_size = 3;
  other.wanted_rows = rows_of(other.wanted);
  std::ranges::find(other.wanted_rows, "batch-size", &Row::key)->given = true;
  ASSERT_TRUE(train_masks(other, run_));
  auto list = *usable_list(model_);
  ASSERT_EQ(list.entries.size(), 2u);
  const auto notes = read_notes(model_);
  auto wanted = list.entries.front();
  wanted.save = list.entries.back().save + 1;
  ASSERT_TRUE(write_note(model_, {wanted, notes.front().model}, list.entries));
  list.entries.push_back(wanted);
  ASSERT_TRUE(write_list(model_, list.entries));
  const auto report = train_masks(request(2), run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->iterations_done, 1);
  const auto now = xseg_description_from_json(ModelStore::open(model_, xseg_model_kind())->description(), "it");
  EXPECT_EQ(now->options.batch_size, 2);
}

}  // namespace
}  // namespace understudy
