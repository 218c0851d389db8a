#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/session/connection_setup.hpp"
#include "atrium/actors/session/inbox_cursor.hpp"
#include "atrium/broker/util/backoff.hpp"

#include <chrono>
#include <string>

namespace atrium {

class lane_meter;

/// Gives a client the durable messages of its user that its device has not
/// acknowledged: what the inbox has, a page at a time, then what comes by the
/// bus, and again from the inbox what the bus has missed. A page is read when
/// most of the last one is with the client, so that nobody is too slow for the
/// past. An inbox that does not answer is asked again, after a while that grows
/// to `longest_pause`. For the connection's actor.
class inbox_reader {
public:
  static constexpr std::chrono::milliseconds longest_pause{10'000};

  /// `setup` outlives the reader; it has an inbox.
  inbox_reader(connection_actor::pointer self, const connection_setup& setup,
               std::string device);

  const std::string& device() const {
    return device_;
  }

  /// The client may lack something: it has just come, or there was a gap.
  void miss();

  /// A durable message has come by the bus.
  void take(const push_frame& x);

  /// The inbox has answered.
  void take(const inbox_page& x);

  /// The time for which it waits is over.
  void resume();

  /// The connection hears `acknowledged`.
  void acknowledge(ack_request& x);

  friend caf::error inspect(json_inspector& f, inbox_reader& x);

private:
  using duration = std::chrono::milliseconds;

  /// Does what the cursor needs next.
  void go_on();
  void read();
  void postpone(duration pause);
  void pass(const inbox_message& x);
  void deliver(const publication& x, message_source from);
  bool is_slow(std::size_t next) const;
  lane_meter& meter() const;

  connection_actor::pointer self_;
  const connection_setup& setup_;
  std::string device_;
  inbox_cursor cursor_;
  backoff pauses_;
  bool is_over_ = false; // the session takes nothing more
};

} // namespace atrium
