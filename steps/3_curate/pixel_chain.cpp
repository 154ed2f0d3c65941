// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/pixel_chain.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <numeric>
#include <unordered_map>

#include "lib/jobs/each.hpp"
#include "lib/measures/blocks.hpp"
#include "steps/3_curate/picture_bounds.hpp"

namespace understudy {
namespace {

constexpr int rough_grid = 16, finest_grid = 64;
constexpr std::uint64_t bounds_memory = std::uint64_t{400} << 20;

// Pictures that were used last.
class PictureCache {
 public:
  PictureCache(const LoadPicture& load, std::uint64_t bytes) : load_(load), room_(bytes) {}

  Result<const ImageU8*> get(std::size_t picture) {
    if (const auto found = kept_.find(picture); found != kept_.end()) {
      used_.splice(used_.begin(), used_, found->second.place);
      return &found->second.image;
    }
    TRY(ImageU8 image, load_(picture));
    ++loaded;
    bytes_ += image.data.size();
    // The two pictures of a comparison always stay.
    while (bytes_ > room_ && kept_.size() > 2) forget(used_.back());
    used_.push_front(picture);
    return &kept_.emplace(picture, Kept{std::move(image), used_.begin()}).first->second.image;
  }
  void forget(std::size_t picture) {
    const auto found = kept_.find(picture);
    if (found == kept_.end()) return;
    bytes_ -= found->second.image.data.size();
    used_.erase(found->second.place);
    kept_.erase(found);
  }
  std::uint64_t loaded = 0;

 private:
  struct Kept {
    ImageU8 image;
    std::list<std::size_t>::iterator place;
  };
  const LoadPicture& load_;
  std::uint64_t room_, bytes_ = 0;
  std::list<std::size_t> used_;  // the last used first
  std::unordered_map<std::size_t, Kept> kept_;
};

// What is looked for is always the smallest value: the distance, or its negative when the farthest is wanted.
struct Candidate {
  std::int64_t bound = 0;  // the value is no smaller
  std::size_t picture = 0;
};
// For a heap whose top is the smallest.
bool later(const Candidate& a, const Candidate& b) {
  return a.bound != b.bound ? a.bound > b.bound : a.picture > b.picture;
}

class Search {
 public:
  Search(std::size_t count, const LoadPicture& load, const PixelChainOptions& options, Run& run)
      : count_(count), load_(load), options_(options), run_(run), cache_(load, options.cache_bytes), left_(count) {
    std::iota(left_.begin(), left_.end(), std::size_t{0});
  }

  Result<PixelChain> work() {
    TRY_VOID(prepare());
    run_.stage("chain");
    PixelChain chain;
    std::size_t current = 0;
    while (true) {
      take(current);
      chain.order.push_back(current);
      run_.progress(chain.order.size(), count_, "faces");
      if (left_.empty()) break;
      if (run_.stopping()) return Run::cancelled();
      TRY(const std::size_t next, nearest(current));
      cache_.forget(current);
      current = next;
    }
    chain.compared = compared_;
    chain.loaded = cache_.loaded + count_;
    return chain;
  }

 private:
  // Looks at every picture once.
  Result<> prepare() {
    TRY(const ImageU8 first, load_(0));
    int grid = finest_grid;
    while (grid > rough_grid && PictureBounds::bytes(count_, grid, options_.farthest) > bounds_memory) grid /= 2;
    rough_ = PictureBounds(count_, first.width, first.height, rough_grid, options_.farthest);
    fine_ = PictureBounds(count_, first.width, first.height, grid, options_.farthest);
    run_.stage("look");
    return for_each_index(count_, options_.threads, run_, "faces", [&](std::size_t i, unsigned) -> Result<> {
      TRY(const ImageU8 image, load_(i));
      if (image.width != first.width || image.height != first.height || image.channels != first.channels)
        return fail_with_hint(Code::bad_option, "The pictures are not all of one size",
                              "Make them so with faceset resize, or sort by hist.");
      rough_.set(i, image);
      fine_.set(i, image);
      return {};
    });
  }

  void take(std::size_t picture) { std::erase(left_, picture); }

  std::int64_t bound(const PictureBounds& bounds, std::size_t a, std::size_t b) const {
    return options_.farthest ? -bounds.most(a, b) : bounds.least(a, b);
  }

  struct Best {
    std::int64_t value = std::numeric_limits<std::int64_t>::max();
    std::size_t picture = 0;
    bool rules_out(const Candidate& c) const { return c.bound > value || (c.bound == value && c.picture > picture); }
  };

  Result<> compare(std::size_t current, std::size_t picture, Best& best) {
    TRY(const ImageU8* a, cache_.get(current));
    TRY(const ImageU8* b, cache_.get(picture));
    const auto distance = static_cast<std::int64_t>(pixel_distance(*a, *b));
    const std::int64_t value = options_.farthest ? -distance : distance;
    ++compared_;
    if (value < best.value || (value == best.value && picture < best.picture)) best = {value, picture};
    return {};
  }

  Result<std::size_t> nearest(std::size_t current) {
    heap_.clear();
    for (const auto picture : left_) heap_.push_back({bound(rough_, current, picture), picture});
    std::ranges::make_heap(heap_, later);
    Best best;
    constexpr std::size_t few = 8;
    while (!heap_.empty() && !best.rules_out(heap_.front())) {
      // At first a few, whose nearest gives a limit for all others; then all within the limit.
      close_.clear();
      while (!heap_.empty() && !best.rules_out(heap_.front()) && (best.value != Best{}.value || close_.size() < few)) {
        const auto picture = heap_.front().picture;
        std::ranges::pop_heap(heap_, later);
        heap_.pop_back();
        const Candidate finer{bound(fine_, current, picture), picture};
        if (!best.rules_out(finer)) close_.push_back(finer);
      }
      std::ranges::sort(close_, [](const Candidate& a, const Candidate& b) { return later(b, a); });
      for (const auto& candidate : close_) {
        if (best.rules_out(candidate)) break;
        TRY_VOID(compare(current, candidate.picture, best));
      }
    }
    return best.picture;
  }

  std::size_t count_;
  const LoadPicture& load_;
  const PixelChainOptions& options_;
  Run& run_;
  PictureCache cache_;
  PictureBounds rough_, fine_;
  std::vector<std::size_t> left_;  // in the pictures' order
  std::vector<Candidate> heap_, close_;
  std::uint64_t compared_ = 0;
};

}  // namespace

Result<PixelChain> pixel_chain(std::size_t count, const LoadPicture& load, const PixelChainOptions& options, Run& run) {
  if (count == 0) return PixelChain{};
  return Search(count, load, options, run).work();
}

}  // namespace understudy
