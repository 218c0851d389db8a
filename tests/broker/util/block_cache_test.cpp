#define CAF_SUITE block_cache_test

#include "atrium/broker/util/block_cache.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <vector>

using namespace atrium;

namespace {

void* fresh(std::size_t size) {
  return std::malloc(block_cache::size_for(size));
}

} // namespace

CAF_TEST(an empty cache has no block) {
  block_cache cache;
  for (std::size_t size : {0, 1, 24, 25, 520, 521})
    CAF_CHECK(cache.take(size) == nullptr);
}

CAF_TEST(what was given back last comes first) {
  block_cache cache;
  auto* a = fresh(100);
  auto* b = fresh(100);
  CAF_CHECK(cache.give(a, 100));
  CAF_CHECK(cache.give(b, 100));
  CAF_CHECK(cache.take(100) == b);
  CAF_CHECK(cache.take(100) == a);
  CAF_CHECK(cache.take(100) == nullptr);
  std::free(a);
  std::free(b);
}

CAF_TEST(a block is as large as whoever takes it needs it) {
  block_cache cache;
  for (std::size_t given = 0; given <= block_cache::largest; ++given) {
    auto* block = fresh(given);
    CAF_REQUIRE(cache.give(block, given));
    for (std::size_t size = block_cache::largest; size > given; --size)
      if (auto* taken = cache.take(size)) {
        CAF_REQUIRE(taken == block);
        CAF_REQUIRE(block_cache::size_for(given) >= size);
        CAF_REQUIRE(cache.give(block, size));
      }
    CAF_REQUIRE(cache.take(given) == block);
    std::free(block);
  }
}

CAF_TEST(malloc uses no more for a block than it would anyway) {
  if (malloc_usable_size(std::vector<char>(30).data()) != 40)
    return; // a sanitizer's, or not that of glibc
  for (std::size_t size = 1; size < 1'000; ++size) {
    auto* exact = std::malloc(size);
    auto* block = fresh(size);
    CAF_CHECK_LESS_OR_EQUAL(size, block_cache::size_for(size));
    CAF_CHECK_LESS_OR_EQUAL(block_cache::size_for(size), malloc_usable_size(exact));
    std::free(exact);
    std::free(block);
  }
}

CAF_TEST(large blocks are refused) {
  block_cache cache;
  auto* block = fresh(block_cache::largest + 1);
  CAF_CHECK(!cache.give(block, block_cache::largest + 1));
  CAF_CHECK(!cache.give(block, SIZE_MAX));
  CAF_CHECK(cache.take(SIZE_MAX) == nullptr);
  CAF_CHECK_EQUAL(block_cache::size_for(SIZE_MAX), SIZE_MAX);
  std::free(block);
}

CAF_TEST(what is kept of a size is bounded) {
  block_cache cache;
  std::size_t sum = 0;
  for (std::size_t size = 24; size <= block_cache::largest; size += 16) {
    auto most = block_cache::most_for(size);
    for (std::size_t i = 0; i < most; ++i)
      CAF_REQUIRE(cache.give(fresh(size), size));
    auto* block = fresh(size);
    CAF_CHECK(!cache.give(block, size));
    std::free(block);
    sum += most * block_cache::size_for(size);
  }
  CAF_CHECK_LESS_OR_EQUAL(sum, 512u * 1024); // for each thread
} // the address sanitizer would see a block that is not freed
