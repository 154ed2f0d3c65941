// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/box_detector.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

// The number of boxes tells the anchor layout. Full range (MediaPipe face_detection_full_range): one anchor at the
// middle of every cell of one grid. Short range: two a cell at stride 8 and six a cell at stride 16 (three layers of 16
// merged). Anchors are points; boxes are predicted in input pixels around them (fixed anchor size 1).
std::vector<Point> make_anchors(std::size_t count, int size) {
  std::vector<Point> anchors;
  auto grid = [&](int cells, int each) {
    for (int y = 0; y < cells; ++y) {
      for (int x = 0; x < cells; ++x) anchors.insert(anchors.end(), each, Point{(x + 0.5) / cells, (y + 0.5) / cells});
    }
  };
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(count))));
  if (static_cast<std::size_t>(side) * side == count) {
    grid(side, 1);
  } else {
    grid(size / 8, 2);
    grid(size / 16, 6);
  }
  return anchors;
}

}  // namespace

Result<BoxDetector> BoxDetector::load(std::span<const std::uint8_t> model, const std::string& name, int streams) {
  infer::SessionOptions options;
  options.streams = streams;
  TRY(infer::Session session, infer::Session::load(model, name, options));
  BoxDetector detector(std::move(session));
  const auto& in = detector.session_.inputs();
  const auto& out = detector.session_.outputs();
  const bool square =
      in.size() == 1 && in[0].shape.size() == 4 && in[0].shape[1] == in[0].shape[2] && in[0].shape[3] == 3;
  if (!square || out.size() != 2) return fail(Code::bad_file, "{} is no face detector", name);
  detector.size_ = static_cast<int>(in[0].shape[1]);
  detector.boxes_ = out[0].shape.back() == 16 ? 0 : 1;
  detector.scores_ = 1 - detector.boxes_;
  const auto count = out[detector.scores_].size();
  detector.anchors_ = make_anchors(count, detector.size_);
  if (detector.anchors_.size() != count || out[detector.boxes_].size() != count * 16) {
    return fail(Code::bad_file, "{} has an anchor layout that is not known", name);
  }
  return detector;
}

BoxDetector BoxDetector::share() const {
  BoxDetector other(session_.share());
  other.anchors_ = anchors_;
  other.size_ = size_;
  other.boxes_ = boxes_;
  other.scores_ = scores_;
  return other;
}

Result<std::vector<Detection>> BoxDetector::find(Pyramid& pyramid, const Roi& roi, float least_score) {
  pyramid.sample(roi, size_, Outside::black, -1, 1, session_.input(0));
  TRY_VOID(session_.run());
  const auto boxes = session_.output(boxes_), scores = session_.output(scores_);
  const Affine frame_from_crop = roi.frame_from_crop(size_);
  std::vector<Detection> found;
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    const float score = 1 / (1 + std::exp(-std::clamp(scores[i], -100.f, 100.f)));
    if (score < least_score) continue;
    const float* raw = boxes.data() + i * 16;  // centre x, y, width, height, six points x, y; in input pixels
    const Point anchor = anchors_[i] * size_;
    Detection face;
    face.score = score;
    const double cx = anchor.x + raw[0], cy = anchor.y + raw[1], w = raw[2] / 2, h = raw[3] / 2;
    if (!(w > 0 && h > 0)) continue;
    face.box = {1e9, 1e9, -1e9, -1e9};
    for (const Point corner :
         {Point{cx - w, cy - h}, Point{cx + w, cy - h}, Point{cx + w, cy + h}, Point{cx - w, cy + h}}) {
      const Point p = frame_from_crop(corner);
      face.box = {std::min(face.box.left, p.x), std::min(face.box.top, p.y), std::max(face.box.right, p.x),
                  std::max(face.box.bottom, p.y)};
    }
    for (std::size_t k = 0; k < 6; ++k)
      face.keypoints[k] = frame_from_crop({anchor.x + raw[4 + 2 * k], anchor.y + raw[5 + 2 * k]});
    found.push_back(face);
  }
  std::stable_sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.score > b.score; });
  return found;
}

double overlap(const Rect& a, const Rect& b) {
  const double w = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double h = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (w <= 0 || h <= 0) return 0;
  return w * h / (a.width() * a.height() + b.width() * b.height() - w * h);
}

std::vector<Detection> suppress(std::vector<Detection> all, double most_overlap) {
  std::stable_sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.score > b.score; });
  std::vector<Detection> kept;
  while (!all.empty()) {
    const Detection best = all.front();
    const auto same = std::stable_partition(all.begin(), all.end(),
                                            [&](auto& d) { return overlap(d.box, best.box) <= most_overlap; });
    Detection mean;
    mean.score = best.score;
    double sum = 0;
    for (auto d = same; d != all.end(); ++d) {
      const double w = d->score;
      sum += w;
      mean.box = {mean.box.left + w * d->box.left, mean.box.top + w * d->box.top, mean.box.right + w * d->box.right,
                  mean.box.bottom + w * d->box.bottom};
      for (std::size_t k = 0; k < 6; ++k) mean.keypoints[k] = mean.keypoints[k] + d->keypoints[k] * w;
    }
    if (sum > 0) {
      mean.box = {mean.box.left / sum, mean.box.top / sum, mean.box.right / sum, mean.box.bottom / sum};
      for (auto& k : mean.keypoints) k = k * (1 / sum);
      kept.push_back(mean);
      all.erase(same, all.end());
    } else {
      all.erase(all.begin());  // a box without area overlaps not even itself
    }
  }
  return kept;
}

}  // namespace understudy
