#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace atrium {

/// Writes what is left of the log, as far as stderr takes it soon, and ends the
/// process without joining threads that would hang.
[[noreturn]] void end_process(int code);

/// Ends the process with exit code 1 when a stop takes longer than it may, and
/// logs what it waits for: nothing that a stop has to join or to ask can hold
/// it up for ever.
class stop_watchdog {
public:
  /// `waits_for` names what the stop waits for, from any thread; `end` ends the
  /// process.
  stop_watchdog(std::chrono::milliseconds most,
                std::function<std::string()> waits_for,
                std::function<void(int code)> end = end_process);

  stop_watchdog(const stop_watchdog&) = delete;
  stop_watchdog& operator=(const stop_watchdog&) = delete;

  /// The stop has come to its end.
  ~stop_watchdog();

private:
  void watch(std::chrono::steady_clock::time_point deadline);

  std::function<std::string()> waits_for_;
  std::function<void(int code)> end_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

} // namespace atrium
