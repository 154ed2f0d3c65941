// SPDX-License-Identifier: Apache-2.0
#include "lib/face/outline.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "lib/image/cv.hpp"

namespace understudy {
namespace {

using Contour = std::vector<cv::Point>;

// Douglas-Peucker, with the tolerance raised until there are few enough points.
Contour simplified(const Contour& contour, const OutlineRules& rules) {
  constexpr double growth = 1.25;
  Contour simple;
  for (double tolerance = rules.tolerance;; tolerance *= growth) {
    cv::approxPolyDP(contour, simple, tolerance, true);
    if (simple.size() <= std::max<std::size_t>(rules.most_points, 3)) return simple;
  }
}

Polygon polygon_of(const Contour& contour, Polygon::Kind kind) {
  Polygon polygon{kind, {}};
  for (const auto& p : contour) polygon.points.push_back({static_cast<double>(p.x), static_cast<double>(p.y)});
  return polygon;
}

// The outlines run through the pixels of the part itself, which is what fillPoly fills again.
void add_parts(const cv::Mat& parts, Polygon::Kind kind, const OutlineRules& rules, std::vector<Polygon>& polygons) {
  std::vector<Contour> contours;
  cv::findContours(parts, contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  std::vector<std::pair<double, const Contour*>> by_area;
  for (const auto& contour : contours) {
    const double area = cv::contourArea(contour);
    if (area >= rules.smallest_part * parts.rows * parts.cols) by_area.emplace_back(area, &contour);
  }
  std::ranges::stable_sort(by_area, std::greater<>(), [](const auto& one) { return one.first; });
  for (const auto& [area, contour] : by_area) {
    const Contour simple = simplified(*contour, rules);
    if (simple.size() >= 3) polygons.push_back(polygon_of(simple, kind));
  }
}

}  // namespace

std::vector<Polygon> polygons_of_mask(const ImageF& mask, const OutlineRules& rules) {
  const cv::Mat inside = view(mask) >= 0.5F;
  std::vector<Polygon> polygons;
  add_parts(inside, Polygon::Kind::include, rules, polygons);
  // Holes: what is outside of the mask but inside of its outer outlines.
  std::vector<Contour> outer;
  cv::findContours(inside, outer, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  cv::Mat filled = cv::Mat::zeros(inside.size(), CV_8U);
  cv::drawContours(filled, outer, -1, cv::Scalar(255), cv::FILLED);
  const cv::Mat holes = filled & ~inside;
  add_parts(holes, Polygon::Kind::exclude, rules, polygons);
  return polygons;
}

}  // namespace understudy
