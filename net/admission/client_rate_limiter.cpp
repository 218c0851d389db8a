#include "atrium/net/admission/client_rate_limiter.hpp"

#include "atrium/net/admission/rate_options.hpp"

namespace atrium {

using namespace std::chrono_literals;

client_rates::client_rates(const rate_options& from)
  : messages(from.messages_per_second, 1s, from.messages_burst),
    frames(messages),
    bytes(from.bytes_per_second, 1s, from.bytes_burst),
    errors(from.errors_per_minute, 1min) {
  // nop
}

bool is_mistake(errc code) noexcept {
  switch (code) {
  case errc::none:
  case errc::auth_unavailable:
  case errc::auth_broken:
  case errc::bus_unavailable:
  case errc::timeout:
  case errc::room_restarted:
  case errc::room_died:
  case errc::internal:
    return false;
  // A code that is new counts against the client until somebody lists it as a
  // failure of the node: the limit must not have a gap.
  default:
    return true;
  }
}

client_rate_limiter::duration
client_rate_limiter::take_message(clock::time_point now, const client_rates& by,
                                  std::size_t size) noexcept {
  // What the second bucket refuses must not be charged to the first.
  auto before = messages_;
  if (auto wait = messages_.take(now, by.messages); wait != duration::zero())
    return wait;
  auto wait = bytes_.take(now, by.bytes, size);
  if (wait != duration::zero())
    messages_ = before;
  return wait;
}

} // namespace atrium
