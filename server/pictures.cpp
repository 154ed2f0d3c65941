// SPDX-License-Identifier: Apache-2.0
#include "server/pictures.hpp"

#include <algorithm>
#include <array>

#include "lib/base/hash.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/warp.hpp"
#include "lib/media/picture.hpp"

namespace understudy::studio {
namespace {

bool lies_in(const fs::path& file, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end();
}

// Those that may be links to somewhere else.
std::vector<fs::path> own_folders(const Workspace& workspace) {
  std::vector<fs::path> folders{workspace.root, workspace.model(), workspace.merged(), workspace.merged_mask()};
  for (const auto side : {Side::src, Side::dst})
    for (const auto& folder : {workspace.frames(side), workspace.aligned(side), workspace.aligned_debug(side)})
      folders.push_back(folder);
  return folders;
}

// Frames and faces as they were filmed are real; what was merged, predicted or drawn of these is not.
bool holds_a_generated_face(const Workspace& workspace, const fs::path& picture) {
  const auto in = [&](const fs::path& folder) {
    std::error_code error;
    const auto real = fs::canonical(folder, error);
    return !error && lies_in(picture, real);
  };
  if (in(workspace.merged()) || in(workspace.merged_mask())) return true;
  for (const auto side : {Side::src, Side::dst})
    if (in(workspace.frames(side)) || in(workspace.aligned(side))) return false;
  return true;
}

}  // namespace

Result<fs::path> file_of(const Workspace& workspace, const std::string& path) {
  const auto no = [&] { return fail(Code::not_found, "There is no file {} in the workspace", valid_text(path)); };
  if (path.find('\0') != std::string::npos) return no();
  const fs::path named = path_of_text(path);
  if (named.empty() || named.is_absolute()) return no();
  for (const auto& part : named)
    if (part == "..") return no();
  std::error_code error;
  const auto file = fs::canonical(workspace.root / named, error);
  if (error || !fs::is_regular_file(file, error)) return no();
  for (const auto& folder : own_folders(workspace)) {
    const auto real = fs::canonical(folder, error);
    // A link below an own folder must stay below it; the folder itself may lie anywhere.
    if (!error && lies_in((workspace.root / named).lexically_normal(), folder) && lies_in(file, real)) return file;
  }
  return no();
}

Pictures::Pictures(Workspace workspace)
    : workspace_(std::move(workspace)),
      kept_(workspace_.state() / "studio" / "thumbnails"),
      most_(std::max(1, static_cast<int>(cpu_threads()))) {}

Result<Bytes> Pictures::small_copy(const fs::path& picture, int size, const std::string& tag) {
  const fs::path kept = kept_ / tag.substr(0, 2) / (tag + ".jpg");
  constexpr std::uint64_t most_bytes = 64 << 20;
  if (auto known = read_file(kept, most_bytes)) return known;
  std::unique_lock lock(mutex_);
  free_.wait(lock, [&] { return at_work_ < most_; });
  ++at_work_;
  lock.unlock();
  auto made = walled([&]() -> Result<Bytes> {
    TRY(const auto whole, media::read_picture<std::uint8_t>(picture));
    const double scale = std::min(1.0, static_cast<double>(size) / std::max(whole.width, whole.height));
    const int width = std::max(1, static_cast<int>(whole.width * scale + 0.5));
    const int height = std::max(1, static_cast<int>(whole.height * scale + 0.5));
    const auto small = scale < 1 ? resize(whole, width, height, Interpolation::area) : whole;
    JpegOptions options{.quality = 88};
    // What holds a generated face says so, however small it is.
    if (holds_a_generated_face(workspace_, picture)) options.xmp = composite_marking_xmp;
    return encode_jpeg(small, options);
  });
  lock.lock();
  --at_work_;
  free_.notify_one();
  lock.unlock();
  // Where it cannot be kept (a full disk, a path that is too long with it), it is made again.
  if (made) static_cast<void>(write_file(kept, *made));
  return made;
}

Result<Reply> Pictures::give(const Request& request) {
  TRY(const auto file, file_of(workspace_, request.value("path")));
  const int size = std::clamp(std::atoi(request.value("size", "0").c_str()), 0, 4096);
  const auto tag = fmt::format("{:016x}-{}", xxh3(change_stamp(file), xxh3(file.string())), size);
  Reply reply;
  reply.headers.emplace_back("ETag", "\"" + tag + "\"");
  // Whoever names the version asks for what never changes.
  reply.headers.emplace_back(
      "Cache-Control", request.query.contains("v") ? "private, max-age=31536000, immutable" : "private, no-cache");
  if (request.header("if-none-match") == "\"" + tag + "\"") {
    reply.status = 304;
    return reply;
  }
  reply.file = file;
  reply.type = content_type(file);
  const bool shows = reply.type.starts_with("image/");
  if (size == 0 && shows) return reply;
  TRY(const auto small, small_copy(file, size == 0 ? 4096 : size, tag));
  reply.file.clear();
  reply.body.assign(small.begin(), small.end());
  reply.type = "image/jpeg";
  return reply;
}

}  // namespace understudy::studio
