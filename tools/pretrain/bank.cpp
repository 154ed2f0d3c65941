// SPDX-License-Identifier: Apache-2.0
#include "tools/pretrain/bank.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/io_failure.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/synthetic/wild.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"

namespace understudy::pretrain {
namespace {

constexpr int crop_side = 128, frame_side = 200;

std::uint32_t seed_of(int block) { return static_cast<std::uint32_t>(block) * 64; }

synthetic::Performance performance_of(int block, int play) {
  return synthetic::wild_performance(seed_of(block) + static_cast<std::uint32_t>(play));
}

Result<> write_crop(const fs::path& path, const ImageU8& frame_bgr, const Landmarks68& landmarks) {
  FaceInfo info;
  info.face_type = FaceType::full;
  const Affine to_crop = face_matrix(landmarks, crop_side, info.face_type);
  info.landmarks = transformed(landmarks, to_crop);
  info.source_filename = path.filename().string();
  info.image_to_face_mat = to_crop;
  const ImageF crop = warp(to_float(frame_bgr), to_crop, crop_side, crop_side, Interpolation::cubic, Border::replicate);
  return write_face_jpeg(path, to_u8_rounded(crop), 95, info);
}

}  // namespace

fs::path face_path(const fs::path& bank, int block, int person, int play) {
  return bank / fmt::format("b{:06}", block) / fmt::format("i{}_p{}.jpg", person, play);
}

Result<> render_block(const fs::path& bank, int block) {
  const fs::path whole = bank / fmt::format("b{:06}", block), part = bank / fmt::format("part{:06}", block);
  if (fs::exists(whole)) return {};
  TRY_VOID(make_folders(part));
  const auto seed = seed_of(block);
  std::vector<synthetic::Performance> plays;
  for (int p = 0; p < plays_per_block; ++p) plays.push_back(performance_of(block, p));
  for (int i = 0; i < people_per_block; ++i) {
    const synthetic::Actor actor(synthetic::wild_identity(seed + static_cast<std::uint32_t>(i)), 0.45f);
    for (int p = 0; p < plays_per_block; ++p) {
      auto play = plays[static_cast<std::size_t>(p)];
      play.occluder = synthetic::OccluderKind::none;  // what hides a face is laid over the inputs alone (groups.cpp)
      play.grain_seed += static_cast<std::uint32_t>(i) * 977;
      const auto drawn = actor.render(play, {frame_side, frame_side, 2, /*shade_once=*/true, /*only_face=*/2.3});
      TRY_VOID(write_crop(part / face_path(bank, block, i, p).filename(), drawn.frame_bgr, drawn.landmarks));
    }
  }
  std::error_code failed;
  fs::rename(part, whole, failed);
  if (failed) return io_failure("rename", part, failed.value());
  return {};
}

std::array<float, play_numbers> numbers_of_play(int block, int play, bool mirrored) {
  const auto p = performance_of(block, play);
  const std::size_t left = mirrored ? 1 : 0, right = 1 - left;
  const float side = mirrored ? -1 : 1;
  // Gaze cannot be seen through a lid.
  const float seen = 1 - std::min(p.blink[0], p.blink[1]);
  std::array<float, play_numbers> numbers{p.blink[left],
                                          p.blink[right],
                                          side * p.gaze_x * seen,
                                          p.gaze_y * seen,
                                          p.mouth_open,
                                          p.smile,
                                          p.pucker,
                                          p.brow_raise[left],
                                          p.brow_raise[right],
                                          p.frown,
                                          p.squint[left],
                                          p.squint[right],
                                          p.upper_lip_raise,
                                          p.lower_lip_drop,
                                          p.lip_press,
                                          side * p.smirk,
                                          side * p.mouth_side,
                                          side * p.jaw_side,
                                          side * static_cast<float>(p.yaw),
                                          static_cast<float>(p.pitch)};
  // About their spread among the performances; less for what people look at and is hard to see, more for the rest.
  constexpr std::array<float, play_numbers> spread{0.37f, 0.37f, 7.0f, 4.5f, 0.2f,  0.3f, 0.2f,  0.35f, 0.35f, 0.27f,
                                                   0.6f,  0.6f,  0.4f, 0.4f, 0.35f, 0.3f, 0.24f, 0.36f, 21.0f, 9.0f};
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] /= spread[i];
  return numbers;
}

std::vector<int> blocks_of(const fs::path& bank) {
  std::vector<int> blocks;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(bank, error)) {
    const auto name = entry.path().filename().string();
    if (name.size() == 7 && name[0] == 'b') blocks.push_back(std::atoi(name.c_str() + 1));
  }
  std::ranges::sort(blocks);
  return blocks;
}

}  // namespace understudy::pretrain
