#pragma once

#include "atrium/broker/log/log.hpp"

#include <exception>
#include <functional>
#include <string_view>

namespace atrium {

/// Takes the lines of a bus. Called from the thread of the bus, must not block.
/// No line ever has a password or a payload in it.
using bus_log = std::function<void(const log::record&)>;

/// Writes one line, if there is a log at all. A log that throws is ignored:
/// there is nobody left to tell.
inline void log_to(const bus_log& to, log::level level, log::event event,
                   log::fields with, std::string_view message) noexcept {
  try {
    if (to)
      to({level, event.name(), message, {with.begin(), with.size()}});
  } catch (...) {
    // nop
  }
}

/// Calls code that is not ours: what it throws ends up in the log.
template <class F>
void call_guarded(const bus_log& to, F&& f) {
  constexpr auto what = "a callback of the bus throws";
  try {
    f();
  } catch (const std::exception& e) {
    log_to(to, log::level::error, "bus_callback_failed", {{"error", e.what()}},
           what);
  } catch (...) {
    log_to(to, log::level::error, "bus_callback_failed", {}, what);
  }
}

} // namespace atrium
