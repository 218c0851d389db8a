#pragma once

#include "atrium/actors/delivery/client_receipt.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/replies.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/envelope_writer.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/inbox.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// How an envelope is published.
struct publish_options {
  bool skip_sender = false; ///< Not to the connection that has sent it.
  bool watched = false;     ///< The log tells of it at the level info.

  /// Its id comes from who publishes, who may repeat it.
  bool is_chosen_id = false;

  /// How much the room keeps, where the caller knows it.
  std::optional<history_rule> history = std::nullopt;
};

/// The one way to publish, for everybody who does: connections for their
/// clients, rooms for their members and their logic, the inspector for
/// operators, and whoever comes next, such as an HTTP API. It makes the
/// envelope, chooses the channel, has the room's history keep the message, and
/// refuses what is larger than a client may get. The caller knows who asks, so
/// the caller has checked before: the rights, the name of the target
/// (`is_name`), ids that others have chosen
/// (`is_event_id`), and that the data is one JSON value (`is_json_value`).
///
/// A view on the environment, made where it is needed. Nothing waits. Any
/// thread; for one that lives on a lane, that thread.
class publisher {
public:
  /// Publishes by the bus of whoever lives there.
  explicit publisher(const environment& env, placement at = {}) noexcept
    : env_(env), at_(at) {
    // nop
  }

  /// Returns an envelope of now that no client has sent; `from` and the ids of
  /// a trace may be added. Without `event_id` it gets a ULID.
  envelope make_envelope(scope to, std::string target, std::string data,
                         std::string event_id = {}) const;

  /// Publishes `x`. `done` is called once, from any thread, possibly before
  /// this returns: with `message_too_large`, or what the bus says.
  void publish(const envelope& x, const publish_options& how,
               bus::receipt_handler done) const;

  /// The same for a client's request: its connection gets `success`, or the
  /// same as a failure, and the log a failure with the ids of the message. The
  /// target and the event id of `success` are those of `x`. Returns whether it
  /// has gone to the bus: it is not too large.
  bool publish_for(connection_actor client, outcome success, envelope x,
                   const publish_options& how) const;

  /// The same for parts that lie anywhere: those that the receipt has, too,
  /// may lie there.
  bool publish_for(client_receipt_ptr receipt, const envelope_parts& x,
                   const publish_options& how) const;

  /// Stores a message to a user in the user's inbox, which hands it to whoever
  /// is connected. With `is_chosen_id`, one that the inbox has already is not
  /// stored again. `done` is called once, from any thread, possibly before this
  /// returns: with `inbox_off`, `message_too_large`, or what the inbox says.
  void store(const envelope& x, const publish_options& how,
             std::function<void(inbox_receipt)> done) const;

  /// The same for a client's request, as `publish_for`; there is an inbox.
  void store_for(connection_actor client, outcome success, envelope x,
                 const publish_options& how) const;

private:
  shared_bytes pack(const envelope_parts& x, const publish_options& how) const;
  std::string channel_of(const envelope_parts& x) const;
  history_rule rule_of(const envelope_parts& x,
                       const publish_options& how) const;
  void hand_over(shared_bytes packet, const envelope_parts& x,
                 const publish_options& how, bus::receipt_handler done) const;

  const environment& env_;
  placement at_;
};

} // namespace atrium
