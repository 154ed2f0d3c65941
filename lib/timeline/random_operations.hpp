// SPDX-License-Identifier: Apache-2.0
// Made-up operations that fit a timeline, for tests.
#pragma once

#include <random>

#include "lib/timeline/operations.hpp"

namespace understudy {

class RandomOperations {
 public:
  explicit RandomOperations(std::uint32_t seed) : random_(seed) {}

  TimelineOperation next(const Timeline& timeline) {
    switch (below(12)) {
      case 0:
        if (const auto at = free_frame(timeline)) return InsertShot{{*at, name(), layer()}};
        return SetPerson{below(5), name(), name()};
      case 1:
        if (timeline.shots.size() > 1) return RemoveShot{1 + index(timeline.shots.size() - 1)};
        return RenameShot{0, name()};
      case 2:
        return RenameShot{index(timeline.shots.size()), name()};
      case 3:
        if (const auto move = moved(timeline)) return *move;
        return SetPerson{below(5), name(), name()};
      case 4:
        return SetPerson{below(5), name(), below(2) ? "none" : name()};
      case 5:
        if (below(20) == 0) return SetShots{{{0, name(), layer()}, {1 + below(200), name(), layer()}}};
        [[fallthrough]];
      case 6:
      case 7:
        return set_frames();
      case 8:
      case 9: {
        SetKey key{place(timeline), setting(), below(400), {}};
        if (below(3)) key.set = Key{value(key.key), static_cast<KeyKind>(below(3))};
        return key;
      }
      default: {
        SetValue set{place(timeline), setting(), {}};
        if (below(4)) set.value = value(set.key);
        return set;
      }
    }
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::size_t index(std::size_t n) { return random_() % n; }
  std::string name() { return std::string(std::size_t(below(4)), static_cast<char>('a' + below(26))); }
  std::string setting() { return setting_rows()[index(setting_rows().size())].key; }
  std::string value(const std::string& key) {
    const Row& row = *setting_row(key);
    if (key == "mode") return row.choices[index(row.choices.size() - 1)];  // but for raw-predict, which is no person's
    if (row.kind == Kind::choice) return row.choices[index(row.choices.size())];
    if (key == "fallback") return below(2) ? "none" : "turn=original+edge=hold";
    if (row.kind == Kind::boolean) return below(2) ? "true" : "false";
    if (row.kind == Kind::number) return detail::number_text(*row.lo + (*row.hi - *row.lo) * 0.001 * below(1001));
    const int lo = static_cast<int>(*row.lo), hi = static_cast<int>(*row.hi);
    return std::to_string(lo + below(hi - lo + 1));
  }
  Layer layer() {
    Layer layer;
    for (int i = below(3); i > 0; --i) {
      const auto key = setting();
      layer.values[key] = value(key);
    }
    if (below(3) == 0) {
      const auto key = setting();
      layer.curves[key][below(300)] = {value(key), static_cast<KeyKind>(below(3))};
    }
    return layer;
  }
  LayerPlace place(const Timeline& timeline) {
    const int which = below(3);
    if (which == 0) return WholeClip{};
    if (which == 1) return OfPerson{below(5)};
    return OfShot{index(timeline.shots.size())};
  }
  SetFrames set_frames() {
    SetFrames set;
    for (int i = 1 + below(3); i > 0; --i) {
      const std::int64_t first = below(400);
      FramesValue one{{first, first + below(30)}, setting(), {}};
      if (below(3)) one.value = value(one.key);
      set.values.push_back(std::move(one));
    }
    return set;
  }
  std::optional<std::int64_t> free_frame(const Timeline& timeline) {
    const std::int64_t at = 1 + below(400);
    for (const auto& shot : timeline.shots)
      if (shot.first == at) return {};
    return at;
  }
  std::optional<MoveShot> moved(const Timeline& timeline) {
    if (timeline.shots.size() < 2) return {};
    const std::size_t shot = 1 + index(timeline.shots.size() - 1);
    const auto low = timeline.shots[shot - 1].first + 1;
    const auto high = shot + 1 < timeline.shots.size() ? timeline.shots[shot + 1].first - 1 : 500;
    return MoveShot{shot, low + below(static_cast<int>(high - low + 1))};
  }

  std::mt19937 random_;
};

}  // namespace understudy
