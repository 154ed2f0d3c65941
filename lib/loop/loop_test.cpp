// SPDX-License-Identifier: Apache-2.0
// The loop with a learner that has no faces: three losses of its own names, two numbers as weights.
#include "lib/loop/loop.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/scratch_folder.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/option_history.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {
namespace {

using nlohmann::json;

const ModelKind& toy_kind() {
  static const ModelKind kind{[](const json& j, std::string_view file) -> Result<json> {
                                if (!j.is_object() || !j.contains("toy"))
                                  return fail(Code::bad_file, "{} describes no toy", file);
                                return json{{"toy", j["toy"]}, {"options", j.value("options", json::object())}};
                              },
                              "understudy toy", 3, [](const fs::path&) { return std::string("Take the backup."); }};
  return kind;
}
json toy(const char* stage) { return {{"toy", stage}, {"options", {{"speed", 0.5}, {"name", "a"}}}}; }

// Goes half of the way to the batch's number in each step.
class Toy : public Learner {
 public:
  std::vector<std::string> loss_names() const override { return {"far", "near", "constant"}; }
  Result<std::vector<float>> step(std::int64_t, std::int64_t& batches) override {
    if (batches == fails_at) return fail(Code::bad_file, "Batch {} cannot be read", batches);
    const auto wanted = static_cast<float>(batches % 7);
    ++batches;
    auto* w = weights_.data_ptr<float>();
    const float loss = std::abs(w[0] - wanted);
    w[0] += 0.5f * static_cast<float>(factor_) * (wanted - w[0]);
    w[1] += 1;
    return std::vector{loss, loss / 2, explodes ? 1e6f : 1.0f};
  }
  void set_lr_factor(double f) override { factor_ = f; }
  bool weights_are_finite() const override { return weights_.isfinite().all().item<bool>(); }
  std::vector<NamedTensor> weights() const override { return {{"toy/w", weights_.clone()}}; }
  std::vector<NamedTensor> optimizer_state() const override { return {{"iters", torch::tensor({steps})}}; }
  Result<> load(const std::map<std::string, Tensor>& weights, const std::map<std::string, Tensor>&,
                std::vector<std::string>&) override {
    weights_ = weights.at("toy/w").clone();
    return {};
  }
  std::vector<std::uint64_t> sampler_state() const override { return {42, 7}; }
  Result<> restore_sampler(std::span<const std::uint64_t> numbers) override {
    restored.assign(numbers.begin(), numbers.end());
    return {};
  }
  bool begins_anew(const json& saved_as, const json& now) const override {
    return saved_as["toy"] == "first" && now["toy"] == "second";
  }
  void begin_anew() override { weights_[1] = 0; }
  std::string anew_note() const override { return "The second stage begins"; }
  Result<Look> look(std::int64_t iteration, bool) override {
    Look look;
    look.fixed = {{"the number"}, 0, [](const LossHistory& losses, auto, const auto&, const auto& suffix) {
                    return std::vector{NamedPreview{"the number" + suffix, draw_losses(losses, 64)}};
                  }};
    look.validation = {{"distance", static_cast<double>(iteration)}};
    return look;
  }
  std::vector<std::string> validation_names() const override { return {"distance"}; }
  std::int64_t history_interval() const override { return 10; }

  float number() const { return weights_[0].item<float>(); }
  void spoil() { weights_[0] = NAN; }
  std::int64_t fails_at = -1;
  bool explodes = false;
  std::vector<std::uint64_t> restored;
  std::int64_t steps = 5;

 private:
  Tensor weights_ = torch::zeros({2});
  double factor_ = 1;
};

class ALoop : public testing::Test {
 protected:
  void open(const char* stage = "only") {
    learner_ = std::make_unique<Toy>();
    auto store = ModelStore::exists(path_) ? ModelStore::open(path_, toy_kind())
                                           : ModelStore::create(path_, toy_kind(), toy(stage));
    ASSERT_TRUE(store) << to_sentence(store.error());
    store->intend(toy(stage));
    session_ = std::make_unique<Session>(*std::move(store), *learner_);
    ASSERT_TRUE(session_->load(run_));
    ASSERT_TRUE(session_->store().commit_description());
    ASSERT_TRUE(session_->open_views(run_));
  }
  // All that open() does up to what it loads.
  Result<> only_load(const char* stage) {
    learner_ = std::make_unique<Toy>();
    TRY(auto store, ModelStore::open(path_, toy_kind()));
    store.intend(toy(stage));
    session_ = std::make_unique<Session>(std::move(store), *learner_);
    return session_->load(run_);
  }
  void damage_newest() const {
    const auto list = read_list(path_);
    ASSERT_TRUE(list && !list->empty());
    fs::resize_file(path_ / list->back().weights.name, 100);
  }
  void iterate_to(std::int64_t target) {
    Pace pace;
    ASSERT_TRUE(iterate_until(*session_, {0, target}, {}, {}, pace, run_));
    ASSERT_EQ(session_->iteration(), target);
  }

  const ScratchFolder folder_;
  const fs::path path_ = folder_.path / "toy";
  understudy::Run run_;
  std::unique_ptr<Toy> learner_;
  std::unique_ptr<Session> session_;
};

TEST_F(ALoop, GoesOnWhereItWasSavedWithLossesOfAnyNames) {
  open();
  iterate_to(11);
  ASSERT_TRUE(session_->save(run_));
  const auto table = *read_text(path_ / "loss.csv");
  EXPECT_EQ(table.substr(0, table.find('\n')), "iteration,far_loss,near_loss,constant_loss");
  iterate_to(30);
  const float straight = learner_->number();
  const auto recent = session_->recent_losses();
  ASSERT_EQ(recent.size(), 3u);
  EXPECT_EQ(recent[2], (std::pair<std::string, double>{"constant_loss", 1.0}));
  open();
  EXPECT_EQ(session_->iteration(), 11);
  EXPECT_EQ(learner_->restored, (std::vector<std::uint64_t>{42, 7}));
  EXPECT_EQ(*read_text(path_ / "loss.csv"), table);
  iterate_to(30);
  EXPECT_EQ(learner_->number(), straight);
}

TEST_F(ALoop, NeverKeepsSpoiledWeights) {
  open();
  iterate_to(4);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(6);
  learner_->spoil();
  ASSERT_TRUE(session_->iterate(run_));
  EXPECT_EQ(session_->iteration(), 4);
  iterate_to(5);
  learner_->spoil();  // behind the last loss that was looked at
  ASSERT_TRUE(session_->save(run_));
  EXPECT_EQ(session_->iteration(), 4);
  EXPECT_TRUE(learner_->weights_are_finite());
}

TEST_F(ALoop, ASecondStageCountsAnewAndKeepsTheFirst) {
  open("first");
  iterate_to(5);
  ASSERT_TRUE(session_->save(run_));
  open("second");
  EXPECT_EQ(session_->iteration(), 0);
  EXPECT_EQ(learner_->weights()[0].tensor[1].item<float>(), 0);
  EXPECT_TRUE(ModelStore::exists(path_ / "backups" / "01"));
  open("second");
  EXPECT_EQ(session_->iteration(), 0) << "nothing was saved since: it begins anew again";
  iterate_to(2);
  ASSERT_TRUE(session_->save(run_));
  open("second");
  EXPECT_EQ(session_->iteration(), 2);
}

// What it goes on from is what is kept, though a newer one lies there damaged.
TEST_F(ALoop, ASecondStageKeepsTheGenerationThatItWasLoadedFrom) {
  open("first");
  iterate_to(5);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(6);
  ASSERT_TRUE(session_->save(run_));
  damage_newest();
  open("second");
  const auto kept = read_list(path_ / "backups" / "01");
  ASSERT_TRUE(kept && kept->size() == 1u);
  EXPECT_EQ(kept->back().iteration, 5);
  iterate_to(1);  // which saves at once
  std::vector<std::string> warnings;
  const auto first = ModelStore::open(path_ / "backups" / "01", toy_kind())->load(true, warnings);
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->weights.at("toy/w")[1].item<float>(), 5);
}

TEST_F(ALoop, ASecondStageDoesNotBeginWithoutABackupOfTheFirst) {
  open("first");
  iterate_to(5);
  ASSERT_TRUE(session_->save(run_));
  ASSERT_TRUE(write_text(path_ / "backups", "no folder"));
  const auto loaded = only_load("second");
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("cannot be kept"), std::string::npos) << to_sentence(loaded.error());
}

TEST_F(ALoop, AnErrorLosesNothingOfWhatWasLearned) {
  open();
  learner_->fails_at = 8;
  const auto trained = train_until(*session_, {0, 20}, {}, {}, run_);
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.error().message, "Batch 8 cannot be read");
  EXPECT_EQ(session_->store().generations()->back(), 8);
  open();
  EXPECT_EQ(session_->iteration(), 8);
}

// A step that was not sound is no part of it.
TEST_F(ALoop, WhatGoesWrongIsNotSavedAtTheEnd) {
  open();
  iterate_to(60);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(70);
  learner_->explodes = true;
  const auto trained = train_until(*session_, {0, 100}, {}, {}, run_);
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.error().code, Code::device);
  open();
  EXPECT_EQ(session_->iteration(), 60);
  EXPECT_EQ(learner_->weights()[0].tensor[1].item<float>(), 60);
}

TEST_F(ALoop, GoesBackAlsoWhereItsTableCannotBeWritten) {
  open();
  iterate_to(4);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(6);
  fs::remove(path_ / "validation.csv");
  fs::create_directories(path_ / "validation.csv" / "in the way");
  learner_->spoil();
  const auto stepped = session_->iterate(run_);
  ASSERT_TRUE(stepped) << to_sentence(stepped.error());
  EXPECT_EQ(session_->iteration(), 4);
}

// A kill in the middle of a second save of the same iteration leaves the first one its note, by which it is grown.
TEST_F(ALoop, AnIterationThatIsSavedAgainLeavesTheFirstItsNote) {
  open("first");
  iterate_to(5);
  ASSERT_TRUE(session_->save(run_));
  const auto listed = *read_list(path_);
  GenerationEntry again = listed.back();
  ++again.save;
  ASSERT_TRUE(write_note(path_, {again, toy("second")}, listed));  // and then it was killed
  std::vector<std::string> warnings;
  auto store = *ModelStore::open(path_, toy_kind());
  const auto loaded = store.load(true, warnings);
  ASSERT_TRUE(loaded && *loaded && (*loaded)->saved_as);
  EXPECT_EQ((*(*loaded)->saved_as)["toy"], "first");
  // And where it is not killed, one note is left of it, which is the second's.
  store.intend(toy("second"));
  for (int times = 0; times < 2; ++times) {
    ASSERT_TRUE(
        store.save({5, 5, 1, {{"toy/w", torch::zeros({2})}}, {{"iters", torch::tensor({5})}}, torch::zeros({5, 3})}));
    const auto notes = read_notes(path_);
    ASSERT_EQ(std::ranges::count(notes, 5, [](const auto& n) { return n.entry.iteration; }), 1);
    const auto now = store.load(true, warnings);
    ASSERT_TRUE(now && *now && (*now)->saved_as);
    EXPECT_EQ((*(*now)->saved_as)["toy"], "second");
  }
}

TEST_F(ALoop, WritesPreviewsAndValidationByTheirNames) {
  open();
  iterate_to(3);
  ASSERT_TRUE(session_->show_preview(/*history=*/false, run_));
  ASSERT_TRUE(session_->show_preview(/*history=*/true, run_));
  session_->finish_views(run_);
  EXPECT_TRUE(fs::exists(path_ / "previews" / "the number.png"));
  EXPECT_TRUE(fs::exists(path_ / "history" / "the number" / "0000003.jpg"));
  EXPECT_EQ(read_text(path_ / "validation.csv")->substr(0, 28), "iteration,seconds,distance\n3");
}

TEST_F(ALoop, AGenerationOfOtherLossesIsDamaged) {
  open();
  iterate_to(3);
  ASSERT_TRUE(session_->save(run_));
  ModelKind other = toy_kind();
  other.loss_count = 2;
  const auto store = ModelStore::open(path_, other);
  ASSERT_TRUE(store);
  std::vector<std::string> warnings;
  const auto loaded = store->load(true, warnings);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::bad_file);
}

// Nothing would otherwise be without end.
TEST(Duration, IsMoreThanNothing) {
  EXPECT_EQ(parse_duration("90s").value_or(0), 90);
  EXPECT_EQ(parse_duration("1.5h").value_or(0), 5400);
  EXPECT_EQ(parse_duration("2").value_or(0), 120);
  for (const char* text : {"0s", "0", "0.0h", "-1m", "s", "", "soon"}) {
    const auto none = parse_duration(text);
    ASSERT_FALSE(none) << text;
    EXPECT_EQ(none.error().code, Code::bad_option) << text;
  }
  LoopOptions options;
  options.time = "0s";
  EXPECT_FALSE(limits_of(options));
}

TEST(OptionHistory, TellsWhatDiffersAndNotWhatIsNew) {
  const json before{{"seed", 1}, {"options", {{"speed", 0.5}, {"name", "a"}, {"on", false}}}};
  const json after{{"seed", 2}, {"options", {{"speed", 0.25}, {"name", "a"}, {"on", true}, {"fresh", 3}}}};
  const auto changes = changes_between(before, after, 9);
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].key + changes[0].from + changes[0].to, "onfalsetrue");
  EXPECT_EQ(changes[1].key + changes[1].from + changes[1].to, "speed0.50.25");
  EXPECT_EQ(changes[2].key + changes[2].from + changes[2].to, "seed12");
}

}  // namespace
}  // namespace understudy
