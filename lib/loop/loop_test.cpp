// SPDX-License-Identifier: Apache-2.0
// The loop with a learner that has no faces: three losses of its own names, two numbers as weights.
#include "lib/loop/loop.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/scratch_folder.hpp"
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
    const auto wanted = static_cast<float>(batches % 7);
    ++batches;
    auto* w = weights_.data_ptr<float>();
    const float loss = std::abs(w[0] - wanted);
    w[0] += 0.5f * static_cast<float>(factor_) * (wanted - w[0]);
    w[1] += 1;
    return std::vector{loss, loss / 2, 1.0f};
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
