#pragma once

#include "atrium/broker/util/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace atrium {

/// Something that has happened on this node, for the back end of the operator.
struct backend_event {
  enum class kind : std::uint8_t {
    connected,    ///< A client has got its welcome.
    disconnected, ///< And is gone; `code` says why.
    joined,       ///< A connection is a member of `room`.
    left,         ///< And is one no more.
    dead_letter,  ///< Nobody has acknowledged the message `id` to `user`.
  };

  kind what = kind::connected;
  unix_time time{};
  std::string user;
  std::string connection = {}; ///< Unique among all nodes.
  std::string room = {};
  std::uint16_t code = 0; ///< The close code; 0: the client just went away.
  std::string id = {};
};

/// Counters of a sink since its start: the metrics `atrium_events_*`.
struct event_sink_stats {
  bool connected = false;      ///< What is reported goes out.
  std::size_t waiting = 0;     ///< Events that were not taken yet.
  std::size_t bytes = 0;       ///< Of those.
  std::uint64_t delivered = 0; ///< Events that were taken.
  std::uint64_t repeated = 0;  ///< Batches sent again: the answer was lost, or
                               ///< a refusal that may pass.
  std::uint64_t dropped = 0;   ///< Events for which there was no room.
  std::uint64_t refused = 0;   ///< Events that were not taken, for good.
};

/// Tells the back end what happens to connections and rooms, at least once and
/// in the order in which one thread reports it. From joined and left it makes
/// the events "room occupied" and "room vacated", of the room on all nodes. Any
/// thread; nothing blocks.
///
/// Over the bound of what may wait the newest arrivals and letters are dropped
/// and counted, and with an arrival its departure: so what the back end
/// believes to be there is there. Departures of those of whom it was told are
/// kept beyond the bound.
class event_sink {
public:
  virtual ~event_sink() = default;

  /// Reports an event.
  virtual void report(backend_event x) = 0;

  /// Has another bound from now on; what waits stays.
  virtual void resize(std::size_t max_bytes) = 0;

  /// Waits for what still has to go out, for `patience` at most, and ends.
  /// Called once, not from a callback.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual event_sink_stats stats() const = 0;
};

} // namespace atrium
