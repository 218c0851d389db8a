#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/publish_accounting.hpp"

#include <chrono>
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

/// Ends the account of a publish and tells its receipt. The job may stay for an
/// answer that is still to come; its payload is let go.
inline void settle(publish_job& job, const publish_receipt& receipt,
                   publish_accounting& accounting, const bus_log& log) {
  accounting.settle(job.payload->size(), receipt.error == errc::none);
  job.payload.reset();
  // A handler that publishes again goes through the handoff: it does not change
  // the queue that calls.
  if (auto done = std::exchange(job.done, nullptr))
    call_guarded(log, [&] { done(receipt); });
}

} // namespace atrium
