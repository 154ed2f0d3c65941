// SPDX-License-Identifier: Apache-2.0
#include "server/pictures.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>

#include "lib/base/child.hpp"
#include "lib/base/frame_files.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/base/workers.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/small_jpeg.hpp"
#include "lib/image/warp.hpp"
#include "lib/media/picture.hpp"

namespace understudy::studio {
namespace {

bool lies_in(const fs::path& file, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end();
}

struct OwnFolder {
  fs::path name, place;  // what it is called in the workspace, and where it lies
};

// Those that may be links to somewhere else.
std::vector<OwnFolder> own_folders(const Workspace& workspace) {
  std::vector<OwnFolder> folders;
  for (const auto side : {Side::src, Side::dst}) {
    folders.push_back({trash_name(workspace, side), trash_of(workspace.aligned(side))});
    for (const auto& folder : {workspace.frames(side), workspace.aligned(side), workspace.aligned_debug(side)})
      folders.push_back({folder, folder});
  }
  for (const auto& folder : {workspace.root, workspace.model(), workspace.merged(), workspace.merged_mask()})
    folders.push_back({folder, folder});
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
    if (in(workspace.frames(side)) || in(workspace.aligned(side)) || in(trash_of(workspace.aligned(side))))
      return false;
  return true;
}

// As it lies in its file; of a JPEG that is not turned by its EXIF no more pixels are decoded than are shown.
Result<ImageU8> picture_for(const fs::path& picture, int size) {
  constexpr std::size_t head = 64 << 10;
  const auto extension = lower_case(picture.extension().string());
  if (extension == ".jpg" || extension == ".jpeg") {
    TRY(const auto file, read_file(picture, largest_picture));
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    if (text.starts_with("\xff\xd8") && text.substr(0, head).find("Exif") == text.npos)
      if (auto small = decode_small_jpeg(file, size)) return normalise_channels(*std::move(small), 3);
  }
  return media::read_picture<std::uint8_t>(picture);
}

// A copy that can be made again at any time is not worth waiting for the disk; one that a power cut tore is told by its
// end.
bool is_whole(const Bytes& jpeg) {
  return jpeg.size() > 4 && jpeg[0] == 0xff && jpeg[1] == 0xd8 && jpeg[jpeg.size() - 2] == 0xff && jpeg.back() == 0xd9;
}
void keep_small(const fs::path& kept, const Bytes& jpeg) {
  const auto temporary = temporary_name(fs::path(kept).concat(random_hex(4)));
  std::error_code error;
  fs::create_directories(kept.parent_path(), error);
  {
    std::ofstream out(temporary, std::ios::binary);
    out.write(reinterpret_cast<const char*>(jpeg.data()), static_cast<std::streamsize>(jpeg.size()));
    if (!out) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(temporary, kept, error);
  if (error) fs::remove(temporary, error);
}

// "0f/0f3a…-256.jpg", as small_copy() names them.
bool is_small_copy(const fs::path& file) {
  const auto stem = file.stem().string();
  const auto letters = [](std::string_view text, std::string_view of) {
    return !text.empty() && text.find_first_not_of(of) == text.npos;
  };
  constexpr std::size_t digits = 16;
  return file.extension() == ".jpg" && stem.size() > digits + 1 && stem[digits] == '-' &&
         letters(stem.substr(0, digits), "0123456789abcdef") && letters(stem.substr(digits + 1), "0123456789") &&
         file.parent_path().filename() == stem.substr(0, 2);
}

// A copy's time is when it was last looked at, to a day: when it was read the system notes only where it is told to.
void note_use(const fs::path& kept) {
  constexpr auto day = std::chrono::hours(24);
  const auto now = fs::file_time_type::clock::now();
  std::error_code error;
  if (const auto used = fs::last_write_time(kept, error); !error && now - used > day)
    fs::last_write_time(kept, now, error);
}

}  // namespace

fs::path trash_name(const Workspace& workspace, Side side) { return workspace.frames(side) / "aligned_trash"; }

Result<fs::path> file_of(const Workspace& workspace, const std::string& path) {
  const auto no = [&] { return fail(Code::not_found, "There is no file {} in the workspace", valid_text(path)); };
  if (path.find('\0') != std::string::npos) return no();
  const fs::path named = path_of_text(path);
  if (named.empty() || named.is_absolute()) return no();
  for (const auto& part : named)
    if (part == "..") return no();
  const auto whole = (workspace.root / named).lexically_normal();
  for (const auto& [name, place] : own_folders(workspace)) {
    if (!lies_in(whole, name)) continue;
    std::error_code error;
    const auto file = fs::canonical(place / whole.lexically_relative(name), error);
    if (error || !fs::is_regular_file(file, error)) continue;
    const auto real = fs::canonical(place, error);
    // A link below an own folder must stay below it; the folder itself may lie anywhere.
    if (!error && lies_in(file, real)) return file;
  }
  return no();
}

Pictures::Pictures(Workspace workspace)
    : workspace_(std::move(workspace)),
      kept_(workspace_.state() / "studio" / "thumbnails"),
      most_(std::max(1, static_cast<int>(cpu_threads()))) {}

Pictures::~Pictures() {
  ending_ = true;
  if (tidying_.joinable()) tidying_.join();
}

void Pictures::forget_old(std::uint64_t most_bytes) const {
  struct Kept {
    fs::file_time_type used;
    std::uint64_t bytes;
    fs::path file;
  };
  std::vector<Kept> all;
  std::uint64_t sum = 0;
  std::error_code error;
  if (fs::is_symlink(kept_, error)) return;
  for (const auto& folder : sub_folders(kept_)) {
    if (ending_) return;
    if (fs::is_symlink(folder, error)) continue;
    remove_temporaries(folder);
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      std::error_code unknown;
      if (!is_small_copy(it->path()) || it->is_symlink(unknown) || !it->is_regular_file(unknown)) continue;
      const auto used = it->last_write_time(unknown);
      const auto bytes = it->file_size(unknown);
      if (unknown) continue;
      all.push_back({used, bytes, it->path()});
      sum += bytes;
    }
  }
  std::ranges::sort(all, {}, &Kept::used);
  for (const auto& one : all) {
    if (sum <= most_bytes || ending_) return;
    if (fs::remove(one.file, error)) sum -= one.bytes;
  }
}

void Pictures::tidy_up() {
  constexpr std::uint64_t room = 1 << 30;
  if (tidying_.joinable()) return;
  if (auto started = background_thread([this] { forget_old(room); }, [](const Error&) {}))
    tidying_ = *std::move(started);
}

Result<Bytes> Pictures::small_copy(const fs::path& picture, int size, const std::string& tag) {
  const fs::path kept = kept_ / tag.substr(0, 2) / (tag + ".jpg");
  constexpr std::uint64_t most_bytes = 64 << 20;
  if (auto known = read_file(kept, most_bytes); known && is_whole(*known)) {
    note_use(kept);
    return known;
  }
  std::unique_lock lock(mutex_);
  free_.wait(lock, [&] { return at_work_ < most_; });
  ++at_work_;
  lock.unlock();
  auto made = walled([&]() -> Result<Bytes> {
    TRY(const auto whole, picture_for(picture, size));
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
  // Where it cannot be kept (a full disk, a path that is too long with it), it is made again; so are those of a
  // player's size, which would fill the disk with a copy of the film.
  constexpr int largest_kept = 512;
  if (made && size <= largest_kept) keep_small(kept, *made);
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
