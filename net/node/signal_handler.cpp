#include "atrium/net/node/signal_handler.hpp"

#include "atrium/net/node/systemd.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace atrium {

namespace {

constexpr std::array stop_signals{SIGINT, SIGTERM};

std::atomic<int> stopping_on = 0; // the first signal to stop
std::atomic<int> bell = -1;       // what wakes the thread of `main`
static_assert(std::atomic<int>::is_always_lock_free);

// Ends the process as the signal would by itself. Where it does nothing by
// itself (process 1, pid_namespaces(7)) with the code that shells use for it.
[[noreturn]] void end_at_once(int number) {
  // So the parent process sees which signal has ended the node.
  std::signal(number, SIG_DFL);
  std::raise(number);
  ::_exit(128 + number);
}

// Runs in whatever thread gets the signal, in the middle of anything.
void on_stop(int number) {
  // The thread that is interrupted may be about to look at it.
  auto kept = errno;
  auto none = 0;
  if (!stopping_on.compare_exchange_strong(none, number))
    end_at_once(number);
  // write(2) is one of the few functions that a handler may call
  // (signal-safety(7)); Asio's own set needs the thread of `main`, which may be
  // busy.
  std::uint64_t one = 1;
  [[maybe_unused]] auto n = ::write(bell, &one, sizeof(one));
  errno = kept;
}

int make_bell() {
  auto result = ::eventfd(0, EFD_CLOEXEC);
  if (result < 0)
    throw std::system_error(errno, std::generic_category(), "eventfd");
  stopping_on = 0;
  bell = result;
  return result;
}

} // namespace

signal_handler::signal_handler(log::level usual)
  : usual_level_(usual),
    stop_(io_, make_bell()),
    reload_(io_, SIGHUP),
    level_(io_, SIGUSR1) {
  struct sigaction action {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESTART | SA_NODEFER; // raised again from within
  for (auto number : stop_signals)
    ::sigaction(number, &action, nullptr);
  // Waited for from now on: a signal during the start ends `serve` at once.
  stop_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [this](auto) { io_.stop(); });
}

void signal_handler::serve(const std::function<log::level()>& reload) {
  reload_on_signal(reload);
  change_level_on_signal();
  io_.run();
  log::info("node_stopping", "node stops on {}",
            stopping_on == SIGINT ? "SIGINT" : "SIGTERM");
}

void signal_handler::reload_on_signal(
  const std::function<log::level()>& reload) {
  reload_.async_wait([this, &reload](auto error, int) {
    if (error)
      return;
    systemd::notify_reloading();
    // On the thread of `main`, which has nothing else to do: this reads files.
    usual_level_ = reload();
    systemd::notify_ready();
    reload_on_signal(reload);
  });
}

// From the usual level to debug and back, from wherever it is; where debug is
// usual, to trace.
void signal_handler::change_level_on_signal() {
  level_.async_wait([this](auto error, int) {
    if (error)
      return;
    auto other = usual_level_ == log::level::debug ? log::level::trace
                                                   : log::level::debug;
    auto is_usual = log::threshold() == usual_level_;
    log::change_threshold(is_usual ? other : usual_level_, "SIGUSR1");
    change_level_on_signal();
  });
}

} // namespace atrium
