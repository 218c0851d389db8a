#pragma once

#include "atrium/actors/util/semaphore.hpp"
#include "atrium/net/admission/address_table.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/admission/memory_gauge.hpp"
#include "atrium/net/admission/pending_connections.hpp"
#include "atrium/net/admission/token_bucket.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

namespace atrium {

struct admission_options;
struct client_counters;

/// How many may come in: what is asked before anybody looks at who it is. Any
/// thread.
class admission_limits {
public:
  using clock = token_bucket::clock;

  /// `open` has the WebSockets of this node, at most `most` of them; `files` is
  /// for how many sockets of clients there are file descriptors.
  admission_limits(const admission_options& from,
                   std::shared_ptr<client_counters> counters,
                   std::shared_ptr<const semaphore> open, std::size_t most,
                   std::size_t files);

  /// Has other bounds from now on; who is in stays.
  void change(const admission_options& from, std::size_t most);

  /// Those that have not become WebSockets yet.
  const std::shared_ptr<pending_connections>& pending() const {
    return pending_;
  }

  /// Takes a place for a WebSocket of this address, or says why not.
  std::variant<address_table::permit, refusal>
  enter(const boost::asio::ip::address& from, clock::time_point now);

  /// Returns why newcomers are turned away, whoever they are; nothing if they
  /// are not.
  std::string limit_reached(clock::time_point now);

  /// Gives memory back where that is due. To be called once a second, from a
  /// thread without clients.
  void tidy(clock::time_point now) {
    memory_.tidy(now);
  }

private:
  bool too_many_handshakes(clock::time_point now);

  std::shared_ptr<client_counters> counters_;
  std::shared_ptr<const semaphore> open_;
  std::atomic<std::size_t> most_;
  std::shared_ptr<pending_connections> pending_;
  address_table addresses_;
  memory_gauge memory_;
  std::mutex mutex_; // of what follows
  token_rate handshake_rate_;
  token_bucket handshakes_;
};

} // namespace atrium
