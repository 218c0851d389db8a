#include "atrium/actors/delivery/watch_log.hpp"

#include "atrium/broker/envelope_writer.hpp"
#include "atrium/broker/log/log.hpp"

#include <array>

namespace atrium::watch_log {

namespace {

/// What the log tells of a request.
struct request_fields {
  std::string_view type;
  std::string_view room = {};
  std::string_view to = {};
  std::size_t bytes = 0;
  std::string_view event_id = {};
  std::string_view trace_id = {};
};

request_fields fields_of(const join_request& x) {
  return {"join", x.room};
}

request_fields fields_of(const leave_request& x) {
  return {"leave", x.room};
}

request_fields fields_of(const publish_request& x) {
  return {"publish", x.room, {}, x.data.size(), x.event_id, x.trace_id};
}

request_fields fields_of(const send_request& x) {
  return {"send", {}, x.user, x.data.size(), x.event_id, x.trace_id};
}

request_fields fields_of(const broadcast_request& x) {
  return {"broadcast", {}, {}, x.data.size(), x.event_id, x.trace_id};
}

request_fields fields_of(const ack_request&) {
  return {"ack"};
}

request_fields fields_of(const presence_request& x) {
  return {"presence", x.room};
}

request_fields fields_of(const history_request& x) {
  return {"history", x.room};
}

request_fields fields_of(const ping_request&) {
  return {"ping"};
}

std::string_view only(scope wanted, scope to, std::string_view target) {
  return to == wanted ? target : std::string_view{};
}

} // namespace

void connected(const member& who, std::string_view address) {
  log::info(
    "trace_connected",
    {{"user", who.user}, {"connection", who.connection}, {"address", address}},
    "connection is welcome");
}

void requested(const member& who, const client_request& x) {
  auto what = std::visit([](auto& y) { return fields_of(y); }, x);
  log::info("trace_requested",
            {{"user", who.user},
             {"connection", who.connection},
             {"type", what.type},
             {"room", what.room},
             {"to", what.to},
             {"bytes", what.bytes},
             {"event_id", what.event_id},
             {"trace_id", what.trace_id}},
            "connection requests something");
}

void joined(const std::string& room, const member& who) {
  log::info(
    "trace_joined",
    {{"room", room}, {"user", who.user}, {"connection", who.connection}},
    "room has a new member");
}

void left(const std::string& room, const member& who) {
  log::info(
    "trace_left",
    {{"room", room}, {"user", who.user}, {"connection", who.connection}},
    "room loses a member");
}

void refused(const std::string& room, const member& who, errc code) {
  log::info("trace_refused",
            {{"room", room},
             {"user", who.user},
             {"connection", who.connection},
             {"code", to_string(code)}},
            "room refuses a request");
}

void answered(const std::string& room, const member& who) {
  log::info(
    "trace_answered",
    {{"room", room}, {"user", who.user}, {"connection", who.connection}},
    "room answers a message");
}

void published(const envelope_parts& x) {
  auto from = x.from.value_or(basic_sender<std::string_view>{});
  log::info("trace_published",
            {{"scope", to_string(x.to)},
             {"room", only(scope::room, x.to, x.target)},
             {"to", only(scope::user, x.to, x.target)},
             {"user", from.user},
             {"connection", from.connection},
             {"event_id", x.event_id},
             {"trace_id", x.trace_id},
             {"bytes", x.data.size()}},
            "message goes to the bus");
}

void delivered(const watch_note& x, std::size_t receivers, std::size_t missed,
               std::string_view lane) {
  log::info("trace_delivered",
            {{"scope", to_string(x.to)},
             {"room", only(scope::room, x.to, x.target)},
             {"to", only(scope::user, x.to, x.target)},
             {"user", x.sender},
             {"event_id", x.event_id},
             {"trace_id", x.trace_id},
             {"lane", lane},
             {"receivers", receivers},
             {"missed", missed}},
            "message goes to connections");
}

void received(const member& who, const packet_head& x, std::size_t bytes) {
  log::info("trace_received",
            {{"user", who.user},
             {"connection", who.connection},
             {"room", only(scope::room, x.to, x.target)},
             {"event_id", x.event_id},
             {"trace_id", x.trace_id},
             {"bytes", bytes}},
            "connection gets a message");
}

void missed(const gap& x) {
  missed(x, {});
}

void missed(const gap& x, const member& who) {
  log::info("trace_gap",
            {{"scope", to_string(x.what)},
             {"room", x.room},
             {"user", who.user},
             {"connection", who.connection},
             {"from_ts", x.from.time_since_epoch().count()},
             {"to_ts", x.to.time_since_epoch().count()}},
            "messages may have been missed");
}

} // namespace atrium::watch_log
