#include "atrium/net/cli/bench/interrupt.hpp"

#include <csignal>

namespace atrium::bench {

namespace {

volatile std::sig_atomic_t interrupted = 0;

} // namespace

void catch_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  // A second SIGINT has to end a program that hangs in a look-up.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
}

bool is_interrupted() {
  return interrupted != 0;
}

} // namespace atrium::bench
