// SPDX-License-Identifier: Apache-2.0
// For tests: what happens to the names in a folder, in its order. What a kill could leave follows from it, without a
// kill that must come at the right moment.
#pragma once

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "lib/base/descriptor.hpp"
#include "lib/base/files.hpp"

namespace understudy {

class FolderEvents {
 public:
  explicit FolderEvents(const fs::path& folder) : queue_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    ::inotify_add_watch(queue_.get(), folder.c_str(), IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
  }
  // Since the last call: "+name" is there, or another file bears that name now; "-name" is gone.
  std::vector<std::string> take() {
    std::vector<std::string> names;
    std::array<char, 1 << 16> buffer;
    for (;;) {
      const auto size = ::read(queue_.get(), buffer.data(), buffer.size());
      if (size <= 0) return names;
      for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
        inotify_event event;
        std::memcpy(&event, buffer.data() + at, sizeof event);
        std::string name((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0 ? "+" : "-");
        if (event.len > 0) names.push_back(name.append(buffer.data() + at + sizeof event));
        at += sizeof event + event.len;
      }
    }
  }

 private:
  Descriptor queue_;
};

}  // namespace understudy
