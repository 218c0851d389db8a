#define CAF_SUITE stop_guard_test

#include "atrium/net/stop_guard.hpp"

#include "caf/test/unit_test.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

/// Runs `work` in a process of its own; returns its exit code.
int exit_code_of(void (*work)()) {
  auto child = ::fork();
  if (child == 0) {
    work();
    ::_exit(7);
  }
  int status = 0;
  CAF_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

CAF_TEST(a stop that takes too long ends the process with 1) {
  CAF_CHECK_EQUAL(exit_code_of([] {
                    stop_guard subject{50ms, [] { return std::string{"the bus"}; }};
                    for (;;)
                      ::pause();
                  }),
                  1);
}

CAF_TEST(a stop that ends in time is left alone) {
  CAF_CHECK_EQUAL(exit_code_of([] {
                    stop_guard subject{1h, [] { return std::string{"nothing"}; }};
                  }),
                  7);
}
