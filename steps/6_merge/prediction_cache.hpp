// SPDX-License-Identifier: Apache-2.0
// What networks said of faces, kept on disk, so that a merge with other settings runs none of them. Everything here can
// be made again: files that are torn, of another version or over the budget are dropped.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// Thread-safe.
class PredictionCache {
 public:
  // `bytes`: what the folder may hold; 0 keeps nothing and finds nothing. The folder is made with the first file.
  PredictionCache(fs::path folder, std::uint64_t bytes);

  // What the network is asked, and which one: pictures 0..1 and a number for the network and its settings.
  static std::uint64_t key_of(const ImageF& question, std::uint64_t network);
  bool has(std::uint64_t key) const;
  // The pictures kept under that key; nothing when there are none that are whole.
  std::optional<std::vector<ImageF>> find(std::uint64_t key);
  // Keeps them at 16 bits; those that were looked at longest ago go when there is no room. A disk that takes nothing
  // more is no error.
  void keep(std::uint64_t key, const std::vector<ImageF>&);

  std::uint64_t found() const { return found_; }

 private:
  struct Kept {
    std::uint64_t bytes = 0;
    std::int64_t used = 0;  // rises with every use
  };
  fs::path file_of(std::uint64_t key) const;
  void make_room();

  fs::path folder_;
  std::uint64_t budget_, bytes_ = 0, found_ = 0;
  std::int64_t uses_ = 0;
  std::map<std::uint64_t, Kept> kept_;
  mutable std::mutex mutex_;
};

// As they come back from the cache: every value at 16 bits. Taken of fresh ones too, so that a merge is the same with
// and without.
ImageF at_sixteen_bits(ImageF);

}  // namespace understudy
