#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/address_table.hpp"
#include "atrium/net/admission.hpp"
#include "atrium/net/memory_gauge.hpp"
#include "atrium/net/options.hpp"
#include "atrium/net/token_bucket.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <variant>

namespace atrium {

/// How many may come in: what is asked before anybody looks at who it is. Any
/// thread.
class door {
public:
  using clock = token_bucket::clock;

  door(const options& from, std::shared_ptr<struct counters> counters);

  /// Takes a place for a TCP connection that has not become a WebSocket yet;
  /// nothing when all are taken.
  std::optional<gate_ticket> knock();

  /// Takes a place for a WebSocket of this address, or says why not.
  std::variant<address_table::ticket, refusal>
  enter(const boost::asio::ip::address& from, clock::time_point now);

private:
  bool too_many_handshakes(clock::time_point now);
  bool too_little_memory(clock::time_point now);

  std::shared_ptr<struct counters> counters_;
  std::shared_ptr<gate> pending_;
  address_table addresses_;
  const token_rate handshake_rate_;
  std::mutex mutex_; // of what follows
  token_bucket handshakes_;
  memory_gauge memory_;
};

} // namespace atrium
