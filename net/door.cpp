#include "atrium/net/door.hpp"

namespace atrium {

namespace {

std::uint64_t watermark_of(const options& from) {
  std::uint64_t result = 0;
  read_watermark(from.memory_watermark, available_bytes(), result);
  return result;
}

} // namespace

door::door(const options& from, std::shared_ptr<struct counters> counters)
  : counters_(std::move(counters)),
    pending_(std::make_shared<gate>(from.max_pending)),
    addresses_(from.connections_per_address),
    handshake_rate_(from.handshakes_per_second, std::chrono::seconds{1}),
    memory_(watermark_of(from)) {
  // nop
}

std::optional<gate_ticket> door::knock() {
  if (pending_->try_enter(1))
    return gate_ticket{pending_, 1};
  ++counters_->pending_refused;
  return std::nullopt;
}

auto door::enter(const boost::asio::ip::address& from, clock::time_point now)
  -> std::variant<address_table::ticket, refusal> {
  constexpr auto close = close_code::try_again_later;
  if (too_many_handshakes(now)) {
    ++counters_->handshakes_refused;
    return refusal{429, "rate_limited", "too many at once want to come in",
                   close};
  }
  if (too_little_memory(now)) {
    ++counters_->memory_refused;
    return refusal{503, "overloaded", "the node is short of memory", close};
  }
  if (auto place = addresses_.enter(from))
    return std::move(*place);
  ++counters_->addresses_refused;
  return refusal{429, "too_many_connections",
                 "this address has as many connections as it may have", close};
}

// Those who are in do not suffer from those who are not yet.
bool door::too_little_memory(clock::time_point now) {
  std::lock_guard guard{mutex_};
  return memory_.is_over(now);
}

bool door::too_many_handshakes(clock::time_point now) {
  std::lock_guard guard{mutex_};
  return handshakes_.take(now, handshake_rate_)
         > token_bucket::duration::zero();
}

} // namespace atrium
