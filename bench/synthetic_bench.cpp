// SPDX-License-Identifier: Apache-2.0
// What a picture of an actor and what casting one costs, and sheets of the people and takes drawn at random.
//   bench_synthetic                          milliseconds of one processor
//   bench_synthetic people FILE [FROM [ROWS [COLUMNS]]]   neutral faces of wild_identity(FROM + n)
//   bench_synthetic takes FILE [FROM [ROWS [COLUMNS]]]    a person a row, another take in each cell
//   bench_synthetic mixed FILE [FROM [ROWS [COLUMNS]]]   another person and take in each cell
//   bench_synthetic same FILE [FROM [ROWS [COLUMNS]]]     the same takes in every row
//   bench_synthetic camera FILE [FROM [ROWS [COLUMNS]]]    takes through wild_camera()
//   bench_synthetic points FILE [FROM [ROWS [COLUMNS]]]   takes with their 68 points and masks
//   bench_synthetic files FILE PICTURE...     real faces to set beside them
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "bench/report.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/face/synthetic/camera_look.hpp"
#include "lib/face/synthetic/wild.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/draw.hpp"
#include "lib/image/warp.hpp"

namespace {
using namespace understudy;

// Seconds of the processor, so that what else runs on the machine counts little.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

constexpr synthetic::RenderOptions quick{256, 256, 2, true, 2.3};

void time_all() {
  double casting = 0;
  std::vector<synthetic::Actor> actors;
  for (std::uint32_t i = 0; i < 6; ++i) {
    const double begin = now();
    actors.emplace_back(synthetic::wild_identity(i), 0.45f);
    casting += now() - begin;
  }
  print_result("synthetic.cast_0.45", casting / 6 * 1000, "ms");
  const auto time = [&](const char* name, const synthetic::RenderOptions& options) {
    const double begin = now();
    int drawn = 0;
    for (const auto& actor : actors)
      for (int k = 0; k < 4; ++k)
        actor.render(synthetic::wild_performance(static_cast<std::uint32_t>(drawn++)), options);
    print_result(name, (now() - begin) / drawn * 1000, "ms");
  };
  time("synthetic.frame_256_2x2", {256, 256, 2});
  time("synthetic.frame_256_shade_once", {256, 256, 2, true});
  time("synthetic.face_256_shade_once", quick);
  const double begin = now();
  for (std::uint32_t i = 0; i < 24; ++i) {
    ImageU8 image(256, 256, 3, 90);
    if (!synthetic::apply_camera(image, synthetic::wild_camera(i))) std::exit(1);
  }
  print_result("synthetic.camera_256", (now() - begin) / 24 * 1000, "ms");
  time("synthetic.face_200_shade_once", {200, 200, 2, true, 2.3});
  time("synthetic.face_256_1x1", {256, 256, 1, true, 2.3});
}

ImageU8 face_of(const synthetic::Rendered& picture, const ImageU8& image, int size) {
  return warp_antialiased(image, face_matrix(picture.landmarks, size, FaceType::whole), size, size);
}

void mark(synthetic::Rendered& picture) {
  ImageU8& f = picture.frame_bgr;
  for (int y = 0; y < f.height; ++y) {
    for (int x = 0; x < f.width; ++x) {
      f.at(x, y, 1) = static_cast<std::uint8_t>((f.at(x, y, 1) * 3 + picture.face_mask.at(x, y)) / 4);
      f.at(x, y, 2) = static_cast<std::uint8_t>((f.at(x, y, 2) * 3 + picture.occluder_mask.at(x, y)) / 4);
    }
  }
  for (const Point& p : picture.landmarks)
    fill_rectangle(f, static_cast<int>(p.x + 0.5) - 1, static_cast<int>(p.y + 0.5) - 1, 3, 3, {0, 0, 255});
}

int sheet(const std::string& kind, const std::string& file, std::uint32_t from, int rows, int columns) {
  const int cell = std::getenv("CELL") != nullptr ? std::atoi(std::getenv("CELL")) : 160;
  ImageU8 page((cell + 2) * columns, (cell + 2) * rows, 3);
  for (int r = 0; r < rows; ++r) {
    std::optional<synthetic::Actor> actor;
    for (int c = 0; c < columns; ++c) {
      const auto number = static_cast<std::uint32_t>(r * columns + c);
      const bool each = kind == "people" || kind == "mixed";
      const std::uint32_t who = each ? from + number : from + static_cast<std::uint32_t>(r);
      if (c == 0 || each) actor.emplace(synthetic::wild_identity(who), 0.6f);
      synthetic::Performance play;
      if (kind != "people")
        play = synthetic::wild_performance(from + (kind == "same" ? static_cast<std::uint32_t>(c) : number));
      synthetic::Rendered picture = actor->render(play, {2 * cell, 2 * cell, 2, true, 2.3});
      if (kind == "points") mark(picture);
      if (kind == "camera" && !synthetic::apply_camera(picture.frame_bgr, synthetic::wild_camera(from + number)))
        return 1;
      paste(page, face_of(picture, picture.frame_bgr, cell), c * (cell + 2), r * (cell + 2));
    }
  }
  return write_image(file, page) ? 0 : 1;
}

// Pictures side by side, eight in a row.
int set_side_by_side(int argc, char** argv) {
  constexpr int cell = 240, columns = 8;
  ImageU8 page((cell + 2) * columns, (cell + 2) * ((argc - 4) / columns + 1), 3);
  for (int i = 3; i < argc; ++i) {
    const auto image = read_image(argv[i]);
    if (!image) return 1;
    paste(page, resize(*image, cell, cell, Interpolation::area), (i - 3) % columns * (cell + 2),
          (i - 3) / columns * (cell + 2));
  }
  return write_image(argv[2], page) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    time_all();
    return 0;
  }
  if (std::string(argv[1]) == "files") return set_side_by_side(argc, argv);
  const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
  return sheet(argv[1], argv[2], static_cast<std::uint32_t>(number(3, 0)), number(4, 8), number(5, 10));
}
