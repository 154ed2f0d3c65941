// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "lib/detect/face_finder.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/identity/persons.hpp"
#include "lib/image/warp.hpp"
#include "lib/media/frame_source.hpp"

namespace understudy {
namespace {

fs::path media_folder() {
  const char* value = std::getenv("UNDERSTUDY_MEDIA");
  return value ? fs::path(value) : fs::path("../shared/media");
}

class RealClips : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(media_folder() / "actor_a.mp4")) GTEST_SKIP() << "no test clips in " << media_folder();
    finder_ = *FaceFinder::load();
    embedder_ = *FaceEmbedder::load();
  }
  Embedding of(const ImageU8& frame) {
    const auto faces = finder_->find(frame);
    EXPECT_EQ(faces->size(), 1u);
    return *embedder_->embed(frame, faces->front().landmarks);
  }
  std::vector<Embedding> of(const char* name, int every) {
    std::vector<Embedding> all;
    auto source = media::FrameSource::open(media_folder() / name);
    for (std::int64_t i = 0; i < source->count(); i += every) all.push_back(of(source->at(i)->bgr));
    return all;
  }
  std::optional<FaceFinder> finder_;
  std::optional<FaceEmbedder> embedder_;
};

TEST_F(RealClips, PeopleOfFourClipsAreFourPersons) {
  std::vector<Embedding> all;
  std::vector<int> wanted;
  int person = 0;
  for (const char* name : {"actor_a.mp4", "actor_b.mp4", "profile_720p.mp4", "far_portrait_720x1364.mp4"}) {
    const auto own = of(name, 30);
    all.insert(all.end(), own.begin(), own.end());
    wanted.insert(wanted.end(), own.size(), person++);
  }
  const auto persons = *cluster_by_person(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_EQ(persons[i] == persons[j], wanted[i] == wanted[j]) << i << " " << j << " " << distance(all[i], all[j]);
  }
}

TEST_F(RealClips, TheCropGivesNearlyTheSameNumbersAsTheFrame) {
  const auto frame = media::FrameSource::open(media_folder() / "actor_b.mp4")->at(40)->bgr;
  const auto landmarks = finder_->find(frame)->front().landmarks;
  const Affine map = face_matrix(landmarks, 512, FaceType::whole);
  const auto crop = warp_antialiased(frame, map, 512, 512);
  EXPECT_LT(distance(*embedder_->embed(frame, landmarks), *embedder_->embed(crop, transformed(landmarks, map))), 0.15);
}

Embedding around(std::mt19937& random, const Embedding& middle, float spread) {
  std::normal_distribution<float> normal(0, spread);
  Embedding e = middle;
  for (auto& v : e) v += normal(random);
  return e;
}

TEST(Persons, AreNumberedBySizeAndOddOnesStandOut) {
  std::mt19937 random(3);
  const Embedding zero{};
  const Embedding a = around(random, zero, 0.09f), b = around(random, zero, 0.09f);
  std::vector<Embedding> faces;
  for (int i = 0; i < 10; ++i) faces.push_back(around(random, a, 0.02f));
  for (int i = 0; i < 25; ++i) faces.push_back(around(random, b, 0.02f));
  faces.push_back(around(random, a, 0.035f));
  const auto persons = *cluster_by_person(faces);
  for (std::size_t i = 0; i < faces.size(); ++i) EXPECT_EQ(persons[i], i >= 10 && i < 35 ? 0 : 1) << i;
  const auto odd = oddness(faces, persons);
  EXPECT_EQ(std::ranges::max_element(odd) - odd.begin(), 35);
  EXPECT_TRUE(cluster_by_person({})->empty());
}

// Among many people each face is compared with each, which takes minutes.
TEST(Persons, AreCountedUntilAStopIsAskedFor) {
  std::mt19937 random(7);
  std::vector<Embedding> faces;
  for (int i = 0; i < 20; ++i) faces.push_back(around(random, Embedding{}, 0.09f));  // nobody is near anybody
  std::size_t asked = 0;
  const auto persons = cluster_by_person(faces, same_group, [&] { return ++asked > 1000; });
  ASSERT_TRUE(persons);
  EXPECT_GE(asked, 3 * faces.size());  // while faces are gathered, groups are compared and labels are given
  const auto all = asked;
  for (std::size_t most = 0; most < all; ++most) {
    asked = 0;
    EXPECT_FALSE(cluster_by_person(faces, same_group, [&] { return ++asked > most; })) << most;
    EXPECT_EQ(asked, most + 1);
  }
}

TEST(Persons, OfTracksAreNeverTwoAtOnce) {
  std::mt19937 random(5);
  const Embedding a = around(random, Embedding{}, 0.09f), b = around(random, a, 0.02f);  // they look alike
  auto track = [&](std::int64_t first, std::int64_t last, const Embedding& who, int count) {
    TrackSamples samples{first, last, {}};
    for (int i = 0; i < count; ++i) samples.embeddings.push_back(around(random, who, 0.005f));
    return samples;
  };
  const std::vector<TrackSamples> tracks{track(0, 40, a, 4),  track(10, 60, b, 6), track(41, 60, a, 2),
                                         track(70, 90, b, 3), track(70, 80, a, 0), track(82, 90, a, 1)};
  EXPECT_EQ(*persons_of_tracks(tracks), (std::vector<int>{1, 0, 1, 0, -1, 1}));
  EXPECT_TRUE(persons_of_tracks({})->empty());
}

// Each mean made anew whenever it is asked for, and every group looked through: what persons_of_tracks() gives faster.
std::vector<int> persons_the_long_way(const std::vector<TrackSamples>& tracks, double threshold) {
  struct Sum {
    Embedding sum{};
    double count = 0;
    std::vector<std::size_t> members;
    void add(const Embedding& other, double faces, float times) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += times * other[i];
      count += static_cast<double>(times) * faces;
    }
    Embedding mean() const {
      Embedding m;
      for (std::size_t i = 0; i < m.size(); ++i) m[i] = static_cast<float>(sum[i] / count);
      return m;
    }
  };
  std::vector<Sum> own(tracks.size()), groups;
  std::vector<std::size_t> order;
  for (std::size_t t = 0; t < tracks.size(); ++t) {
    for (const auto& e : tracks[t].embeddings) own[t].add(e, 1, 1);
    if (own[t].count > 0) order.push_back(t);
  }
  std::ranges::stable_sort(order, std::ranges::greater(), [&](auto t) { return own[t].count; });
  std::vector<int> persons(tracks.size(), -1);
  for (int round = 0; round < 3; ++round) {
    for (const auto t : order) {
      if (persons[t] >= 0) {
        auto& was = groups[static_cast<std::size_t>(persons[t])];
        std::erase(was.members, t);
        was.add(own[t].sum, own[t].count, -1);
      }
      double nearest = threshold;
      std::size_t best = groups.size();
      for (std::size_t g = 0; g < groups.size(); ++g) {
        const bool at_once = std::ranges::any_of(groups[g].members, [&](std::size_t other) {
          return tracks[t].first <= tracks[other].last && tracks[other].first <= tracks[t].last;
        });
        if (groups[g].count <= 0 || at_once) continue;
        if (const double d = distance(own[t].mean(), groups[g].mean()); d < nearest) nearest = d, best = g;
      }
      if (best == groups.size()) groups.emplace_back();
      groups[best].add(own[t].sum, own[t].count, 1);
      groups[best].members.push_back(t);
      persons[t] = static_cast<int>(best);
    }
  }
  std::vector<std::pair<double, std::size_t>> sizes;
  for (std::size_t g = 0; g < groups.size(); ++g) sizes.emplace_back(-groups[g].count, g);
  std::ranges::stable_sort(sizes, {}, &std::pair<double, std::size_t>::first);
  std::vector<int> number(groups.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) number[sizes[i].second] = static_cast<int>(i);
  for (int& person : persons) person = person < 0 ? -1 : number[static_cast<std::size_t>(person)];
  return persons;
}

TEST(Persons, OfTracksAreThoseThatTheLongWayGives) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    std::mt19937 random(seed);
    std::vector<Embedding> people;
    for (int i = 0; i < 6; ++i) people.push_back(around(random, i % 2 ? people.back() : Embedding{}, 0.03f));
    std::vector<TrackSamples> tracks;
    for (int t = 0; t < 80; ++t) {
      const std::int64_t first = random() % 400;
      auto& track = tracks.emplace_back(TrackSamples{first, first + static_cast<std::int64_t>(random() % 20), {}});
      const auto& who = people[random() % people.size()];
      for (auto count = random() % 5; count > 0; --count) track.embeddings.push_back(around(random, who, 0.03f));
    }
    const auto wanted = persons_the_long_way(tracks, same_group);
    EXPECT_GT(std::ranges::max(wanted), 1);
    EXPECT_EQ(*persons_of_tracks(tracks), wanted) << seed;
  }
}

TEST(Persons, OfTracksStopAtEachTrackOfEachRound) {
  std::mt19937 random(5);
  std::vector<TrackSamples> tracks;
  for (std::int64_t t = 0; t < 4; ++t) tracks.push_back({10 * t, 10 * t + 5, {around(random, Embedding{}, 0.05f)}});
  int asked = 0;
  const auto at = [&asked](int last) { return [&asked, last] { return ++asked == last; }; };
  ASSERT_TRUE(persons_of_tracks(tracks, same_group, at(0)));
  EXPECT_EQ(asked, 12);
  for (const int last : {1, 7, 12}) {
    asked = 0;
    EXPECT_FALSE(persons_of_tracks(tracks, same_group, at(last)));
    EXPECT_EQ(asked, last);
  }
}

}  // namespace
}  // namespace understudy
