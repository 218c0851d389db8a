#include "atrium/net/admission/admission_limits.hpp"

#include "atrium/actors/util/semaphore.hpp"
#include "atrium/net/admission/admission_options.hpp"
#include "atrium/net/admission/client_counters.hpp"

#include <algorithm>

namespace atrium {

namespace {

std::uint64_t watermark_of(const admission_options& from) {
  std::uint64_t result = 0;
  // The text is sound: the options were checked with the same function.
  read_watermark(from.memory_watermark, available_bytes(), result);
  return result;
}

// One address may take half of the places, so that others always find some;
// where there are few, all of them.
std::size_t share_of_one(std::size_t places) {
  constexpr std::size_t few = 16;
  return std::max(places / 2, std::min(places, few));
}

pending_connections::bounds
bounds_of(const admission_options& from,
          const std::shared_ptr<const semaphore>& open, std::size_t files) {
  return {from.max_pending, share_of_one(from.max_pending), files,
          // WebSockets and pending connections share one budget of file
          // descriptors, so both count here.
          [open] { return open->taken(); }};
}

} // namespace

admission_limits::admission_limits(const admission_options& from,
                                   std::shared_ptr<client_counters> counters,
                                   std::shared_ptr<const semaphore> open,
                                   std::size_t most, std::size_t files)
  : counters_(std::move(counters)),
    open_(std::move(open)),
    most_(most),
    pending_(
      std::make_shared<pending_connections>(bounds_of(from, open_, files))),
    addresses_(from.connections_per_address),
    memory_(watermark_of(from)),
    handshake_rate_(from.handshakes_per_second, std::chrono::seconds{1}) {
  // nop
}

void admission_limits::change(const admission_options& from, std::size_t most) {
  most_ = most;
  pending_->change_places(from.max_pending, share_of_one(from.max_pending));
  addresses_.change_bound(from.connections_per_address);
  memory_.change_watermark(watermark_of(from));
  std::lock_guard guard{mutex_};
  handshake_rate_
    = token_rate{from.handshakes_per_second, std::chrono::seconds{1}};
}

auto admission_limits::enter(const boost::asio::ip::address& from,
                             clock::time_point now)
  -> std::variant<address_table::permit, refusal> {
  // The rate comes first and charges every attempt, also one that a later check
  // refuses: the node has paid for its TLS and HTTP already. The address comes
  // last, because only its permit has to be given back.
  constexpr auto close = close_code::try_again_later;
  if (too_many_handshakes(now)) {
    ++counters_->handshakes_refused;
    return refusal{429, "rate_limited", "too many at once want to come in",
                   close};
  }
  if (memory_.is_over(now)) {
    ++counters_->memory_refused;
    return refusal{503, "overloaded", "the node is short of memory", close};
  }
  if (auto place = addresses_.enter(from))
    return std::move(*place);
  ++counters_->addresses_refused;
  return refusal{429, "too_many_connections",
                 "this address has as many connections as it may have", close};
}

std::string admission_limits::limit_reached(clock::time_point now) {
  if (memory_.is_over(now))
    return "the node is short of memory (memory-watermark)";
  if (open_->taken() >= most_)
    return "as many are connected as may be (max-connections)";
  if (pending_->is_full())
    return "as many wait for an upgrade as may wait (max-pending)";
  // Asks a copy of the bucket: a probe of health must not use up what clients
  // may take.
  std::lock_guard guard{mutex_};
  if (handshake_rate_.is_limited()
      && token_bucket{handshakes_}.take(now, handshake_rate_)
           > token_bucket::duration::zero())
    return "too many at once want to come in (handshakes-per-second)";
  return {};
}

// Those who are in do not suffer from those who are not yet.
bool admission_limits::too_many_handshakes(clock::time_point now) {
  std::lock_guard guard{mutex_};
  return handshakes_.take(now, handshake_rate_)
         > token_bucket::duration::zero();
}

} // namespace atrium
