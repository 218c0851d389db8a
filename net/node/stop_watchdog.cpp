#include "atrium/net/node/stop_watchdog.hpp"

#include "atrium/broker/log/log.hpp"

#include <cstdlib>

namespace atrium {

stop_watchdog::stop_watchdog(std::chrono::milliseconds most,
                             std::function<std::string()> waits_for,
                             std::function<void(int code)> end)
  : waits_for_(std::move(waits_for)),
    end_(std::move(end)),
    thread_([this, deadline = std::chrono::steady_clock::now() + most] {
      watch(deadline);
    }) {
  // nop
}

stop_watchdog::~stop_watchdog() {
  {
    std::lock_guard guard{mutex_};
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void stop_watchdog::watch(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  if (changed_.wait_until(lock, deadline, [this] { return done_; }))
    return;
  log::error("node_stop_failed", {{"waits_for", waits_for_()}},
             "node ends before everything has ended");
  end_(EXIT_FAILURE);
}

void end_process(int code) {
  constexpr std::chrono::milliseconds patience{500};
  log::flush(patience);
  // Without destructors: the node's would join the threads that hang.
  std::_Exit(code);
}

} // namespace atrium
