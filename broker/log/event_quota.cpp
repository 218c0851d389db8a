#include "atrium/broker/log/event_quota.hpp"

#include <algorithm>
#include <utility>

namespace atrium::log {

namespace {

using namespace std::chrono_literals;

struct rate {
  int burst;
  std::chrono::milliseconds pause;
};

rate rate_of(std::string_view event) {
  auto is_asked_for
    = event.starts_with("trace_") || event.starts_with("admin_");
  return is_asked_for ? rate{1'000, 5ms} : rate{20, 1s};
}

} // namespace

// The generic cell rate algorithm: each line pays for a pause.
std::optional<std::uint64_t> event_quota::take(std::string_view event,
                                               clock::time_point now) {
  auto [burst, pause] = rate_of(event);
  std::lock_guard guard{mutex_};
  // The map needs no bound: names of events are literals (`log::event`).
  auto i = accounts_.find(event);
  if (i == accounts_.end())
    i = accounts_.emplace(event, account{}).first;
  auto& x = i->second;
  auto from = std::max(x.paid_until, now);
  if (from - now > (burst - 1) * pause) {
    ++x.left_out;
    ++suppressed_;
    return std::nullopt;
  }
  x.paid_until = from + pause;
  return std::exchange(x.left_out, 0);
}

std::vector<event_quota::loss> event_quota::settle(clock::time_point now) {
  std::vector<loss> result;
  std::lock_guard guard{mutex_};
  for (auto& [event, x] : accounts_)
    // The whole burst is available again, so the flood is over.
    if (x.left_out != 0 && x.paid_until <= now)
      result.push_back({event, std::exchange(x.left_out, 0)});
  return result;
}

std::uint64_t event_quota::suppressed() const {
  std::lock_guard guard{mutex_};
  return suppressed_;
}

} // namespace atrium::log
