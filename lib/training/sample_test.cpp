// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/colour.hpp"
#include "lib/image/convert.hpp"
#include "lib/training/face_order.hpp"
#include "lib/training/sample_source.hpp"
#include "lib/training/sample_transfer.hpp"

namespace understudy {
namespace {

ImageU8 picture(int number) {
  ImageU8 image(128, 128, 3);
  for (std::size_t k = 0; k < image.data.size(); ++k) image.data[k] = static_cast<std::uint8_t>(k * (number + 3) / 97);
  return image;
}

// Aligned faces as an extraction leaves them: face i turned by turns[i], of its own brightness when `flat`.
void write_faces(const fs::path& folder, const std::vector<double>& turns, bool flat = false) {
  for (std::size_t i = 0; i < turns.size(); ++i) {
    FaceInfo info;
    info.face_type = FaceType::full;
    info.source_filename = fmt::format("{:05}.png", i + 1);
    const double c = std::cos(turns[i]), s = std::sin(turns[i]);
    for (std::size_t k = 0; k < 68; ++k) {
      const auto& p = model_points_3d[k];
      const double depth = 400 + p[2] * c - p[0] * s;
      info.landmarks[k] = {64 + 220 * (p[0] * c + p[2] * s) / depth, 64 + 220 * p[1] / depth};
    }
    const ImageU8 image = flat ? ImageU8(128, 128, 3, static_cast<std::uint8_t>(i * 8)) : picture(static_cast<int>(i));
    ASSERT_TRUE(write_face_jpeg(folder / fmt::format("{:05}_0.jpg", i + 1), image, 90, info));
  }
}
void write_faces(const fs::path& folder, int count) { write_faces(folder, std::vector<double>(count, 0.0)); }

SampleSettings small_samples() {
  SampleSettings settings;
  settings.src.resolution = settings.dst.resolution = 64;
  settings.src.hsv_power = 0.1;
  settings.dst.flip_probability = 0.4;
  settings.batch_size = 2;
  settings.seed = 9;
  return settings;
}
// Each face as it is: its brightness tells which it was.
SampleSettings plain_samples() {
  SampleSettings settings = small_samples();
  for (auto* rules : {&settings.src, &settings.dst}) {
    rules->warp = false;
    rules->move = rules->hsv_power = rules->flip_probability = 0;
  }
  return settings;
}

std::unique_ptr<SampleSource> opened(const ScratchFolder& folder, const SampleSettings& settings) {
  auto source = SampleSource::open(folder.path / "src", folder.path / "dst", settings);
  EXPECT_TRUE(source) << to_sentence(source.error());
  return *std::move(source);
}

void expect_equal(const Batch& a, const Batch& b) {
  for (const auto side : {&Batch::src, &Batch::dst}) {
    EXPECT_TRUE(torch::equal((a.*side).warped, (b.*side).warped));
    EXPECT_TRUE(torch::equal((a.*side).target, (b.*side).target));
    EXPECT_TRUE(torch::equal((a.*side).mask, (b.*side).mask));
  }
}

// --- one sample

PreparedFace prepared(int resolution) {
  FaceInfo info;
  info.face_type = FaceType::full;
  info.landmarks.fill({64, 64});
  SampleRules rules;
  rules.resolution = resolution;
  return *prepare_face(picture(5), info, rules);
}
std::array<double, 3> mean_of(const ImageF& image) {
  std::array<double, 3> mean{};
  for (std::size_t i = 0; i < image.data.size(); ++i)
    mean[i % 3] += image.data[i] * 3.0 / static_cast<double>(image.data.size());
  return mean;
}
double distance(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
ImageU8 reddish(int size) {
  ImageU8 image(size, size, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i)
    image.data[i] = static_cast<std::uint8_t>((i % 3 == 2 ? 150 : 40) + (i * 7 % 61));
  return image;
}

TEST(Transfer, MovesTheMeanColourTowardsTheReference) {
  const PreparedFace face = prepared(64);
  const ImageU8 reference = reddish(128);
  SampleRules rules;
  rules.resolution = 64;
  rules.warp = false;
  rules.move = 0;
  for (const auto transfer :
       {SampleTransfer::rct, SampleTransfer::lct, SampleTransfer::mkl, SampleTransfer::idt, SampleTransfer::sot}) {
    const auto name = Names<SampleTransfer>::all[static_cast<std::size_t>(transfer)];
    rules.transfer = transfer;
    CounterRandom random(1, sample_stream, 7), again(1, sample_stream, 7), other(1, sample_stream, 8);
    const SampleDraw draw = draw_sample(random, rules);
    const Sample sample = make_sample(face, rules, draw, &reference);
    const auto wanted = mean_of(to_float(reference));
    // idt takes 20 steps of a 20th of what is left: 36 % of the way remains by design.
    const double left = distance(mean_of(sample.target), wanted) / distance(mean_of(face.bgr), wanted);
    EXPECT_LT(left, transfer == SampleTransfer::idt ? 0.4 : 0.25) << name;
    EXPECT_EQ(sample.warped, sample.target) << name;  // one transfer for both
    EXPECT_EQ(make_sample(face, rules, draw_sample(again, rules), &reference).target, sample.target) << name;
    const bool differs = make_sample(face, rules, draw_sample(other, rules), &reference).target != sample.target;
    EXPECT_EQ(differs, is_random(transfer)) << name;
  }
}

TEST(Transfer, QuickSlicedTransportIsTheSlowOne) {
  const ImageF x = to_float(picture(4)), y = to_float(reddish(128));
  const ImageF slow = transfer_sliced(x, y, seeded_random(3)), quick = transfer_sliced_quick(x, y, seeded_random(3));
  double sum = 0, moved = 0;
  for (std::size_t i = 0; i < x.data.size(); ++i) {
    sum += std::abs(slow.data[i] - quick.data[i]);
    moved += std::abs(slow.data[i] - x.data[i]);
  }
  EXPECT_GT(moved / static_cast<double>(x.data.size()), 0.1);
  EXPECT_LT(sum / moved, 0.02);
}

TEST(Warp, APartOfTheFacesIsLeftAsItIs) {
  PreparedFace face{ImageF(64, 64, 3), ImageF(64, 64, 1, 1.f), {}};
  for (std::size_t i = 0; i < face.bgr.data.size(); ++i) face.bgr.data[i] = static_cast<float>(i % 97) / 97.f;
  SampleRules all{.resolution = 64};
  SampleRules some = all;
  some.warp_share = 0.25;
  int warped = 0;
  constexpr int count = 400;
  for (int i = 0; i < count; ++i) {
    CounterRandom a(1, sample_stream, static_cast<std::uint64_t>(i)),
        b(1, sample_stream, static_cast<std::uint64_t>(i));
    const auto whole = draw_sample(a, all), part = draw_sample(b, some);
    EXPECT_TRUE(whole.warped);
    EXPECT_EQ(whole.noise_x, part.noise_x);  // the share changes no other number
    EXPECT_EQ(whole.shift_y, part.shift_y);
    warped += part.warped;
    if (i >= 8) continue;
    const auto sample = make_sample(face, some, part);
    EXPECT_EQ(sample.warped != sample.target, part.warped);
  }
  EXPECT_NEAR(warped, count / 4, 30);
}

TEST(Augment, OffDrawsAndChangesNothing) {
  SampleRules off, on;
  off.resolution = on.resolution = 64;
  off.hsv_power = on.hsv_power = 0.1;
  on.augment = {1, 1, 1, 1};
  CounterRandom a(1, sample_stream, 2), b(1, sample_stream, 2);
  const SampleDraw plain = draw_sample(a, off), full = draw_sample(b, on);
  // What comes before is drawn the same, so the augmentations do not move it.
  EXPECT_EQ(plain.noise_y, full.noise_y);
  EXPECT_EQ(plain.hue_deg, full.hue_deg);
  EXPECT_NE(a.next(), b.next());
  // The last number of a plain draw is the last of the warp's noise: no draw more than that.
  CounterRandom c(1, sample_stream, 2), d(1, sample_stream, 2);
  draw_sample(c, off);
  off.transfer = SampleTransfer::rct;
  draw_sample(d, off);
  EXPECT_EQ(c.next(), d.next());
  const PreparedFace face = prepared(64);
  SampleDraw without = full;
  without.augment = {};
  const Sample bare = make_sample(face, on, without), done = make_sample(face, on, full);
  EXPECT_EQ(bare.warped, make_sample(face, on, plain).warped);
  EXPECT_EQ(bare.target, done.target);  // targets are never touched
  EXPECT_EQ(bare.mask, done.mask);
  EXPECT_NE(bare.warped, done.warped);
}

TEST(Augment, EachKindIsWithinItsRangeAndRepeatable) {
  const AugmentRules kinds[] = {{.downscale = 0.5}, {.blur = 0.5}, {.noise = 0.5}, {.jpeg = 0.5}};
  for (const auto& rules : kinds) {
    int changed = 0;
    for (std::uint64_t n = 0; n < 200; ++n) {
      CounterRandom random(4, sample_stream, n);
      const AugmentDraw draw = draw_augment(random, rules, 128);
      EXPECT_TRUE(draw.downscale == 0 || (draw.downscale >= 0.4 && draw.downscale <= 0.9));
      EXPECT_TRUE(draw.blur_sigma == 0 || (draw.blur_sigma >= 0.3 && draw.blur_sigma <= 2));
      EXPECT_TRUE(draw.noise_sigma == 0 || (draw.noise_sigma >= 0.005 && draw.noise_sigma <= 0.04));
      EXPECT_TRUE(draw.jpeg_quality == 0 || (draw.jpeg_quality >= 20 && draw.jpeg_quality <= 90));
      ImageF once = to_float(picture(3)), twice = once;
      augment(once, draw);
      augment(twice, draw);
      EXPECT_EQ(once, twice);
      changed += once != to_float(picture(3));
      const auto [low, high] = std::ranges::minmax(once.data);
      EXPECT_GE(low, 0);
      EXPECT_LE(high, 1);
    }
    EXPECT_NEAR(changed, 100, 30);
  }
}

// --- batches

TEST(SampleSource, ABatchDependsOnItsNumberAlone) {
  const ScratchFolder folder;
  write_faces(folder.path / "src", 3);
  write_faces(folder.path / "dst", 5);
  auto settings = small_samples();
  settings.src.transfer = SampleTransfer::sot;
  settings.src.augment = {0.5, 0.5, 0.5, 0.5};
  settings.threads = 1;
  const auto straight = opened(folder, settings);
  std::vector<Batch> batches;
  for (int k = 0; k < 7; ++k) batches.push_back(*straight->batch(k));
  const auto jumped = opened(folder, settings);
  expect_equal(*jumped->batch(5), batches[5]);
  expect_equal(*jumped->batch(6), batches[6]);
  expect_equal(*jumped->batch(2), batches[2]);
  EXPECT_FALSE(torch::equal(batches[5].src.warped, batches[6].src.warped));
  EXPECT_EQ(batches[5].src.target.sizes(), torch::IntArrayRef({2, 3, 64, 64}));
  settings.threads = 4;
  settings.cache_bytes = 0;
  const auto many = opened(folder, settings);
  for (int k = 0; k < 7; ++k) expect_equal(*many->batch(k), batches[k]);
}

TEST(SampleSource, DstComesEverySoManyBatches) {
  const ScratchFolder folder;
  write_faces(folder.path / "src", 3);
  write_faces(folder.path / "dst", 5);
  auto settings = small_samples();
  const auto both = opened(folder, settings);
  settings.dst_every = 3;
  const auto sparse = opened(folder, settings);
  std::vector<Batch> whole;
  for (int k = 0; k < 7; ++k) whole.push_back(*both->batch(k));
  for (int k = 0; k < 7; ++k) {
    const Batch batch = *sparse->batch(k);
    EXPECT_TRUE(torch::equal(batch.src.warped, whole[static_cast<std::size_t>(k)].src.warped));
    ASSERT_EQ(batch.has_dst(), k % 3 == 0);
    // None of dst's faces is passed over.
    if (!batch.has_dst()) continue;
    EXPECT_TRUE(torch::equal(batch.dst.warped, whole[static_cast<std::size_t>(k / 3)].dst.warped));
  }
}

TEST(SampleSource, StartedOverItIsAsNew) {
  const ScratchFolder folder;
  write_faces(folder.path / "src", 3);
  write_faces(folder.path / "dst", 5);
  auto used = opened(folder, small_samples()), fresh = opened(folder, small_samples());
  for (int k = 0; k < 3; ++k) ASSERT_TRUE(used->batch(k));
  used->start_over();
  EXPECT_EQ(used->seconds_waited(), 0);
  ASSERT_TRUE(used->restore({}));  // refused once a batch was asked for
  expect_equal(*used->batch(0), *fresh->batch(0));
}

TEST(SampleSource, ADamagedFaceIsReplacedAndTold) {
  const ScratchFolder folder;
  write_faces(folder.path / "src", 5);
  write_faces(folder.path / "dst", 2);
  const auto damaged = folder.path / "src" / "00003_0.jpg";
  auto bytes = *read_file(damaged);
  bytes.resize(bytes.size() - 300);  // the metadata is whole, the picture is not
  ASSERT_TRUE(write_file(damaged, bytes));
  ASSERT_TRUE(write_file(folder.path / "src" / "00004_0.jpg", Bytes{1, 2, 3}));
  for (const int threads : {1, 3}) {
    auto settings = small_samples();
    settings.dst.transfer = SampleTransfer::rct;  // references come from src too
    settings.threads = threads;
    const auto source = opened(folder, settings);
    for (int k = 0; k < 6; ++k) ASSERT_TRUE(source->batch(k));
    const auto warnings = source->take_warnings();
    ASSERT_EQ(warnings.size(), 2u);
    const std::string all = warnings[0] + warnings[1];
    EXPECT_NE(all.find("00003_0.jpg"), std::string::npos);
    EXPECT_NE(all.find("00004_0.jpg"), std::string::npos);
    for (int k = 6; k < 9; ++k) ASSERT_TRUE(source->batch(k));
    EXPECT_TRUE(source->take_warnings().empty());
  }
}

TEST(SampleSource, EmptyFolderIsNoFaceset) {
  const ScratchFolder folder;
  fs::create_directories(folder.path / "src");
  EXPECT_FALSE(SampleSource::open(folder.path / "src", folder.path / "src", small_samples()));
}

// Which flat face each sample of the first batches is, by its brightness.
std::vector<int> faces_shown(SampleSource& source, int from, int to, Tensor BatchSide::*part = &BatchSide::target) {
  std::vector<int> faces;
  for (int k = from; k < to; ++k) {
    const Tensor images = (*source.batch(k)).src.*part;
    for (long i = 0; i < images.size(0); ++i)
      faces.push_back(static_cast<int>(std::lround(images[i].mean().item<float>() * 255 / 8)));
  }
  return faces;
}

TEST(SampleSource, UniformYawShowsRareTurnsAsOften) {
  const ScratchFolder folder;
  std::vector<double> turns(20, 0.0);
  turns[11] = 0.6;
  turns[13] = -0.6;
  write_faces(folder.path / "src", turns, /*flat=*/true);
  write_faces(folder.path / "dst", 2);
  auto settings = plain_samples();
  const auto rare = [](const std::vector<int>& faces) {
    return std::ranges::count(faces, 11) + std::ranges::count(faces, 13);
  };
  EXPECT_EQ(rare(faces_shown(*opened(folder, settings), 0, 30)), 6);  // 2 of 20
  settings.src.uniform_yaw = true;
  const auto first = faces_shown(*opened(folder, settings), 0, 30);
  EXPECT_EQ(rare(first), 40);  // 2 bins of 3
  EXPECT_EQ(faces_shown(*opened(folder, settings), 0, 30), first);
  const auto late = faces_shown(*opened(folder, settings), 20, 30);
  EXPECT_EQ(late, std::vector<int>(first.begin() + 40, first.end()));
}

TEST(SampleSource, OneFolderForBothSidesIsDrawnFromInTwoOrders) {
  const ScratchFolder folder;
  write_faces(folder.path / "src", std::vector<double>(12, 0.0), /*flat=*/true);
  auto source = *SampleSource::open(folder.path / "src", folder.path / "src", plain_samples());
  EXPECT_EQ(source->src_count(), 12u);
  int same = 0;
  std::multiset<float> src, dst;
  for (int k = 0; k < 6; ++k) {
    const Batch batch = *source->batch(k);
    for (long i = 0; i < 2; ++i) {
      src.insert(batch.src.target[i].mean().item<float>());
      dst.insert(batch.dst.target[i].mean().item<float>());
      same += torch::equal(batch.src.target[i], batch.dst.target[i]);
    }
  }
  EXPECT_EQ(src, dst);  // one whole pass each
  EXPECT_EQ(std::set<float>(src.begin(), src.end()).size(), 12u);
  EXPECT_LT(same, 6);
}

TEST(SampleSource, FacesComeAgainAndAResumedRunAgrees) {
  const ScratchFolder folder;
  write_faces(folder.path / "src", std::vector<double>(30, 0.0), /*flat=*/true);
  write_faces(folder.path / "dst", 3);
  const auto settings = plain_samples();
  const auto plain = faces_shown(*opened(folder, settings), 0, 20);
  const auto source = opened(folder, settings);
  auto faces = faces_shown(*source, 0, 3);
  const auto places = source->places(Half::src, 2);
  EXPECT_EQ(places, (std::vector<std::uint64_t>{4, 5}));
  source->again(std::vector<FaceAgain>{{Half::src, places[1]}, {Half::src, 0}, {Half::src, places[1]}});
  const auto state = source->state();
  const std::uint64_t repeat = ~std::uint64_t{0};
  EXPECT_EQ(source->places(Half::src, 11, /*fresh_only=*/true), (std::vector<std::uint64_t>{repeat, repeat}));
  const auto rest = faces_shown(*source, 3, 20);
  faces.insert(faces.end(), rest.begin(), rest.end());
  // From eight batches on: the three, then the order where it stopped.
  auto expected = plain;
  expected.insert(expected.begin() + 22, {plain[5], plain[0], plain[5]});
  expected.resize(40);
  EXPECT_EQ(faces, expected);

  const auto resumed = opened(folder, settings);
  ASSERT_TRUE(resumed->restore(state));
  EXPECT_EQ(faces_shown(*resumed, 3, 20), rest);
  const auto later = opened(folder, settings);  // from a save after the repeats
  ASSERT_TRUE(later->restore(source->state()));
  EXPECT_EQ(faces_shown(*later, 20, 25), faces_shown(*source, 20, 25));
  EXPECT_FALSE(opened(folder, settings)->restore(std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(SampleSource, TheWorstComeAgainAlsoAfterAResumeInBetween) {
  const ScratchFolder folder;
  write_faces(folder.path / "src", std::vector<double>(30, 0.0), /*flat=*/true);
  write_faces(folder.path / "dst", 3);
  const auto settings = plain_samples();
  // Brighter faces count as worse; after batch 5 the three worst of all seen come again.
  const auto train = [](SampleSource& source, int from, int to) {
    std::vector<int> faces;
    for (int k = from; k < to; ++k) {
      const auto shown = faces_shown(source, k, k + 1);
      source.note_losses(Half::src, k, std::vector<double>(shown.begin(), shown.end()), 3);
      if (k == 5) source.repeat_worst();
      faces.insert(faces.end(), shown.begin(), shown.end());
    }
    return faces;
  };
  const auto straight = opened(folder, settings);
  EXPECT_TRUE(straight->state().empty());
  const auto first = train(*straight, 0, 3);
  const auto state = straight->state();
  EXPECT_FALSE(state.empty());
  auto all = first;
  const auto rest = train(*straight, 3, 20);
  all.insert(all.end(), rest.begin(), rest.end());
  std::vector<int> worst(all.begin(), all.begin() + 12);
  std::ranges::sort(worst, std::greater{});
  EXPECT_EQ(std::vector<int>(all.begin() + 28, all.begin() + 31), std::vector<int>(worst.begin(), worst.begin() + 3));
  const auto resumed = opened(folder, settings);
  ASSERT_TRUE(resumed->restore(state));
  EXPECT_EQ(train(*resumed, 3, 20), rest);
  const auto fresh = opened(folder, settings);
  ASSERT_TRUE(fresh->restore(state));
  ASSERT_TRUE(fresh->restore({}));
  EXPECT_TRUE(fresh->state().empty());
}

}  // namespace
}  // namespace understudy
