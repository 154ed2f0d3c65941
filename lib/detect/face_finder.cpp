// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/face_finder.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <mutex>
#include <numbers>

#include "lib/detect/models.hpp"

namespace understudy {
namespace {

constexpr double same_face = 0.3;  // overlap above which two boxes are one face; MediaPipe's value
// A mesh run on the square that its own result asks for should ask for the same square again; on something that is no
// face it wanders.
constexpr double most_wander = 0.35;  // of the side
constexpr double most_growth = 1.6;
// A face that stays below one of them is kept only when the short-range detector sees it too, one below both never:
// out-of-focus shrubs reach 0.56 and 0.85, true faces of the test clips 0.67 and 0.99 at least.
constexpr float sure_detector_score = 0.62f, sure_mesh_score = 0.9f;

Roi whole(const Pyramid& frame, double angle = 0) {
  return {{(frame.width() - 1) / 2.0, (frame.height() - 1) / 2.0},
          static_cast<double>(std::max(frame.width(), frame.height())),
          angle};
}

// Squares of a side that overlap by half and cover the frame.
std::vector<Roi> tiles(const Pyramid& frame, double side) {
  std::vector<Roi> all;
  const int across = std::max(1, static_cast<int>(std::ceil((frame.width() - side) / (side / 2))) + 1);
  const int down = std::max(1, static_cast<int>(std::ceil((frame.height() - side) / (side / 2))) + 1);
  auto middle = [side](int i, int n, int length) {
    return n == 1 ? length / 2.0 : side / 2 + i * (length - side) / (n - 1);
  };
  for (int y = 0; y < down; ++y) {
    for (int x = 0; x < across; ++x)
      all.push_back({{middle(x, across, frame.width()), middle(y, down, frame.height())}, side, 0});
  }
  return all;
}

struct Apart {
  double wander = 0;  // between the centres, in sides of the square looked in
  double growth = 1;  // ratio of the sides, at least 1
};
Apart apart(const Roi& found, const Roi& looked_in) {
  return {std::hypot(found.centre.x - looked_in.centre.x, found.centre.y - looked_in.centre.y) / looked_in.side,
          std::max(found.side / looked_in.side, looked_in.side / found.side)};
}

// Two ways of looking may have led the mesh to one face: the surer one stays. Largest face first.
std::vector<FoundFace> distinct(std::vector<FoundFace> faces) {
  std::stable_sort(faces.begin(), faces.end(), [](auto& a, auto& b) { return a.score > b.score; });
  std::vector<FoundFace> kept;
  for (auto& face : faces) {
    if (std::none_of(kept.begin(), kept.end(), [&](auto& k) { return overlap(k.rect, face.rect) > same_face; }))
      kept.push_back(std::move(face));
  }
  auto area = [](const FoundFace& f) { return f.rect.area(); };
  std::stable_sort(kept.begin(), kept.end(), [&](auto& a, auto& b) { return area(a) > area(b); });
  return kept;
}

}  // namespace

struct FaceFinder::Near {
  std::mutex mutex;
  int streams = 1;
  std::optional<BoxDetector> detector;
};

Result<FaceFinder> FaceFinder::load(int streams, const FinderOptions& options) {
  // Half a second each, so both at once.
  auto loading = std::async(std::launch::async, [streams] {
    return FaceMesh::load(models::face_landmark(), "face_landmark.tflite", streams);
  });
  auto far =
      BoxDetector::load(models::face_detection_full_range_sparse(), "face_detection_full_range_sparse.tflite", streams);
  TRY(FaceMesh mesh, loading.get());
  if (!far) return Failure(std::move(far).error());
  auto near = std::make_shared<Near>();
  near->streams = streams;
  return FaceFinder(*std::move(far), std::move(mesh), std::move(near), options);
}

FaceFinder FaceFinder::share() const { return {far_.share(), mesh_.share(), near_source_, options_}; }

Result<std::vector<Detection>> FaceFinder::find_near(Pyramid& pyramid, const Roi& roi) {
  if (!near_) {
    std::lock_guard lock(near_source_->mutex);
    auto& loaded = near_source_->detector;
    if (!loaded) {
      TRY(loaded, BoxDetector::load(models::face_detection_short_range(), "face_detection_short_range.tflite",
                                    near_source_->streams));
    }
    near_ = loaded->share();
  }
  return near_->find(pyramid, roi, options_.least_detector_score);
}

Result<std::vector<FoundFace>> FaceFinder::find(const ImageU8& frame_bgr, Look look, Care care) {
  if (frame_bgr.width < 16 || frame_bgr.height < 16 || frame_bgr.channels != 3) return std::vector<FoundFace>();
  Pyramid pyramid(frame_bgr);
  TRY(auto detections, far_.find(pyramid, whole(pyramid), options_.least_detector_score));
  detections = suppress(std::move(detections), same_face);
  TRY(auto faces, verified(pyramid, detections, care));
  if (!faces.empty() && look == Look::usual) return faces;
  TRY(const auto more, second_look(pyramid));
  detections.insert(detections.end(), more.begin(), more.end());
  return verified(pyramid, suppress(std::move(detections), same_face), care);
}

// Every other way of looking, pooled, so that a false hit in one does not hide a true one in another (spec pipeline.md
// W2, W3): turned frames, the short-range network, and overlapping tiles of half the frame's shorter side.
Result<std::vector<Detection>> FaceFinder::second_look(Pyramid& pyramid) {
  std::vector<Detection> all;
  const float least = options_.least_detector_score;
  auto add = [&all](std::vector<Detection> more) { all.insert(all.end(), more.begin(), more.end()); };
  for (int quarter = 0; quarter < 4; ++quarter) {
    const Roi turned = whole(pyramid, quarter * std::numbers::pi / 2);
    if (quarter != 0) {
      TRY(auto far, far_.find(pyramid, turned, least));
      add(std::move(far));
    }
    TRY(auto near, find_near(pyramid, turned));
    add(std::move(near));
  }
  const double shorter = std::min(pyramid.width(), pyramid.height());
  std::vector<Roi> squares = tiles(pyramid, shorter / 2);
  if (pyramid.width() != pyramid.height()) {
    const auto large = tiles(pyramid, shorter);
    squares.insert(squares.end(), large.begin(), large.end());
  }
  for (const Roi& square : squares) {
    TRY(auto far, far_.find(pyramid, square, least));
    add(std::move(far));
  }
  return all;
}

Result<std::vector<FoundFace>> FaceFinder::verified(Pyramid& pyramid, const std::vector<Detection>& detections,
                                                    Care care) {
  std::vector<FoundFace> faces;
  for (const auto& detection : detections) {
    TRY(auto found, refine(pyramid, roi_of(detection), detection.score, care));
    faces.insert(faces.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  return distinct(std::move(faces));
}

Result<std::vector<FoundFace>> FaceFinder::follow(const ImageU8& frame_bgr, std::span<const Expected> expected,
                                                  bool look_for_more) {
  if (frame_bgr.width < 16 || frame_bgr.height < 16 || frame_bgr.channels != 3) return std::vector<FoundFace>();
  Pyramid pyramid(frame_bgr);
  std::vector<FoundFace> faces;
  auto add = [&faces](std::vector<FoundFace> more) {
    faces.insert(faces.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  for (const auto& face : expected) {
    TRY(auto again, refollow(pyramid, face));
    add(std::move(again));
  }
  if (!look_for_more) return distinct(std::move(faces));
  TRY(auto detections, far_.find(pyramid, whole(pyramid), options_.least_detector_score));
  for (const auto& detection : suppress(std::move(detections), same_face)) {
    const auto known =
        std::ranges::find_if(faces, [&](auto& face) { return overlap(face.rect, detection.box) > same_face; });
    if (known != faces.end()) {
      known->detector_score = detection.score;
    } else {
      TRY(auto found, refine(pyramid, roi_of(detection), detection.score, Care::moving));
      add(std::move(found));
    }
  }
  return distinct(std::move(faces));
}

Result<Mesh> FaceFinder::mean_mesh(Pyramid& pyramid, const Roi& roi) {
  constexpr std::array sizes{0.92, 1.0, 1.08};
  Mesh mean;
  const auto count = static_cast<float>(sizes.size());
  for (const double size : sizes) {
    TRY(const Mesh mesh, mesh_.find(pyramid, {roi.centre, roi.side * size, roi.angle}));
    for (std::size_t i = 0; i < mesh.points.size(); ++i) {
      for (std::size_t c = 0; c < 3; ++c) mean.points[i][c] += mesh.points[i][c] / count;
    }
    mean.score += mesh.score / count;
  }
  return mean;
}

// Mesh on the detector's square, then on the squares the mesh itself asks for: what comes out no longer depends on the
// noise of the box (spec pipeline.md W2). The mean over three sizes halves what is left of the trembling from frame to
// frame (measured on the actors: second differences of the alignment points 0.67 -> 0.36 % of the eye distance).
Result<std::vector<FoundFace>> FaceFinder::refine(Pyramid& pyramid, Roi roi, float detector_score, Care care) {
  TRY(const Mesh first, mesh_.find(pyramid, roi));
  if (first.score < options_.least_score / 4) return std::vector<FoundFace>();  // nothing like a face: save the rest
  const Roi own = roi_of(first);
  if (care == Care::moving) {
    TRY(const Mesh second, mesh_.find(pyramid, on_lattice(own)));
    return refollow(pyramid, {on_lattice(roi_of(second)), detector_score});
  }
  TRY(const Mesh mean, mean_mesh(pyramid, own));
  return checked(pyramid, mean, own, detector_score);
}

// The square expected from the frames before is nearly the face's own; where it is not, the mesh runs once more.
Result<std::vector<FoundFace>> FaceFinder::refollow(Pyramid& pyramid, const Expected& expected) {
  constexpr double off = 0.08, growth = 1.1;
  TRY(Mesh mesh, mesh_.find(pyramid, expected.roi));
  if (mesh.score < options_.least_score / 4) return std::vector<FoundFace>();
  Roi looked_in = expected.roi;
  const Roi own = roi_of(mesh);
  if (apart(own, looked_in).wander > off || apart(own, looked_in).growth > growth) {
    TRY(mesh, mesh_.find(pyramid, own));
    looked_in = own;
  }
  return checked(pyramid, mesh, looked_in, expected.detector_score);
}

Result<std::vector<FoundFace>> FaceFinder::checked(Pyramid& pyramid, const Mesh& mesh, const Roi& looked_in,
                                                   float detector_score) {
  std::vector<FoundFace> found;
  const Roi again = roi_of(mesh);
  const Rect rect = bounds(mesh);
  const Apart moved = apart(again, looked_in);
  const bool plausible = mesh.score >= options_.least_score && moved.wander < most_wander &&
                         moved.growth < most_growth && std::min(rect.width(), rect.height()) >= options_.least_side;
  if (!plausible) return found;
  const bool detector_sure = detector_score >= sure_detector_score, mesh_sure = mesh.score >= sure_mesh_score;
  if (!detector_sure && !mesh_sure) return found;
  if (!detector_sure || !mesh_sure) {
    TRY(const auto confirmed, find_near(pyramid, {again.centre, again.side * 1.3, again.angle}));
    const bool same =
        std::any_of(confirmed.begin(), confirmed.end(), [&](auto& d) { return overlap(d.box, rect) > same_face; });
    if (!same) return found;
  }
  found.push_back({rect, mesh.score, detector_score, landmarks68(mesh), mesh.points, looked_in});
  return found;
}

namespace {
Roi roi_of(const Rect& rect, double angle) {
  return {
      {(rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2}, 1.5 * std::max(rect.width(), rect.height()), angle};
}
}  // namespace

Result<FoundFace> FaceFinder::place_in(const ImageU8& frame_bgr, const Rect& rect, double angle) {
  Pyramid pyramid(frame_bgr);
  const Roi roi = roi_of(rect, angle);
  TRY(auto found, refine(pyramid, roi, 1, Care::still));
  if (!found.empty()) return std::move(found.front());
  TRY(const Mesh mesh, mesh_.find(pyramid, roi));
  return FoundFace{bounds(mesh), mesh.score, 0, landmarks68(mesh), mesh.points, roi, true};
}

}  // namespace understudy
