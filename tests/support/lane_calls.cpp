#include "support/lane_calls.hpp"

#include <cstdarg>
#include <cstdlib>
#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

namespace atrium::test {

std::atomic<pthread_t> lane_calls::watched = 0;
std::atomic<std::size_t> lane_calls::waits = 0;
std::atomic<std::size_t> lane_calls::rearms = 0;
std::atomic<std::size_t> lane_calls::wakes = 0;
std::atomic<std::size_t> lane_calls::allocations = 0;

void lane_calls::reset() {
  for (auto counter : {&waits, &rearms, &wakes, &allocations})
    *counter = 0;
}

} // namespace atrium::test

namespace {

using atrium::test::lane_calls;

[[maybe_unused]] void count(std::atomic<std::size_t>& calls) {
  if (lane_calls::watched == ::pthread_self())
    ++calls;
}

/// A function of libc that one of this program stands in front of. Looked up
/// without a lock, as often as several threads are first: whoever waits for a lock
/// does so by a call that is itself one of these.
class original {
public:
  explicit constexpr original(const char* name) : name_(name) {
    // nop
  }

  /// Returns it as a function of this type.
  template <class F>
  F* as() {
    auto found = found_.load(std::memory_order_relaxed);
    if (found == nullptr) {
      found = look_up();
      found_.store(found, std::memory_order_relaxed);
    }
    return reinterpret_cast<F*>(found);
  }

private:
  // Of a function with several versions the handle of the library gives the
  // current one; RTLD_NEXT has given the oldest.
  void* look_up() const {
    return ::dlsym(::dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), name_);
  }

  const char* name_;
  std::atomic<void*> found_ = nullptr;
};

} // namespace

// The thread sanitizer has to see these calls itself: with it nothing is counted.
#ifndef __SANITIZE_THREAD__

extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
  static constinit original next{"epoll_wait"};
  count(lane_calls::waits);
  return next.as<decltype(epoll_wait)>()(epoll, events, most, timeout);
}

extern "C" int epoll_ctl(int epoll, int what, int file, epoll_event* event) noexcept {
  static constinit original next{"epoll_ctl"};
  if (what == EPOLL_CTL_MOD)
    count(lane_calls::rearms);
  return next.as<decltype(epoll_ctl)>()(epoll, what, file, event);
}

extern "C" int pthread_cond_signal(pthread_cond_t* cond) noexcept {
  static constinit original next{"pthread_cond_signal"};
  count(lane_calls::wakes);
  return next.as<decltype(pthread_cond_signal)>()(cond);
}

extern "C" int pthread_cond_broadcast(pthread_cond_t* cond) noexcept {
  static constinit original next{"pthread_cond_broadcast"};
  count(lane_calls::wakes);
  return next.as<decltype(pthread_cond_broadcast)>()(cond);
}

extern "C" int pthread_cond_wait(pthread_cond_t* cond, pthread_mutex_t* mutex) {
  static constinit original next{"pthread_cond_wait"};
  count(lane_calls::wakes);
  return next.as<decltype(pthread_cond_wait)>()(cond, mutex);
}

extern "C" int pthread_cond_timedwait(pthread_cond_t* cond, pthread_mutex_t* mutex,
                                      const timespec* until) {
  static constinit original next{"pthread_cond_timedwait"};
  count(lane_calls::wakes);
  return next.as<decltype(pthread_cond_timedwait)>()(cond, mutex, until);
}

extern "C" int pthread_cond_clockwait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
                                      const timespec* until) {
  static constinit original next{"pthread_cond_clockwait"};
  count(lane_calls::wakes);
  return next.as<decltype(pthread_cond_clockwait)>()(cond, mutex, clock, until);
}

// Reads six arguments where the caller may have given fewer, as libc does.
extern "C" [[gnu::no_sanitize_address]] long syscall(long number, ...) noexcept {
  static constinit original next{"syscall"};
  if (number == SYS_futex)
    count(lane_calls::wakes);
  std::va_list list;
  va_start(list, number);
  auto a = va_arg(list, long);
  auto b = va_arg(list, long);
  auto c = va_arg(list, long);
  auto d = va_arg(list, long);
  auto e = va_arg(list, long);
  auto f = va_arg(list, long);
  va_end(list);
  return next.as<decltype(syscall)>()(number, a, b, c, d, e, f);
}

#endif // no thread sanitizer

#if defined(__SANITIZE_ADDRESS__)

// The allocator is the sanitizer's, which has hooks; g++ comes without the header
// that declares them.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_allocation)(const volatile void*,
                                                                               std::size_t),
                                                         void (*on_free)(const volatile void*));

namespace {

void on_allocation(const volatile void*, std::size_t) {
  count(lane_calls::allocations);
}

void on_free(const volatile void*) {
  // nop
}

const auto installed = __sanitizer_install_malloc_and_free_hooks(on_allocation, on_free);

} // namespace

#elif !defined(__SANITIZE_THREAD__)

extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* __libc_realloc(void*, std::size_t);

extern "C" void* malloc(std::size_t size) noexcept {
  count(lane_calls::allocations);
  return __libc_malloc(size);
}

extern "C" void* calloc(std::size_t count_of, std::size_t size) noexcept {
  count(lane_calls::allocations);
  return __libc_calloc(count_of, size);
}

extern "C" void* realloc(void* old, std::size_t size) noexcept {
  count(lane_calls::allocations);
  return __libc_realloc(old, size);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  static constinit original next{"aligned_alloc"};
  count(lane_calls::allocations);
  return next.as<decltype(aligned_alloc)>()(alignment, size);
}

#endif
