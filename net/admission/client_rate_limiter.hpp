#pragma once

#include "atrium/broker/util/errc.hpp"
#include "atrium/net/admission/token_bucket.hpp"

namespace atrium {

struct rate_options;

/// How much each client may ask for, and how often it may err.
struct client_rates {
  explicit client_rates(const rate_options& from);

  token_rate messages;
  token_rate frames; ///< That end no message; see `frame_meter`.
  token_rate bytes;
  token_rate errors;
};

/// Returns whether `code` tells of a mistake of the client's; the others are
/// the node's or the bus's.
bool is_mistake(errc code) noexcept;

/// What one client has used up of its rates. Lives in its session, 24 bytes.
class client_rate_limiter {
public:
  using clock = token_bucket::clock;
  using duration = token_bucket::duration;

  /// Charges one message of `size` bytes and returns zero; or charges nothing
  /// and returns after what time the client may send it again.
  duration take_message(clock::time_point now, const client_rates& by,
                        std::size_t size) noexcept;

  /// Charges one error; false when there have been too many.
  bool take_error(clock::time_point now, const client_rates& by) noexcept {
    return errors_.take(now, by.errors) == duration::zero();
  }

private:
  token_bucket messages_;
  token_bucket bytes_;
  token_bucket errors_;
};

} // namespace atrium
