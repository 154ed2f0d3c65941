// SPDX-License-Identifier: Apache-2.0
#include "tests/parity/golden.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"

namespace understudy::parity {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_sentence(result.error()));
  return *std::move(result);
}

void flatten(const json& value, std::vector<std::string>& out) {
  if (value.is_string()) out.push_back(value.get<std::string>());
  if (value.is_array() || value.is_object()) {
    for (const auto& part : value) flatten(part, out);
  }
}

struct Difference {
  double max_abs = 0, mean_abs = 0, relative = 0, psnr = 1000, off_percent = 0;
};

Difference measure(const std::vector<double>& ours, const std::vector<double>& theirs, double off_by,
                   std::size_t channels, double peak) {
  Difference d;
  double squares = 0;
  std::size_t off = 0;
  bool pixel_off = false;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    double delta = std::abs(ours[i] - theirs[i]);
    if (std::isnan(ours[i]) && std::isnan(theirs[i])) delta = 0;
    if (std::isnan(delta)) delta = INFINITY;
    d.max_abs = std::max(d.max_abs, delta);
    d.mean_abs += delta / static_cast<double>(ours.size());
    d.relative = std::max(d.relative, delta / std::max(std::abs(theirs[i]), 1e-30));
    squares += delta * delta / static_cast<double>(ours.size());
    pixel_off = pixel_off || delta > off_by;
    if ((i + 1) % channels == 0) {
      off += pixel_off;
      pixel_off = false;
    }
  }
  if (squares > 0) d.psnr = 20 * std::log10(peak) - 10 * std::log10(squares);
  d.off_percent = 100.0 * static_cast<double>(off) / std::max<double>(1, static_cast<double>(ours.size() / channels));
  return d;
}

// Relative difference of a gradient's entries; those below a thousandth of the largest are sums that cancel, whose own
// size says nothing: they are measured against that thousandth.
double gradient_relative(const std::vector<double>& ours, const std::vector<double>& theirs, double largest) {
  double worst = 0;
  for (std::size_t i = 0; i < ours.size(); ++i)
    worst = std::max(worst, std::abs(ours[i] - theirs[i]) / std::max(std::abs(theirs[i]), 1e-3 * largest));
  return worst;
}

void record(const Values& ours, const Values& theirs) {
  auto shape = ours.shape;
  if (shape.empty()) shape = {static_cast<std::int64_t>(ours.v.size())};
  std::vector<float> numbers(ours.v.size());
  std::ranges::transform(ours.v, numbers.begin(), [&](double v) { return static_cast<float>(v / theirs.factor); });
  const auto array = NdArray::of<float>(numbers, std::move(shape));
  if (const auto made = make_folders(theirs.record.parent_path()); !made)
    throw std::runtime_error(to_sentence(made.error()));
  if (const auto written = write_npy(theirs.record, array); !written)
    throw std::runtime_error(to_sentence(written.error()));
}

}  // namespace

Values scaled(Values values, double factor) {
  for (auto& v : values.v) v *= factor;
  values.factor *= factor;
  return values;
}

Values thinned(const Values& all, const std::vector<std::int64_t>& every) {
  std::vector<std::int64_t> shape = all.shape, counts;
  // A picture of one channel has two axes in some files, three in ours.
  while (shape.size() > every.size() && shape.back() == 1) shape.pop_back();
  if (shape.size() != every.size()) return all;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    counts.push_back((shape[axis] + every[axis] - 1) / every[axis]);
  Values out{{}, counts, all.resolution};
  const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{1}, std::multiplies<>());
  for (std::int64_t i = 0; i < total; ++i) {
    std::int64_t rest = i, index = 0, step = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      index += rest % counts[axis] * every[axis] * step;
      rest /= counts[axis];
      step *= shape[axis];
    }
    out.v.push_back(all.v.at(static_cast<std::size_t>(index)));
  }
  return out;
}

ImageF float_image(const Values& values) {
  if (values.shape.size() < 2) throw std::runtime_error("not an image");
  ImageF image(static_cast<int>(values.shape[1]), static_cast<int>(values.shape[0]),
               values.shape.size() > 2 ? static_cast<int>(values.shape[2]) : 1);
  std::ranges::transform(values.v, image.data.begin(), [](double v) { return static_cast<float>(v); });
  return image;
}

std::vector<Landmarks68> landmark_sets(const Values& values) {
  if (values.v.size() % 136 != 0) throw std::runtime_error("not sets of 68 landmarks");
  std::vector<Landmarks68> sets(values.v.size() / 136);
  for (std::size_t i = 0; i < values.v.size(); i += 2) sets[i / 136][i % 136 / 2] = {values.v[i], values.v[i + 1]};
  return sets;
}

std::vector<std::string> Case::output_names() const {
  std::vector<std::string> names;
  const json outputs = entry_.value("outputs", json::object());
  for (const auto& [name, value] : outputs.items()) names.push_back(name);
  return names;
}

std::vector<std::string> Case::inputs() const {
  std::vector<std::string> out;
  flatten(entry_.value("inputs", json::array()), out);
  return out;
}

std::vector<std::string> Case::inputs_ending(std::string_view suffix) const {
  auto all = inputs();
  std::erase_if(all, [suffix](const auto& name) { return !name.ends_with(suffix); });
  return all;
}

Values Case::load(const std::string& relative) const {
  const auto file = path(relative);
  if (file.extension() == ".npy") {
    std::error_code missing;  // the small set has its arrays deflated
    const auto array = fs::exists(file, missing) ? must(read_npy(file))
                                                 : must(read_npz(fs::path(file).replace_extension(".npz"))).at("a");
    return {array.to<double>(), array.shape, array.dtype == "f4" ? 0x1p-22 : 0};
  }
  const auto bytes = must(read_file(file));
  // Bit depth is byte 24 of a PNG.
  if (bytes.size() > 24 && bytes[24] == 16) return values_of(must(read_png16(file)));
  return values_of(must(decode_image(bytes)));
}

Values Case::output(const std::string& name) const {
  const json& output = entry_.at("outputs").at(name);
  const auto file = output.at("file").get<std::string>();
  Values values;
  if (records_) {  // nothing to compare with yet: as many zeros
    values.record = path(file);
    values.shape = output.at("shape").get<std::vector<std::int64_t>>();
    const auto count = std::accumulate(values.shape.begin(), values.shape.end(), std::int64_t{1}, std::multiplies<>());
    values.v.resize(static_cast<std::size_t>(count));
  } else {
    values = load(file);
  }
  if (output.contains("every")) values.every = output.at("every").get<std::vector<std::int64_t>>();
  return values;
}
Landmarks68 Case::landmarks(const std::string& relative) const { return landmark_sets(load(relative)).at(0); }
ImageU8 Case::image(const std::string& relative) const {
  return normalise_channels(must(read_image(path(relative))), 3);
}
ImageF Case::mask(const std::string& relative) const {
  return to_float(normalise_channels(must(read_image(path(relative))), 1));
}
json Case::load_json(const std::string& relative) const { return json::parse(must(read_text(path(relative)))); }

void Check::near(std::string_view output, const Values& all_ours, const Values& theirs) {
  ++comparisons_;
  const Values ours = theirs.every.empty() ? all_ours : thinned(all_ours, theirs.every);
  if (!theirs.record.empty()) return record(ours, theirs);
  if (ours.v.size() != theirs.v.size()) {
    return fail(fmt::format("{}: {} values, expected {}", output, ours.v.size(), theirs.v.size()));
  }
  const Limits limits = limits_for(case_.tolerance(), output, case_.params());
  if (limits.empty()) return fail(fmt::format("{}: no tolerance understood in '{}'", output, case_.tolerance()));
  const bool picture = theirs.shape.size() == 3;
  const auto d = measure(ours.v, theirs.v, limits.off_by, picture ? static_cast<std::size_t>(theirs.shape[2]) : 1, 255);
  lowest_psnr_ = std::min(lowest_psnr_, d.psnr);
  double largest = 0;
  for (const double v : theirs.v) largest = std::max(largest, std::abs(v));
  const double blur = theirs.resolution * largest;
  const auto over = [&](const std::optional<double>& limit, double measured, std::string_view name) {
    // A difference equal to the limit passes, as far as the data can tell.
    if (limit && measured > *limit * (1 + 1e-9) + blur)
      fail(fmt::format("{}: {} {:.6g}, limit {:.6g}", output, name, measured, *limit));
  };
  if (limits.relative && limits.max_abs) {
    for (std::size_t i = 0; i < ours.v.size(); ++i) {
      const double delta = std::abs(ours.v[i] - theirs.v[i]);
      const double by_size = *limits.relative * std::abs(theirs.v[i]);
      if (delta <= (limits.either ? std::max(*limits.max_abs, by_size) : *limits.max_abs + by_size)) continue;
      return fail(fmt::format("{}: value {} is off by {:.6g}, limits rel {:.6g} / abs {:.6g}", output, i, delta,
                              *limits.relative, *limits.max_abs));
    }
  } else {
    over(limits.max_abs, d.max_abs, "max abs");
    over(limits.relative, output.starts_with("grad") ? gradient_relative(ours.v, theirs.v, largest) : d.relative,
         "rel");
  }
  over(limits.mean_abs, d.mean_abs, "mean abs");
  over(limits.off_percent, d.off_percent, fmt::format("% of pixels off by > {:g}:", limits.off_by));
  if (limits.psnr && d.psnr < *limits.psnr)
    fail(fmt::format("{}: PSNR {:.2f} dB, limit {:.2f}", output, d.psnr, *limits.psnr));
  if (limits.exact && !limits.max_abs && d.max_abs != 0)
    fail(fmt::format("{}: not exact, max abs {:.6g}", output, d.max_abs));
}

void Check::equal(std::string_view what, const json& ours, const json& theirs) {
  ++comparisons_;
  if (ours == theirs) return;
  fail(fmt::format("{}: {} is not {}", what, ours.dump().substr(0, 120), theirs.dump().substr(0, 120)));
}

void Check::require(bool holds, std::string_view what) {
  ++comparisons_;
  if (!holds) fail(std::string(what));
}

}  // namespace understudy::parity
