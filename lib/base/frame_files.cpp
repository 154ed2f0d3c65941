// SPDX-License-Identifier: Apache-2.0
#include "lib/base/frame_files.hpp"

#include <algorithm>
#include <array>

#include "lib/base/text.hpp"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 12> read_here{".jpg",  ".jpeg", ".jpe", ".jfif", ".png",  ".tif",
                                                     ".tiff", ".webp", ".bmp", ".gif",  ".avif", ".jp2"};
constexpr std::array<std::string_view, 23> known{".heic", ".heif", ".hif", ".psd", ".raw", ".dng", ".cr2", ".cr3",
                                                 ".nef",  ".arw",  ".orf", ".rw2", ".raf", ".pef", ".srw", ".exr",
                                                 ".hdr",  ".dpx",  ".tga", ".jxl", ".j2k", ".svg", ".ico"};

}  // namespace

Result<FrameFiles> frame_files(const fs::path& folder) {
  FrameFiles found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename();
    std::error_code ignored;
    if (name.native().starts_with('.') || it->is_directory(ignored)) continue;
    const auto suffix = lower_case(name.extension().native());
    if (std::ranges::find(read_here, suffix) != read_here.end()) found.pictures.push_back(it->path());
    if (std::ranges::find(known, suffix) != known.end()) found.others.push_back(name.native());
  }
  if (error) {
    const Code code = error == std::errc::no_such_file_or_directory ? Code::not_found : Code::io;
    return fail(code, "Cannot list the folder {}: {}", folder.native(), error.message());
  }
  std::ranges::sort(found.pictures, {}, [](const fs::path& path) -> const std::string& { return path.native(); });
  std::ranges::sort(found.others);
  return found;
}

std::string not_read(const fs::path& folder, const std::vector<std::string>& others) {
  constexpr std::size_t named = 3;
  const auto shown = std::min(others.size(), named);
  const bool one = others.size() == 1;
  return fmt::format("{} {} in {} cannot be read here ({}{})", others.size(), one ? "picture" : "pictures",
                     folder.filename().native(),
                     fmt::join(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     others.size() > shown ? ", …" : "");
}

std::string fitting_name(const std::string& stem, std::string_view ending) {
  constexpr std::size_t longest = 255, checksum = 17;  // bytes, in nearly all file systems
  if (stem.size() + ending.size() <= longest) return stem + std::string(ending);
  return fmt::format("{}-{:016x}{}", stem.substr(0, longest - checksum - ending.size()), std::hash<std::string>()(stem),
                     ending);
}

}  // namespace understudy
