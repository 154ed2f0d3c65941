// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <mutex>
#include <numbers>

#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"
#include "lib/face/synthetic/noise.hpp"
#include "lib/face/synthetic/paint.hpp"
#include "lib/face/synthetic/raster.hpp"
#include "lib/face/synthetic/scene.hpp"

namespace understudy::synthetic {

namespace {

// One picture being drawn.
class Frame {
 public:
  Frame(const Actor::Model& model, const Performance& play, const RenderOptions& options)
      : model_(model),
        play_(play),
        options_(options),
        camera_(camera_for(options.width * options.supersampling, options.height * options.supersampling, play.lens)),
        placement_(place_head(model.id, play, options.width, options.height)),
        expression_(model.at, play),
        landmarks_(points_in_frame()),
        window_(window_to_draw()),
        painter_(model.id, model.at, play, placement_),
        scene_(pose_scene(model, play, expression_, placement_, Lights(play).key_direction,
                          make_occluder(play, options.width, options.height), options.shade_once)),
        raster_(options.width * options.supersampling, options.height * options.supersampling,
                {window_.left * options.supersampling, window_.top * options.supersampling,
                 window_.right * options.supersampling, window_.bottom * options.supersampling}),
        lenses_(model.glasses.empty() ? Raster(0, 0) : Raster(raster_)) {}

  Rendered draw() {
    for (std::size_t i = 0; i < scene_.size(); ++i) draw_mesh(static_cast<std::uint8_t>(i));
    for (std::size_t i = 0; i < scene_.size(); ++i) draw_lens(static_cast<std::uint8_t>(i));
    Rendered out;
    shade(out);
    out.landmarks = landmarks_;
    constexpr double each = std::numbers::pi / 180;
    out.pose = {play_.pitch * each, play_.yaw * each, play_.roll * each};
    return out;
  }

 private:
  std::array<Point, 68> points_in_frame() const {
    std::array<Point, 68> out;
    const auto points = model_.landmarks.place(expression_, placement_, play_);
    const auto scale = 1.0 / options_.supersampling;
    for (std::size_t i = 0; i < 68; ++i) {
      const V3 q = camera_.project(points[i]);
      out[i] = {q.x * scale - 0.5, q.y * scale - 0.5};  // pixel centres are whole numbers
    }
    return out;
  }

  Window window_to_draw() const {
    const Window whole{0, 0, options_.width, options_.height};
    if (options_.only_face <= 0) return whole;
    Rect box{1e9, 1e9, -1e9, -1e9};
    for (const Point& p : landmarks_)
      box = {std::min(box.left, p.x), std::min(box.top, p.y), std::max(box.right, p.x), std::max(box.bottom, p.y)};
    const double half = 0.5 * options_.only_face * std::max(box.width(), box.height());
    const double x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    const auto within = [](double v, int limit) { return std::clamp(static_cast<int>(std::floor(v)), 0, limit); };
    return {within(x - half, whole.right), within(y - half, whole.bottom), within(x + half + 1, whole.right),
            within(y + half + 1, whole.bottom)};
  }

  static bool of_the_face(Material m) {
    return m == Material::skin || m == Material::eye || m == Material::teeth || m == Material::mouth;
  }

  void draw_mesh(std::uint8_t number) {
    const Mesh& mesh = scene_[number];
    auto& points = projected_.emplace_back(mesh.place.size());
    for (std::size_t i = 0; i < points.size(); ++i) points[i] = camera_.project(mesh.place[i]);
    const auto count = static_cast<std::uint32_t>(mesh.triangles.size());
    if (mesh.material == Material::lens) return;
    // What lies inside the head never shows through its skin (mesh 0, drawn first), however tight the fit.
    const bool inner = mesh.material != Material::skin && of_the_face(mesh.material) && !mesh.stands_out;
    const auto plain = std::min(mesh.first_cut, count);
    raster_.draw(number, points, mesh.triangles, 0, plain, mesh.two_sided, [&](std::uint32_t, V3, Sample before) {
      if (mesh.fills_gaps && before.mesh != 255) return !of_the_face(scene_[before.mesh].material);
      return !inner || before.mesh != 0;
    });
    raster_.draw(number, points, mesh.triangles, plain, count, mesh.two_sided, [&](std::uint32_t t, V3 w, Sample) {
      const auto& tri = mesh.triangles[t];
      w = in_perspective(w, points[tri[0]], points[tri[1]], points[tri[2]]);
      const V3 rest = mesh.rest[tri[0]] * w.x + mesh.rest[tri[1]] * w.y + mesh.rest[tri[2]] * w.z;
      if (mesh.material == Material::beard) return painter_.keep_beard(rest, mesh.extra[tri[0]]);
      if (mesh.material != Material::hair) return painter_.keep_skin(rest);
      const auto n = static_cast<std::uint32_t>(model_.hair_height.size());
      const auto height = [&](int k) { return model_.hair_height[tri[static_cast<std::size_t>(k)] % n]; };
      return painter_.keep_hair(rest, mesh.extra[tri[0]], height(0) * w.x + height(1) * w.y + height(2) * w.z);
    });
  }

  // Glass is seen through, so it is kept apart; only what stands before everything else matters.
  void draw_lens(std::uint8_t number) {
    const Mesh& mesh = scene_[number];
    if (mesh.material != Material::lens) return;
    lenses_.draw(number, projected_[number], mesh.triangles, 0, static_cast<std::uint32_t>(mesh.triangles.size()), true,
                 [](std::uint32_t, V3, Sample) { return true; });
  }

  Spot spot_at(const Mesh& mesh, const std::vector<V3>& points, std::uint32_t triangle, float x, float y) const {
    const auto& t = mesh.triangles[triangle];
    V3 w = weights_at(points[t[0]], points[t[1]], points[t[2]], x, y);
    w = in_perspective(w, points[t[0]], points[t[1]], points[t[2]]);
    const auto blend = [&](const std::vector<V3>& v) { return v[t[0]] * w.x + v[t[1]] * w.y + v[t[2]] * w.z; };
    const auto number = [&](const std::vector<float>& v, float otherwise) {
      return v.empty() ? otherwise : v[t[0]] * w.x + v[t[1]] * w.y + v[t[2]] * w.z;
    };
    Spot spot;
    spot.rest = blend(mesh.rest);
    spot.place = blend(mesh.place);
    spot.normal = normalised(blend(mesh.normal));
    spot.to_camera = normalised(V3{0, 0, camera_.distance} - spot.place);
    if (mesh.two_sided && dot(spot.normal, spot.to_camera) < 0) spot.normal = spot.normal * -1;
    spot.soft_normal = mesh.soft_normal.empty() ? spot.normal : normalised(blend(mesh.soft_normal));
    spot.occlusion = number(mesh.occlusion, 1);
    spot.lit = number(mesh.lit, 1);
    spot.extra = number(mesh.extra, 0);
    return spot;
  }

  struct Pixel {
    V3 colour;
    float face = 0, occluder = 0;
    void add(const Pixel& other, float weight) {
      colour += other.colour * weight;
      face += other.face * weight;
      occluder += other.occluder * weight;
    }
    Pixel times(float share) const { return {colour * share, face * share, occluder * share}; }
  };

  // What the sample at (x, y) adds to its pixel, seen at (fx, fy).
  Pixel colour_at(int x, int y, float fx, float fy) const {
    Pixel out = surface_at(raster_.seen(x, y), fx, fy);
    if (lenses_.width() == 0 || lenses_.nearness(x, y) <= raster_.nearness(x, y)) return out;
    const Sample lens = lenses_.seen(x, y);
    out.colour =
        painter_.through_lens(spot_at(scene_[lens.mesh], projected_[lens.mesh], lens.triangle, fx, fy), out.colour);
    out.colour = V3{std::min(out.colour.x, 1.6f), std::min(out.colour.y, 1.6f), std::min(out.colour.z, 1.6f)};
    if (model_.id.glasses.tint >= 0.5f) out.face = 0, out.occluder = 1;
    return out;
  }

  Pixel surface_at(Sample seen, float fx, float fy) const {
    if (seen.mesh == 255) {
      const float unit = 1.0f / static_cast<float>(raster_.height());
      return {painter_.background((fx - camera_.centre_x) * unit, (fy - camera_.centre_y) * unit)};
    }
    const Mesh& mesh = scene_[seen.mesh];
    const Spot spot = spot_at(mesh, projected_[seen.mesh], seen.triangle, fx, fy);
    const V3 c = painter_.colour(mesh.material, spot);
    // Bright samples are held down before averaging, or a highlight's edge would stay jagged.
    Pixel out{{std::min(c.x, 1.6f), std::min(c.y, 1.6f), std::min(c.z, 1.6f)}};
    if (mesh.material == Material::bar || mesh.material == Material::hand || mesh.material == Material::frame)
      out.occluder = 1;
    else if (painter_.is_face(mesh.material, spot.rest))
      out.face = 1;
    return out;
  }

  Pixel pixel_at(int px, int py) const {
    if (options_.shade_once) return pixel_shaded_once(px, py);
    Pixel out;
    const int s = options_.supersampling;
    const int step = is_plain(px, py) ? s * s : 1;
    for (int k = 0; k < s * s; k += step) {
      const int x = px * s + k % s, y = py * s + k / s;
      out.add(colour_at(x, y, static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f), 1);
    }
    return out.times(static_cast<float>(step) / static_cast<float>(s * s));
  }

  // One colour for each mesh in the pixel, at its middle where nothing else is seen there, weighted by its samples.
  Pixel pixel_shaded_once(int px, int py) const {
    const int s = options_.supersampling, count = s * s;
    const auto sample = [&](int k) { return raster_.seen(px * s + k % s, py * s + k / s); };
    Pixel out;
    for (int k = 0; k < count; ++k) {
      const Sample seen = sample(k);
      int before = 0, same = 0;
      for (int i = 0; i < count; ++i) {
        if (sample(i).mesh != seen.mesh) continue;
        before += i < k;
        ++same;
      }
      if (before > 0) continue;
      const float middle = 0.5f * static_cast<float>(s);
      const float dx = same == count ? middle : static_cast<float>(k % s) + 0.5f;
      const float dy = same == count ? middle : static_cast<float>(k / s) + 0.5f;
      out.add(
          colour_at(px * s + k % s, py * s + k / s, static_cast<float>(px * s) + dx, static_cast<float>(py * s) + dy),
          static_cast<float>(same));
    }
    return out.times(1 / static_cast<float>(count));
  }

  // Wholly wall, cloth, neck or occluder: without fine detail, so that one sample tells the pixel's colour.
  bool is_plain(int px, int py) const {
    const int s = options_.supersampling;
    const auto first = raster_.seen(px * s, py * s).mesh;
    if (first != 255) {
      const Material material = scene_[first].material;
      if (material != Material::body && material != Material::hand && material != Material::bar) return false;
    }
    for (int k = 1; k < s * s; ++k) {
      if (raster_.seen(px * s + k % s, py * s + k / s).mesh != first) return false;
    }
    return true;
  }

  // Linear light to an 8-bit value, highlights rolled off, with the grain of a sensor.
  static std::uint8_t develop(float v, float grain) {
    v = v < 0.75f ? v : 0.75f + 0.25f * std::tanh((v - 0.75f) / 0.25f * 0.8f);
    const float s = v <= 0.0031308f ? 12.92f * v : 1.055f * std::pow(v, 1 / 2.4f) - 0.055f;
    return static_cast<std::uint8_t>(std::clamp(s * 255 + grain + 0.5f, 0.0f, 255.0f));
  }

  void shade(Rendered& out) const {
    const int w = options_.width, h = options_.height;
    out.frame_bgr = ImageU8(w, h, 3);
    out.face_mask = ImageU8(w, h, 1);
    out.occluder_mask = ImageU8(w, h, 1);
    for (int y = window_.top; y < window_.bottom; ++y) {
      for (int x = window_.left; x < window_.right; ++x) {
        const Pixel p = pixel_at(x, y);
        const auto seed = static_cast<int>(play_.grain_seed);
        const float luma = play_.grain * 2.6f * (hash01(x, y, seed) + hash01(x, y, seed + 7001) - 1);
        const auto grain = [&](int c) {
          return luma + play_.grain * 1.2f * (hash01(x, y, seed * 3 + c + 9001) * 2 - 1);
        };
        out.frame_bgr.at(x, y, 0) = develop(p.colour.z, grain(0));
        out.frame_bgr.at(x, y, 1) = develop(p.colour.y, grain(1));
        out.frame_bgr.at(x, y, 2) = develop(p.colour.x, grain(2));
        out.face_mask.at(x, y) = static_cast<std::uint8_t>(p.face * 255 + 0.5f);
        out.occluder_mask.at(x, y) = static_cast<std::uint8_t>(p.occluder * 255 + 0.5f);
      }
    }
  }

  const Actor::Model& model_;
  const Performance& play_;
  const RenderOptions& options_;
  Camera camera_;
  HeadPlacement placement_;
  Expression expression_;
  std::array<Point, 68> landmarks_;
  Window window_;  // pixels
  Painter painter_;
  std::vector<Mesh> scene_;
  std::vector<std::vector<V3>> projected_;
  Raster raster_;
  Raster lenses_;  // empty without spectacles
};

}  // namespace

Actor::Actor(const Identity& id, float detail) : model_(std::make_unique<const Model>(id, detail)) {}
Actor::~Actor() = default;
Actor::Actor(Actor&&) noexcept = default;
Actor& Actor::operator=(Actor&&) noexcept = default;
const Identity& Actor::identity() const { return model_->id; }

Rendered Actor::render(const Performance& play, const RenderOptions& options) const {
  return Frame(*model_, play, options).draw();
}

float detail_for(const RenderOptions& options) {
  const int side = std::min(options.width, options.height);
  return side <= 128 ? 0.35f : side < 200 ? 0.45f : 1.0f;
}

Rendered render(const Identity& id, const Performance& play, const RenderOptions& options) {
  return Actor(id, detail_for(options)).render(play, options);
}

namespace {

// Pictures that are drawn by several threads, and taken in order by one.
class TakeInTurn {
 public:
  TakeInTurn(const Actor& actor, const std::vector<Performance>& plays, const RenderOptions& options, unsigned ahead)
      : actor_(actor), plays_(plays), options_(options), ahead_(ahead), done_(plays.size()) {}

  Result<> draw() {
    return ended_by_failure([&]() -> Result<> {
      for (;;) {
        std::size_t mine;
        {
          std::unique_lock lock(mutex_);
          // Stay near the consumer, so that few pictures wait in memory.
          changed_.wait(lock, [&] { return stop_ || next_ >= plays_.size() || next_ < taken_ + ahead_; });
          if (stop_ || next_ >= plays_.size()) return {};
          mine = next_++;
        }
        auto picture = std::make_unique<Rendered>(actor_.render(plays_[mine], options_));
        const std::lock_guard lock(mutex_);
        done_[mine] = std::move(picture);
        changed_.notify_all();
      }
    });
  }

  Result<> take(const std::function<bool(std::size_t, Rendered&&)>& wanted) {
    return ended_by_failure([&]() -> Result<> {
      for (std::size_t i = 0; i < plays_.size(); ++i) {
        std::unique_ptr<Rendered> picture;
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [&] { return stop_ || done_[i] != nullptr; });
          if (stop_) return {};
          picture = std::move(done_[i]);
          taken_ = i + 1;
          changed_.notify_all();
        }
        if (!wanted(i, std::move(*picture))) break;
      }
      end();
      return {};
    });
  }

  // Lets everybody go.
  void end() {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }

 private:
  template <class Work>
  Result<> ended_by_failure(const Work& work) {
    auto outcome = walled(work);
    if (!outcome) end();
    return outcome;
  }

  const Actor& actor_;
  const std::vector<Performance>& plays_;
  const RenderOptions& options_;
  std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Rendered>> done_;
  std::size_t next_ = 0, taken_ = 0;
  bool stop_ = false;
};

}  // namespace

Result<> render_take(const Actor& actor, const std::vector<Performance>& plays, const RenderOptions& options,
                     const std::function<bool(std::size_t, Rendered&&)>& take, unsigned threads) {
  if (threads == 0) threads = cpu_threads();
  TakeInTurn turn(actor, plays, options, 2 * threads);
  // The caller's thread only waits and takes, so there has to be another that draws.
  std::vector<std::thread> drawing;
  drawing.reserve(threads);
  std::mutex mutex;
  Result<> outcome;
  const auto keep = [&](Result<> one) {
    const std::lock_guard lock(mutex);
    if (!one && outcome) outcome = std::move(one);
  };
  for (unsigned i = 0; i < threads; ++i) {
    auto started = background_thread([&] { keep(turn.draw()); }, [&](const Error& error) { keep(Failure(error)); });
    if (started)
      drawing.push_back(*std::move(started));
    else if (drawing.empty())
      return Failure(std::move(started).error());
  }
  keep(turn.take(take));
  for (auto& thread : drawing) thread.join();
  return outcome;
}

}  // namespace understudy::synthetic
