#include "atrium/net/inspector/acts.hpp"

#include "atrium/actors/connection_control.hpp"
#include "atrium/actors/delivery/publisher.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/inspector/everywhere.hpp"
#include "atrium/net/inspector/gathering.hpp"
#include "atrium/net/inspector/paging.hpp"

namespace atrium {

void disconnect_connection(const inspector_context& by, const std::string& id,
                           bool everywhere, inspect_answer to) {
  // 0 for an id of another run, also of an earlier one of this node.
  auto number = connection_number(*by.env, id);
  if (number == 0 && everywhere)
    return ask_node_of(by, id, "disconnect_connection", to);
  // Looks before it acts: a command to close says nothing about whether the
  // connection was there.
  auto end = [&by, number](auto& shown, children& found) {
    if (!is_found(found, number))
      return;
    auto name = connection_id(*by.env, number);
    by.env->control->disconnect(name, close_code::disconnected);
    log::info("admin_disconnected", {{"connection", name}},
              "inspector disconnects a connection");
    shown->status = 200;
    shown->result["disconnected"] = 1;
  };
  auto all = std::make_shared<gathering>(by.self, to);
  all->status = 404;
  for (auto& lane : by.env->lanes)
    gathering::ask(all, lane.actor, just(number), end);
}

void disconnect_user(const inspector_context& by, const std::string& name,
                     bool everywhere, inspect_answer to) {
  // Each node closes its own connections of the user: no other node knows them.
  if (everywhere && by.cluster)
    return disconnect_everywhere(by, name, to);
  auto end = [&by, name](auto& shown, json state) {
    auto ids = state.value("connections", json::array());
    // A connection that opens after the look stays: an act is not a ban.
    for (auto& id : ids)
      by.env->control->disconnect(id.template get<std::string>(),
                                  close_code::disconnected);
    log::info("admin_disconnected",
              {{"user", name}, {"connections", ids.size()}},
              "inspector disconnects a user");
    shown->status = 200;
    shown->result["disconnected"] = ids.size();
  };
  auto all = std::make_shared<gathering>(by.self, to);
  all->status = 404;
  gathering::ask(all, by.directory, just(child_kind::user, name),
                 [name, end](auto& shown, children& found) {
                   if (is_found(found, name))
                     gathering::observe(shown, found.page[0].actor, end);
                 });
}

void publish(const inspector_context& by, const std::string& room,
             const std::string& body, inspect_answer to) {
  auto& env = *by.env;
  // The parser takes UTF-8 for granted.
  auto parsed = is_utf8(body) ? json_object::parse(body) : std::nullopt;
  auto data = parsed ? parsed->find("data") : std::nullopt;
  if (!data)
    return refuse(to, 400, "bad_request",
                  R"(the body has to be JSON: {"data":...})");
  if (!is_name(room))
    return refuse(to, 400, "bad_request", "this is no name of a room");
  // By the bus, like a message of a client: no other way leads to members.
  publisher out{env};
  auto e = out.make_envelope(scope::room, room, std::string{*data});
  auto done = [to, id = e.event_id](const publish_receipt& x) mutable {
    if (x.error == errc::none)
      to.deliver(std::uint16_t{200}, dump({{"event_id", id}}));
    else if (x.error == errc::message_too_large)
      refuse(to, 413, "message_too_large",
             "no client's outbox has room for this message");
    else
      refuse(to, 503, "bus_unavailable", std::string{to_string(x.error)});
  };
  out.publish(e, {false, env.watched->has_room(room)},
              // The bus calls on a thread of its own; the promise belongs to
              // the inspector.
              [back = by.here(), done](publish_receipt x) {
                back([done, x = std::move(x)]() mutable { done(x); });
              });
}

} // namespace atrium
