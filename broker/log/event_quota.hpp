#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::log {

/// Bounds how often each event is written: whoever can cause a line again and
/// again (a client, a proxy, Redis) must not fill a disk with it. An event may
/// be written `burst` times at once and then once per `pause`; the rest is
/// counted. What an operator has asked for (`trace_…`, `admin_…`) has a larger
/// quota. Any thread.
class event_quota {
public:
  using clock = std::chrono::steady_clock;

  /// Lines that have been left out.
  struct loss {
    std::string event;
    std::uint64_t lines = 0;
  };

  /// Returns how many lines of this event have been left out since the latest
  /// that was written, if one more may be written; nothing if it is left out,
  /// too.
  std::optional<std::uint64_t> take(std::string_view event,
                                    clock::time_point now);

  /// Returns what has been left out of events that may be written again, and
  /// forgets it: for a flood that is over, after which no line would tell.
  std::vector<loss> settle(clock::time_point now);

  /// How many lines have been left out so far.
  std::uint64_t suppressed() const;

private:
  struct account {
    clock::time_point paid_until{}; // how far ahead of `now` the burst reaches
    std::uint64_t left_out = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string, account, std::less<>> accounts_; // one per event
  std::uint64_t suppressed_ = 0;
};

} // namespace atrium::log
