#include "atrium/actors/cluster/connection_commands.hpp"

#include "atrium/actors/cluster/control_channel.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/probe_messages.hpp"
#include "atrium/broker/util/text.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace {

// Only the lane that has the connection does something.
template <class Message>
void tell_lanes(const environment& env, const Message& x) {
  for (auto& lane : env.lanes)
    caf::anon_send(lane.actor, x);
}

constexpr std::string_view reason_of(close_code why) {
  return why == close_code::too_many_connections
           ? "the user has too many connections"
           : "disconnected by an administrator";
}

void close_here(const environment& env, actor_number connection,
                close_code why) {
  tell_lanes(env, close_one{connection, why, std::string{reason_of(why)}});
}

void answer_here(const environment& env, actor_number requester,
                 std::string rival, bool alive) {
  tell_lanes(env, probe_answered{requester, {std::move(rival), alive}});
}

void probe_here(const environment& env, actor_number connection,
                probe::answer_function answer) {
  // Each lane drops its copy if the connection is not there: the last one to go
  // answers with no.
  auto question = std::make_shared<class probe>(std::move(answer));
  tell_lanes(
    env, probe_one{connection, std::move(question), env.limits->probe_timeout});
}

} // namespace

void connection_commands::disconnect(const std::string& id,
                                     close_code why) const {
  // Weak: the environment owns this.
  auto env = env_.lock();
  if (!env)
    return;
  if (auto number = connection_number(*env, id))
    close_here(*env, number, why);
  else
    send_to_node(*env, run_of(id), disconnect_command{id, why});
}

void connection_commands::probe(const std::string& id,
                                actor_number requester) const {
  auto env = env_.lock();
  if (!env)
    return;
  if (auto number = connection_number(*env, id))
    // The environment lives on with the question, but not for long: a lane
    // answers after `probe_timeout`.
    probe_here(*env, number, [env, id, requester](bool alive) {
      answer_here(*env, requester, id, alive);
    });
  else
    send_to_node(*env, run_of(id),
                 probe_request{id, connection_id(*env, requester)});
}

void connection_commands::command(user_command what,
                                  bus::receipt_handler done) const {
  if (!is_in_order(what))
    return done({errc::bad_request});
  tell_all(std::move(what), std::move(done));
}

void connection_commands::close_room(std::string room,
                                     bus::receipt_handler done) const {
  if (!is_name(room))
    return done({errc::bad_request});
  tell_all(close_room_command{std::move(room)}, std::move(done));
}

// Also to this node by the bus: the order is the same on all of them.
void connection_commands::tell_all(control_packet::content what,
                                   bus::receipt_handler done) const {
  if (auto env = env_.lock())
    send_to_all(*env, std::move(what), std::move(done));
  else
    done({errc::bus_unavailable});
}

// Of this run alone: after a restart the numbers are those of others.
bool obey(const environment& env, const disconnect_command& x) {
  auto number = connection_number(env, x.connection);
  if (number != 0)
    close_here(env, number, x.why);
  return number != 0;
}

bool obey(const environment& env, const probe_request& x) {
  auto number = connection_number(env, x.connection);
  if (number == 0)
    return false;
  probe_here(env, number, [env = env.shared_from_this(), x](bool alive) {
    send_to_node(*env, run_of(x.requester),
                 probe_response{x.connection, x.requester, alive});
  });
  return true;
}

// A requester that is gone by now: no lane finds it.
bool obey(const environment& env, const probe_response& x) {
  auto requester = connection_number(env, x.requester);
  if (requester != 0)
    answer_here(env, requester, x.connection, x.alive);
  return requester != 0;
}

} // namespace atrium
