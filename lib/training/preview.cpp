// SPDX-License-Identifier: Apache-2.0
#include "lib/training/preview.hpp"

#include <algorithm>
#include <memory>

#include "lib/loop/preview_table.hpp"

namespace understudy {
namespace {

using Column = PreviewFaces::Column;
using Table = PreviewTable;

constexpr int widest_five = 256;  // resolution up to which five columns stand side by side

// --- the network's half

Column to_column(const Tensor& nchw) {
  const Tensor here = nchw.to(torch::kCPU, torch::kFloat32);
  Column images;
  for (int i = 0; i < static_cast<int>(here.size(0)); ++i) images.push_back(to_image(here, i));
  return images;
}

std::pair<std::int64_t, std::int64_t> rows_of_batch(const ModelSpec& spec, int resolution, std::int64_t faces,
                                                    std::uint64_t sample) {
  if (spec.amp()) return {static_cast<std::int64_t>(sample % static_cast<std::uint64_t>(faces)), 1};
  const std::int64_t fitting = spec.quick() ? 4 : std::max(1, highest_table / resolution);
  return {0, std::min({std::int64_t{4}, faces, fitting})};
}

PreviewFaces::Swapped swapped(double morph, const Tensor& bgr, const Tensor& mask) {
  return {morph, to_column(bgr), to_column(mask)};
}

// --- the drawing half

Column cut_out(Column images, const Column& masks) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    ImageF& image = images[i];
    for (std::size_t k = 0; k < image.data.size(); ++k)
      image.data[k] *= masks[i].data[k / static_cast<std::size_t>(image.channels)];
  }
  return images;
}

Table side_by_side(std::vector<std::string> captions, const std::vector<const Column*>& columns) {
  Table table{std::move(captions), {}};
  for (std::size_t row = 0; row < columns[0]->size(); ++row) {
    auto& cells = table.rows.emplace_back();
    for (const Column* column : columns) cells.push_back((*column)[row]);
  }
  return table;
}

// Five columns, or three pairs where five would be too wide; then the same cut out by the masks.
std::vector<Table> five_column_tables(const PreviewFaces& f) {
  const Column& swap = f.swaps.front().bgr;
  const Column s = cut_out(f.src, f.src_mask), d = cut_out(f.dst, f.dst_mask), dd = cut_out(f.dst_dst, f.dst_dst_mask),
               sd = cut_out(swap, f.swaps.front().mask);
  if (f.resolution <= widest_five) {
    const std::vector<std::string> captions{"src", "src > src", "dst", "dst > dst", "swap"};
    return {side_by_side(captions, {&f.src, &f.src_src, &f.dst, &f.dst_dst, &swap}),
            side_by_side(captions, {&s, &f.src_src, &d, &dd, &sd})};
  }
  const std::vector<std::string> of_src{"src", "src > src"}, of_dst{"dst", "dst > dst"}, of_swap{"dst", "swap"};
  return {side_by_side(of_src, {&f.src, &f.src_src}),
          side_by_side(of_dst, {&f.dst, &f.dst_dst}),
          side_by_side(of_swap, {&f.dst, &swap}),
          side_by_side(of_src, {&s, &f.src_src}),
          side_by_side(of_dst, {&d, &dd}),
          side_by_side(of_swap, {&d, &sd})};
}

Table two_rows(std::vector<std::string> captions, const std::vector<ImageF>& c) {
  return {std::move(captions), {{c[0], c[1], c[2]}, {c[3], c[4], c[5]}}};
}

std::vector<Table> amp_tables(const PreviewFaces& f) {
  const ImageF &dd = f.dst_dst.front(), dd_cut = cut_out(f.dst_dst, f.dst_dst_mask).front();
  std::vector<ImageF> cells{dd}, cut{dd};
  std::vector<std::string> captions{"dst > dst"};
  for (const auto& swap : f.swaps) {
    cells.push_back(swap.bgr.front());
    cut.push_back(cut_out(swap.bgr, swap.mask).front());
    captions.push_back(fmt::format("morph {:.2f}", swap.morph));
  }
  return {two_rows({"src", "dst", "dst cut out", "src > src", "dst > dst", "swap"},
                   {f.src.front(), f.dst.front(), dd_cut, f.src_src.front(), dd, f.swaps.back().bgr.front()}),
          two_rows(captions, cells), two_rows(captions, cut)};
}

// In the order of preview_names.
std::vector<Table> tables_of(const PreviewFaces& faces) {
  return faces.model_class == ModelClass::amp ? amp_tables(faces) : five_column_tables(faces);
}

}  // namespace

PreviewFaces take_preview(const FaceNet& net, const ModelSpec& spec, bool head, const Batch& faces,
                          std::uint64_t sample) {
  torch::InferenceMode inference;
  PreviewFaces out;
  out.model_class = spec.model_class;
  out.resolution = net.resolution();
  const auto [first, count] = rows_of_batch(spec, out.resolution, faces.src.target.size(0), sample);
  auto rows = [first = first, count = count](const Tensor& t) { return t.narrow(0, first, count); };
  const Tensor src = rows(faces.src.target), dst = rows(faces.dst.target);
  const auto made = net.forward(src, dst, Wanted{.swap = !spec.amp()});
  out.src = to_column(src);
  out.dst = to_column(dst);
  out.src_mask = to_column(rows(faces.src.mask));
  out.dst_mask = to_column(rows(faces.dst.mask));
  out.src_src = to_column(made.src.bgr);
  out.dst_dst = to_column(made.dst.bgr);
  out.dst_dst_mask = to_column(made.dst.mask);
  if (!spec.amp()) {
    out.swaps.push_back(swapped(1, made.swap->bgr, head ? made.swap->mask : made.swap->mask * made.dst.mask));
    return out;
  }
  for (const double morph : {0.25, 0.5, 0.65, 0.75, 1.0}) {
    const Swap swap = net.predict(dst, morph);
    out.swaps.push_back(swapped(morph, swap.bgr, swap.mask * made.dst.mask));
  }
  return out;
}

std::vector<NamedPreview> draw_previews(const PreviewFaces& faces, const LossHistory& losses, std::int64_t range,
                                        const std::string& suffix, const LossMarks& marks) {
  const auto names = preview_names(faces, suffix);
  const auto tables = tables_of(faces);
  std::vector<NamedPreview> previews;
  for (std::size_t i = 0; i < tables.size(); ++i)
    previews.push_back({names[i], draw_preview_table(tables[i], names[i], losses, range, marks)});
  return previews;
}

std::vector<std::string> preview_names(const PreviewFaces& faces, const std::string& suffix) {
  std::vector<std::string> names;
  if (faces.model_class == ModelClass::amp) {
    names = {"AMP morph 1.0", "AMP morph list", "AMP morph list masked"};
  } else if (faces.model_class == ModelClass::quick96) {
    names = {"Quick96", "Quick96 masked"};
  } else if (faces.resolution <= widest_five) {
    names = {"SAEHD", "SAEHD masked"};
  } else {
    names = {"SAEHD src-src",        "SAEHD dst-dst",        "SAEHD pred",
             "SAEHD masked src-src", "SAEHD masked dst-dst", "SAEHD masked pred"};
  }
  for (auto& name : names) name += suffix;
  return names;
}

std::size_t main_preview(const PreviewFaces& faces) {
  return faces.model_class == ModelClass::saehd && faces.resolution > widest_five ? 2 : 0;
}

Previews previews_of(PreviewFaces faces) {
  const auto shared = std::make_shared<const PreviewFaces>(std::move(faces));
  return {preview_names(*shared), main_preview(*shared),
          [shared](const LossHistory& losses, std::int64_t range, const LossMarks& marks, const std::string& suffix) {
            return draw_previews(*shared, losses, range, suffix, marks);
          }};
}

std::int64_t history_interval(const ModelSpec& spec) {
  return spec.quick() ? 10 : 10 * std::max(1, spec.shape.resolution / 64);
}

}  // namespace understudy
