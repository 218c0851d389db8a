// The memory of the program `atrium`: small blocks come from a cache of the
// thread (`block_cache`). Part of the program and not of the libraries, which
// leave their users' memory alone. A sanitizer has to see each block come and
// go, so it has the operators to itself.

#if defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)      \
    || __has_feature(memory_sanitizer) || __has_feature(hwaddress_sanitizer)
#    define ATRIUM_SANITIZED
#  endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define ATRIUM_SANITIZED
#endif

#ifndef ATRIUM_SANITIZED

#  include "atrium/broker/util/block_cache.hpp"

#  include <cstdlib>
#  include <new>
#  include <utility>

namespace {

using atrium::block_cache;

// Null before the thread gives a block back for the first time, and again while
// it ends.
constinit thread_local block_cache* cache = nullptr;
constinit thread_local bool ended = false;

// What the thread destroys after its cache goes to `free`.
struct cache_end {
  ~cache_end() {
    ended = true;
    auto* old = std::exchange(cache, nullptr);
    old->~block_cache();
    std::free(old);
  }
};

[[gnu::noinline]] void* allocate(std::size_t size) {
  for (;;) {
    if (auto* block = std::malloc(block_cache::size_for(size)))
      return block;
    auto handler = std::get_new_handler();
    if (handler == nullptr)
      throw std::bad_alloc{};
    handler();
  }
}

// Without a cache, or without room in it.
[[gnu::noinline]] void release(void* block, std::size_t size) noexcept {
  if (cache == nullptr && !ended && block != nullptr)
    if (auto* memory = std::malloc(sizeof(block_cache))) {
      cache = new (memory) block_cache;
      static thread_local cache_end at_exit;
      if (cache->give(block, size))
        return;
    }
  std::free(block);
}

void* take(std::size_t size) {
  if (cache != nullptr)
    if (auto* block = cache->take(size))
      return block;
  return allocate(size);
}

void* take_or_null(std::size_t size) noexcept {
  try {
    return take(size);
  } catch (...) {
    return nullptr;
  }
}

void give(void* block, std::size_t size) noexcept {
  if (cache == nullptr || block == nullptr || !cache->give(block, size))
    release(block, size);
}

} // namespace

// All forms for memory of the usual alignment. With some of them left to an
// allocator that is loaded before, such as jemalloc, their blocks would come
// here with sizes that are its own.

void* operator new(std::size_t size) {
  return take(size);
}

void* operator new[](std::size_t size) {
  return take(size);
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take_or_null(size);
}

void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return take_or_null(size);
}

void operator delete(void* block) noexcept {
  std::free(block);
}

void operator delete[](void* block) noexcept {
  std::free(block);
}

void operator delete(void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}

void operator delete[](void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}

void operator delete(void* block, std::size_t size) noexcept {
  give(block, size);
}

void operator delete[](void* block, std::size_t size) noexcept {
  give(block, size);
}

#endif
