#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/room_message.hpp"
#include "atrium/actors/session/connection_setup.hpp"
#include "atrium/actors/session/inbox_reader.hpp"
#include "atrium/actors/session/membership.hpp"
#include "atrium/actors/session/read_queue.hpp"
#include "atrium/actors/session/rivals.hpp"

#include <memory>
#include <unordered_map>

namespace atrium {

/// The state of a connection actor: takes the client's requests, says which of
/// them are in order, and passes them on to rooms and to the bus.
///
/// A room is `joining`, then `member`, then `leaving`, then gone. A request
/// that concerns a room on its way in or out waits until that is settled, so
/// that a client may send join, publish and leave in one go.
class connection_state {
public:
  static inline constexpr auto name = "connection";

  /// `device`: what the client calls itself, which gets durable messages; or
  /// empty.
  void start(connection_actor::pointer self, connection_setup setup,
             std::string device);

  // -- from the client --------------------------------------------------------

  /// Takes a new request if it is in order.
  void handle(client_request& x);

  /// Goes on with the rights of a newer token of the same user.
  void renew(renewed& x);

  void end(std::uint16_t code) const; ///< The socket is closed.

  // -- from a back end, rooms, the user and the bus ---------------------------

  void obey(const command_connection& x);

  void on_left(const leave_done& x);

  /// The room has died; its lane has told the client.
  void on_room_lost(const std::string& room);

  void finish(outcome& x);

  /// Something that the client wants to read is there.
  template <class Answer>
  void finish_read(Answer& x) {
    answer(reads_.take(x));
  }

  /// What the device has not acknowledged is there, or it is time to look
  /// whether the device can get more.
  void hear_of(inbox_read& x);
  void hear_of(inbox_due x);
  void finish(acknowledged& x);

  void signed_on_to(const user_actor& user);

  /// The user has as many connections as allowed.
  void turn_away(const turned_away& x);

  /// Whether the client of another connection of the user is there.
  void hear_of(const rival_found& x);

  /// Whoever has not answered by now will not do so.
  void insist_on_lease();

  /// The user actor has ended: a new one is needed.
  void sign_on_again();

  void push(const push_frame& x);
  void push(const push_reply& x);
  friend caf::error inspect(json_inspector& f, connection_state& x);

private:
  /// Takes a request, new or deferred; the one place where rights are checked.
  void take(client_request& x);

  void add_trace(client_request& x) const;
  member who() const;

  void on(join_request& x);
  void on(leave_request& x);
  void on(publish_request& x);
  void on(send_request& x);
  void on(broadcast_request& x);
  void on(ack_request& x);
  void on(presence_request& x);
  void on(history_request& x);
  void on(ping_request& x);

  void on_joined(const std::string& room, const room_actor& actor);
  void refused_by_room(const join_request& x, const caf::error& why);
  void replay(std::vector<client_request> requests);

  /// Takes a pending request off the list; false if it is not (any more) on it.
  bool settle(std::uint64_t number);

  void renew(const user_command::renew& x);
  void refuse_command(const std::string& room, errc code);
  void answer(const reply& x);
  void fail(const request_id& id, errc code, std::string message,
            std::string room = {});

  /// Returns the membership if it is settled. Otherwise defers or refuses `x`.
  template <class Request>
  membership* settled(Request& x);

  template <class Request>
  void defer(membership& room, Request& x);

  template <class Request>
  void forbid(const Request& x);

  template <class Request>
  void send_to_bus(Request& x, scope to, std::string target,
                   accepted::kind what);

  lane_meter& meter() {
    return *setup_.env->lanes[setup_.lane].meter;
  }

  connection_actor::pointer self_ = nullptr;
  connection_setup setup_;
  std::string id_;
  bool open_ = false;    // the client has got `welcome`
  bool watched_ = false; // the log tells what it does
  rivals rivals_;        // who has the leases of the user
  user_actor waits_for_; // who hears whether it insists on one
  std::uint32_t failures_ = 0;
  std::uint64_t taken_over_ = 0; // requests, by rooms; numbers the latest
  std::unordered_map<std::string, membership> rooms_;

  // Oldest first; bounded by the request window.
  std::vector<taken_over> pending_;
  read_queue reads_;
  std::unique_ptr<inbox_reader> inbox_; // null: no device, or no inbox
};

} // namespace atrium
