#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/publish_accounting.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace atrium {

/// One publish that the accounting has admitted.
struct publish_job {
  using clock = std::chrono::steady_clock;

  std::string channel;
  shared_bytes payload;
  bus::receipt_handler done;
  clock::time_point deadline{}; ///< When the receipt says `timeout`.
};

/// Ends the account of a publish of so many bytes and tells its receipt, which
/// is not told again.
inline void settle(std::size_t bytes, bus::receipt_handler& handler,
                   const publish_receipt& receipt,
                   publish_accounting& accounting, const bus_log& log) {
  accounting.settle(bytes, receipt.error == errc::none);
  // A handler that publishes again goes through the handoff: it does not change
  // the queue that calls.
  if (auto done = std::exchange(handler, nullptr))
    call_guarded(log, [&] { done(receipt); });
}

/// The same for a job, which may stay for an answer that is still to come; its
/// payload is let go.
inline void settle(publish_job& job, const publish_receipt& receipt,
                   publish_accounting& accounting, const bus_log& log) {
  auto payload = std::move(job.payload);
  settle(payload->size(), job.done, receipt, accounting, log);
}

} // namespace atrium
