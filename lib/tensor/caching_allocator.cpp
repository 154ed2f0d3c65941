// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/caching_allocator.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "lib/base/system.hpp"

namespace understudy {
namespace {

constexpr std::size_t small_limit = 1 << 16;  // below: the C library is quick enough
constexpr std::size_t huge_page = 1 << 21;

// Blocks are rounded to an eighth of their power of two, so that at most 12.5 % is unused and sizes meet again.
std::size_t rounded(std::size_t bytes) {
  const std::size_t unit = std::max<std::size_t>(4096, std::bit_floor(bytes) / 8);
  return (bytes + unit - 1) / unit * unit;
}

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &free_block, c10::Device(c10::kCPU)};
    void* block = take(bytes);
    return {block, block, &free_block, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }
  void copy_data(void* target, const void* source, std::size_t bytes) const override {
    std::memcpy(target, source, bytes);
  }

  void release() {
    std::lock_guard lock(mutex_);
    for (auto& [size, blocks] : kept_) {
      for (void* block : blocks) {
        std::free(block);
        held_bytes_ -= size;
      }
    }
    kept_.clear();
    kept_bytes_ = 0;
  }
  std::size_t kept_bytes() const { return kept_bytes_; }
  std::size_t held_bytes() const { return held_bytes_; }

 private:
  // The size stands in a header before the data, so that a block can be returned by its address alone.
  static constexpr std::size_t header = 64;

  void* take(std::size_t bytes) {
    const bool small = bytes < small_limit;
    const std::size_t size = small ? bytes : rounded(bytes);
    if (!small) {
      std::lock_guard lock(mutex_);
      if (const auto it = kept_.find(size); it != kept_.end() && !it->second.empty()) {
        void* block = it->second.back();
        it->second.pop_back();
        kept_bytes_ -= size;
        return static_cast<char*>(block) + header;
      }
    }
    void* block = nullptr;
    const std::size_t alignment = size >= huge_page ? huge_page : header;
    if (::posix_memalign(&block, alignment, size + header) != 0) {
      release();
      if (::posix_memalign(&block, alignment, size + header) != 0) throw std::bad_alloc();
    }
    if (size >= huge_page) prefer_huge_pages(block, size + header);
    std::memcpy(block, &size, sizeof size);
    if (!small) held_bytes_ += size;
    return static_cast<char*>(block) + header;
  }

  static void free_block(void* data);
  void put(void* data) {
    if (data == nullptr) return;
    void* block = static_cast<char*>(data) - header;
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof size);
    if (size < small_limit) return std::free(block);
    std::lock_guard lock(mutex_);
    kept_[size].push_back(block);
    kept_bytes_ += size;
  }

  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> kept_;
  std::size_t kept_bytes_ = 0;
  std::atomic<std::size_t> held_bytes_ = 0;
};

CachingAllocator& the_allocator() {
  static auto* allocator = new CachingAllocator;  // lives as long as any tensor may
  return *allocator;
}

void CachingAllocator::free_block(void* data) { the_allocator().put(data); }

}  // namespace

void install_caching_allocator() {
  static std::once_flag once;
  std::call_once(once, [] { c10::SetCPUAllocator(&the_allocator(), /*priority=*/1); });
}
void release_cached_memory() { the_allocator().release(); }
std::size_t cached_memory_bytes() { return the_allocator().kept_bytes(); }
std::size_t held_memory_bytes() { return the_allocator().held_bytes(); }

}  // namespace understudy
