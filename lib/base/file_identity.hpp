// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace understudy {

// Tells one file from another, whatever its name and content; 0 when it cannot be asked. A part of system.hpp.
std::uint64_t file_identity(const std::filesystem::path&);

// Tells a folder from its copies and knows it again whatever it is called and wherever its disk is mounted, also after
// a restart; 0 when it cannot be asked. Where the file system keeps no time of birth it is another after a new mount.
std::uint64_t folder_identity(const std::filesystem::path&);

// This installation of a system, the same after a restart; whoever has not been on it cannot know the number.
std::uint64_t machine_identity();
// Another number after a restart, and in another container: what a process id said there it says here no more.
std::uint64_t boot_identity();

}  // namespace understudy
