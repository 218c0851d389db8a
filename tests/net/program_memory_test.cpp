// With sanitizers, which have their own operators, only the test is tested.

#define CAF_SUITE program_memory_test

#include "caf/test/unit_test.hpp"

#include <cstdint>
#include <cstring>
#include <malloc.h>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace {

// With its size, as nearly all blocks are given back: an array of characters would be
// given back without, and so not be kept.
struct sized {
  void operator()(char* x) const {
    ::operator delete(x, size);
  }

  std::size_t size;
};

using bytes = std::unique_ptr<char, sized>;

bytes take(std::size_t n) {
  return {static_cast<char*>(::operator new(n)), sized{n}};
}

// A block that knows what has to be in it.
struct block {
  explicit block(std::size_t n) : size(n), data(take(n)) {
    std::memset(data.get(), fill(), size);
  }

  char fill() const {
    return static_cast<char>(size % 127);
  }

  bool intact() const {
    return std::string(data.get(), size) == std::string(size, fill());
  }

  std::size_t size;
  bytes data;
};

// Ends after the thread's cache, which something else has made before.
struct late {
  ~late() {
    text = std::make_unique<std::string>(100, 'x');
    text.reset();
  }

  std::unique_ptr<std::string> text;
};

} // namespace

CAF_TEST(no block is given out twice) {
  std::vector<block> blocks;
  std::size_t seed = 1;
  for (int i = 0; i < 100'000; ++i) {
    seed = seed * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    auto random = seed >> 33;
    if (blocks.size() < random % 2'000) {
      blocks.emplace_back(random % 700);
      continue;
    }
    if (blocks.empty())
      continue;
    std::swap(blocks[random % blocks.size()], blocks.back());
    CAF_REQUIRE(blocks.back().intact());
    blocks.pop_back();
  }
}

CAF_TEST(a block may go back on another thread) {
  std::mutex mutex;
  std::vector<block> shared;
  auto work = [&](std::size_t size) {
    std::vector<block> mine;
    for (int i = 0; i < 10'000; ++i) {
      mine.emplace_back(size + static_cast<std::size_t>(i) % 300);
      if (mine.size() < 50)
        continue;
      std::lock_guard guard{mutex};
      mine.swap(shared); // those of another thread, to be freed here
      for (auto& x : mine)
        if (!x.intact())
          std::abort();
      mine.clear();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back(work, i * 50);
  for (auto& x : threads)
    x.join();
  for (auto& x : shared)
    CAF_CHECK(x.intact());
}

CAF_TEST(memory can be had while a thread ends) {
  for (int i = 0; i < 100; ++i)
    std::thread{[] {
      thread_local late after;
      after.text = std::make_unique<std::string>(50, 'x');
      after.text.reset();
    }}.join();
}

CAF_TEST(blocks are aligned for all types of usual size) {
  std::vector<bytes> blocks;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t size = 0; size < 600; ++size) {
      blocks.push_back(take(size));
      auto address = reinterpret_cast<std::uintptr_t>(blocks.back().get());
      CAF_CHECK_EQUAL(address % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0u);
    }
    blocks.clear();
  }
}

CAF_TEST(a block that was taken without exceptions has its size) {
  for (int round = 0; round < 2; ++round)
    for (std::size_t size = 1; size < 600; ++size) {
      auto* x = ::operator new(size, std::nothrow);
      CAF_REQUIRE(malloc_usable_size(x) >= size);
      ::operator delete(x, size);
      auto* y = ::operator new[](size + 14);
      CAF_REQUIRE(malloc_usable_size(y) >= size + 14);
      ::operator delete[](y, size + 14);
    }
}

CAF_TEST(nothing is null) {
  ::operator delete(nullptr);
  ::operator delete (nullptr, std::size_t{24});
  auto* empty = ::operator new(0);
  CAF_CHECK(empty != nullptr);
  ::operator delete (empty, std::size_t{0});
}

#if !defined(__SANITIZE_ADDRESS__)
CAF_TEST(there is not enough memory for everything) {
  volatile std::size_t all = SIZE_MAX; // what is constant would be refused
  bool thrown = false;
  try {
    ::operator delete(::operator new(all), all);
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  CAF_CHECK(thrown);
  CAF_CHECK(::operator new(all - 1'000, std::nothrow) == nullptr);
}
#endif
