// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/order.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/selection/orders.hpp"
#include "steps/3_curate/best_faces.hpp"
#include "steps/3_curate/groups.hpp"
#include "steps/3_curate/histogram_sorts.hpp"
#include "steps/3_curate/pixel_chain.hpp"

namespace understudy {
namespace {

using Entries = std::vector<CatalogueEntry>;
bool is_face(const CatalogueEntry& e) { return e.state == FaceState::face; }

enum class Keeps { all, faces, faces_above_zero };

// The sorts by one number, of equals the first by name first (spec pipeline.md 5.1).
Order by_number(const Entries& entries, double FaceNumbers::*member, bool descending, Keeps keeps) {
  const bool faces_only = keeps != Keeps::all;
  Order order = leave_out(entries, faces_only);
  std::vector<std::size_t> kept;
  for (const auto i : readable(entries, faces_only)) {
    const double value = entries[i].numbers.*member;
    const bool out = std::isnan(value) || (keeps == Keeps::faces_above_zero && value == 0);
    (out ? order.trash : kept).push_back(i);
  }
  put_in_order(kept, entries, {&*std::ranges::find(number_rows(), member, &NumberRow::member), {}, descending});
  for (const auto i : kept) order.kept.push_back({i, entries[i].numbers.*member});
  return order;
}

Order by_original_name(const Entries& entries) {
  Order order = leave_out(entries, true);
  for (const auto i : readable(entries, true)) order.kept.push_back({i, unknown, entries[i].source});
  std::ranges::stable_sort(order.kept, {}, &Placed::group);
  return order;
}

// "00042_1.jpg" is face 1 of frame 42; nothing for names of another form.
std::optional<std::pair<long long, long long>> frame_and_face(const std::string& name) {
  const std::string stem = fs::path(name).stem().string();
  const char *at = stem.data(), *end = stem.data() + stem.size();
  long long frame = 0, face = 0;
  const auto first = std::from_chars(at, end, frame);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '_') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, face);
  if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  return std::pair{frame, face};
}

Order by_faces_in_image(const Entries& entries) {
  std::set<long long> crowded;
  for (const auto& e : entries) {
    const auto parts = frame_and_face(e.name);
    if (parts && parts->second != 0) crowded.insert(parts->first);
  }
  Order order = leave_out(entries, false);
  for (const auto i : readable(entries, false)) {
    const auto parts = frame_and_face(entries[i].name);
    if (parts && crowded.contains(parts->first))
      order.trash.push_back(i);
    else
      order.kept.push_back({i});
  }
  order.as_it_was = crowded.empty();
  return order;
}

Result<std::vector<Histograms>> histograms_of(const Curation& c, const std::vector<std::size_t>& which) {
  std::vector<Histograms> all;
  all.reserve(which.size());
  for (const auto i : which) {
    TRY(all.emplace_back(), c.catalogue.histograms(c.entries[i]));
  }
  return all;
}

Result<Order> by_histograms(const Curation& c) {
  Order order = leave_out(c.entries, false);
  const auto which = readable(c.entries, false);
  TRY(const auto histograms, histograms_of(c, which));
  TRY(const auto chain, histogram_chain(histograms, c.run));
  for (const auto i : chain) order.kept.push_back({which[i]});
  return order;
}

Result<Order> by_strangeness(const Curation& c) {
  Order order = leave_out(c.entries, false);
  const auto which = readable(c.entries, false);
  TRY(const auto histograms, histograms_of(c, which));
  TRY(const auto sums, histogram_strangeness(histograms, c.options.threads, c.run));
  for (std::size_t k = 0; k < which.size(); ++k) order.kept.push_back({which[k], sums[k]});
  std::ranges::stable_sort(order.kept, std::greater{}, &Placed::value);
  return order;
}

// The size that most of them have, of equally frequent ones the largest. Faces of another size are compared as if they
// had it: one odd face is no reason to refuse the others.
std::pair<int, int> usual_size(const Curation& c, const std::vector<std::size_t>& which) {
  std::map<std::pair<int, int>, std::size_t> sizes;
  for (const auto i : which) {
    const auto& n = c.entries[i].numbers;
    ++sizes[{static_cast<int>(n.width), static_cast<int>(n.height)}];
  }
  std::pair<std::pair<int, int>, std::size_t> usual;
  for (const auto& size : sizes)
    if (size.second >= usual.second) usual = size;
  const auto [width, height] = usual.first;
  if (usual.second < which.size())
    c.run.warn(fmt::format("{} of {} faces are not {} x {} pixels like most: they are compared as if resized to that",
                           which.size() - usual.second, which.size(), width, height));
  return usual.first;
}

Result<Order> by_pixels(const Curation& c) {
  Order order = leave_out(c.entries, false);
  const auto which = readable(c.entries, false);
  const auto [width, height] = usual_size(c, which);
  const LoadPicture load = [&, width = width, height = height](std::size_t k) -> Result<ImageU8> {
    TRY(auto image, read_image(c.entries[which[k]].path));
    image = normalise_channels(std::move(image), 3);
    if (image.width == width && image.height == height) return image;
    return resize(image, width, height, image.width > width ? Interpolation::area : Interpolation::cubic);
  };
  TRY(const auto chain,
      pixel_chain(which.size(), load, {.farthest = c.options.dissimilar, .threads = c.options.threads}, c.run));
  for (const auto k : chain.order) order.kept.push_back({which[k]});
  return order;
}

Result<Order> by_best_faces(const Curation& c, double FaceNumbers::*sharpness) {
  Order order = leave_out(c.entries, true);
  auto which = readable(c.entries, true);
  std::erase_if(which, [&](auto i) {
    const auto& n = c.entries[i].numbers;
    const bool lacks = std::isnan(n.*sharpness) || std::isnan(n.yaw) || std::isnan(n.pitch);
    if (lacks) order.trash.push_back(i);
    return lacks;
  });
  TRY(const auto histograms, histograms_of(c, which));
  std::vector<BestCandidate> candidates;
  for (std::size_t k = 0; k < which.size(); ++k) {
    const auto& n = c.entries[which[k]].numbers;
    candidates.push_back({n.*sharpness, n.yaw, n.pitch, &histograms[k].grey});
  }
  const auto best = best_faces(candidates, c.options.target);
  for (std::size_t k = 0; k < best.kept.size(); ++k) order.kept.push_back({which[best.kept[k]], best.strangeness[k]});
  for (const auto k : best.trash) order.trash.push_back(which[k]);
  return order;
}

}  // namespace

std::vector<std::size_t> readable(const Entries& entries, bool faces_only) {
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (is_face(entries[i]) || (!faces_only && entries[i].state == FaceState::picture)) which.push_back(i);
  return which;
}

Order leave_out(const Entries& entries, bool faces_only) {
  Order order;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].state == FaceState::unreadable) order.alone.push_back(i);
    if (entries[i].state == FaceState::picture && faces_only) order.trash.push_back(i);
  }
  return order;
}

Result<Order> order_faces(const Curation& c) {
  using N = FaceNumbers;
  switch (c.options.by) {
    case SortMethod::blur:
      return by_number(c.entries, &N::blur, true, Keeps::faces_above_zero);
    case SortMethod::motion_blur:
      return by_number(c.entries, &N::motion_blur, true, Keeps::faces_above_zero);
    case SortMethod::face_yaw:
      return by_number(c.entries, &N::yaw, true, Keeps::faces);
    case SortMethod::face_pitch:
      return by_number(c.entries, &N::pitch, true, Keeps::faces);
    case SortMethod::face_source_rect_size:
      return by_number(c.entries, &N::rect_size, true, Keeps::faces);
    case SortMethod::hist:
      return by_histograms(c);
    case SortMethod::hist_dissim:
      return by_strangeness(c);
    case SortMethod::brightness:
      return by_number(c.entries, &N::brightness, true, Keeps::all);
    case SortMethod::hue:
      return by_number(c.entries, &N::hue, true, Keeps::all);
    case SortMethod::black:
      return by_number(c.entries, &N::black, false, Keeps::all);
    case SortMethod::origname:
      return by_original_name(c.entries);
    case SortMethod::oneface:
      return by_faces_in_image(c.entries);
    case SortMethod::absdiff:
      return by_pixels(c);
    case SortMethod::best_faces:
      return by_best_faces(c, &N::blur);
    case SortMethod::best_faces_faster:
      return by_best_faces(c, &N::rect_size);
    case SortMethod::quality:
      return by_number(c.entries, &N::quality, true, Keeps::faces);
    case SortMethod::duplicates:
      return by_duplicates(c);
    case SortMethod::expression:
      return by_expression(c);
    case SortMethod::coverage:
      return by_coverage(c);
    case SortMethod::identity:
      return by_identity(c);
  }
  return fail(Code::internal, "unknown sort method");
}

}  // namespace understudy
