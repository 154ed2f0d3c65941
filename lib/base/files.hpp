// SPDX-License-Identifier: Apache-2.0
// Reading whole files with a bound, and writing them so that a reader sees the old content or the new, never a half.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace understudy {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

// The whole file; refuses one larger than max_bytes.
Result<Bytes> read_file(const fs::path&, std::uint64_t max_bytes = std::uint64_t{1} << 32);
// At most `size` bytes from `offset` on; fewer when the file ends before.
Result<Bytes> read_range(const fs::path&, std::uint64_t offset, std::uint64_t size);
Result<std::string> read_text(const fs::path&, std::uint64_t max_bytes = std::uint64_t{1} << 28);

// Temporary name beside the target, write, fsync, rename, fsync of the folder. A failure leaves the target as it was
// and removes the temporary file. Parent folders are made.
Result<> write_file(const fs::path&, std::span<const std::uint8_t>);
Result<> write_text(const fs::path&, std::string_view);
// For writers that need a path (FFmpeg, a streaming format): calls fill(temporary path), then fsyncs and renames.
// The temporary name keeps the extension: ".understudy-tmp-<machine>.<boot>.<pid>-<name>".
// `before_rename`: when all is written, such as to put aside what has the name.
Result<> write_through(const fs::path&, const std::function<Result<>(const fs::path& temporary)>& fill,
                       const std::function<Result<>()>& before_rename = {});
// The same for content that is written piece by piece; what the disk would not take is told when fill() has ended.
Result<> write_stream(const fs::path&, const std::function<Result<>(std::ostream&)>& fill);
std::function<void(std::span<const std::uint8_t>)> bytes_to(std::ostream&);  // appends to it
// The temporary name that belongs to a target; leftovers of a killed run can be told by is_temporary().
fs::path temporary_name(const fs::path& target);
bool is_temporary(const fs::path&);
// Removes leftovers of killed runs in a folder (files only, no recursion); what another live process is writing stays,
// and what another machine began within a day: of its processes nothing is known here. Returns how many.
int remove_temporaries(const fs::path& folder);

Result<> sync_file(const fs::path&);    // fsync by name
Result<> sync_folder(const fs::path&);  // makes renames in it durable
Result<> make_folders(const fs::path&);

// Image files of a folder (.jpg .jpeg .png .tif .tiff, any case), not recursive, sorted by name as plain strings
// (spec pipeline.md 0.2). Temporaries are left out.
Result<std::vector<fs::path>> image_files(const fs::path& folder);

}  // namespace understudy
