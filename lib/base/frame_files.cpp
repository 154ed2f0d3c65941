// SPDX-License-Identifier: Apache-2.0
#include "lib/base/frame_files.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "lib/base/hash.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 5> usual{".jpg", ".jpeg", ".png", ".tif", ".tiff"};
constexpr std::array<std::string_view, 12> read_here{".jpg",  ".jpeg", ".jpe", ".jfif", ".png",  ".tif",
                                                     ".tiff", ".webp", ".bmp", ".gif",  ".avif", ".jp2"};
constexpr std::array<std::string_view, 23> known{".heic", ".heif", ".hif", ".psd", ".raw", ".dng", ".cr2", ".cr3",
                                                 ".nef",  ".arw",  ".orf", ".rw2", ".raf", ".pef", ".srw", ".exr",
                                                 ".hdr",  ".dpx",  ".tga", ".jxl", ".j2k", ".svg", ".ico"};

bool ends_as(const fs::path& path, std::span<const std::string_view> endings) {
  return std::ranges::find(endings, lower_case(path.extension().native())) != endings.end();
}

}  // namespace

bool is_picture_name(const fs::path& path) {
  return !path.filename().native().starts_with('.') && ends_as(path, read_here);
}

Result<std::vector<fs::path>> plain_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->path().filename().native().starts_with('.') && !it->is_directory(ignored)) files.push_back(it->path());
  }
  if (error) return io_failure("list the folder", folder, error.value());
  std::ranges::sort(files, {}, [](const fs::path& path) -> const std::string& { return path.native(); });
  return files;
}

std::vector<fs::path> jpg_files(const fs::path& folder) {
  auto files = plain_files(folder).value_or(std::vector<fs::path>());
  std::erase_if(files, [](const fs::path& path) { return path.extension() != ".jpg"; });
  return files;
}

std::vector<fs::path> sub_folders(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->path().filename().native().starts_with('.') && it->is_directory(ignored)) folders.push_back(it->path());
  }
  std::ranges::sort(folders);
  return folders;
}

Result<std::vector<fs::path>> image_files(const fs::path& folder) {
  TRY(auto files, plain_files(folder));
  std::erase_if(files, [](const fs::path& path) { return !ends_as(path, usual); });
  return files;
}

Result<FrameFiles> frame_files(const fs::path& folder) {
  TRY(const auto files, plain_files(folder));
  FrameFiles found;
  for (const auto& path : files) {
    if (is_picture_name(path)) found.pictures.push_back(path);
    if (ends_as(path, known)) found.others.push_back(path.filename().native());
  }
  return found;
}

std::vector<std::string> take_out_second_names(std::vector<fs::path>& pictures) {
  std::set<std::string> stems;
  std::vector<std::string> out;
  std::erase_if(pictures, [&](const fs::path& picture) {
    const bool second = !stems.insert(picture.stem().string()).second;
    if (second) out.push_back(picture.filename().string());
    return second;
  });
  return out;
}

std::optional<std::string> passed_over(const fs::path& folder, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  if (names.size() == 1)
    return fmt::format("{} is passed over: another image has the same name with another ending", names.front());
  return fmt::format("{} images in {} are passed over, for others have the same names with other endings: {}",
                     names.size(), folder.string(), some_of(names));
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
  constexpr std::size_t checksum = 17;
  if (stem.size() + ending.size() <= longest_name) return stem + std::string(ending);
  return fmt::format("{}-{:016x}{}", stem.substr(0, longest_name - checksum - ending.size()), xxh3(stem), ending);
}

}  // namespace understudy
