#include "atrium/actors/cluster/control_packet.hpp"

#include "atrium/actors/cluster/packet_members.hpp"
#include "atrium/actors/cluster/room_request_text.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace atrium {

namespace {

using content = control_packet::content;

// Names, numbers and the braces round an answer.
constexpr std::size_t max_packet_bytes = max_response_bytes + 4'096;

// What may be longer, since it has a message.
constexpr std::string_view request_beginning
  = R"({"v":1,"type":"room_request",)";

// The body of a response that is empty: the node knows nothing of the name.
constexpr std::string_view nothing = "null";

// -- writing ------------------------------------------------------------------

void append_members(json_writer& out, const survey_request& x) {
  out.number("id", x.id)
    .text("kind", utf8_or_empty(x.what.kind))
    .text("name", utf8_or_empty(x.what.name));
}

void append_members(json_writer& out, const survey_response& x) {
  out.number("id", x.id)
    .text("node", utf8_or_empty(x.node))
    .raw("body", x.json.empty() ? nothing : x.json);
}

void append_members(json_writer& out, const disconnect_command& x) {
  out.text("connection", utf8_or_empty(x.connection))
    .number("code", static_cast<std::uint64_t>(x.why));
}

void append_members(json_writer& out, const probe_request& x) {
  out.text("connection", utf8_or_empty(x.connection))
    .text("asker", utf8_or_empty(x.requester));
}

void append_members(json_writer& out, const probe_response& x) {
  out.text("connection", utf8_or_empty(x.connection))
    .text("asker", utf8_or_empty(x.requester))
    .boolean("alive", x.alive);
}

struct act_writer {
  void operator()(const user_command::join& x) const {
    out.text("act", "join").text("room", utf8_or_empty(x.room));
  }

  void operator()(const user_command::leave& x) const {
    out.text("act", "leave").text("room", utf8_or_empty(x.room));
  }

  void operator()(const user_command::close& x) const {
    out.text("act", "close")
      .number("code", static_cast<std::uint64_t>(x.code))
      .text("reason", utf8_or_empty(x.reason));
  }

  void operator()(const user_command::renew& x) const {
    out.text("act", "renew").boolean("expired", x.expired);
    if (x.expires != never)
      out.number("expires", x.expires.time_since_epoch().count());
  }

  json_writer& out;
};

void append_members(json_writer& out, const user_command& x) {
  out.text("user", utf8_or_empty(x.user));
  if (!x.connection.empty())
    out.text("connection", utf8_or_empty(x.connection));
  std::string spared;
  for (auto& one : x.spared)
    spared.append(spared.empty() ? "" : " ").append(one);
  if (!spared.empty())
    out.text("spared", utf8_or_empty(spared));
  std::visit(act_writer{out}, x.what);
}

void append_members(json_writer& out, const close_room_command& x) {
  out.text("room", utf8_or_empty(x.room));
}

// -- reading ------------------------------------------------------------------

std::optional<content> read_survey_request(const json_object& x) {
  auto id = number_in(x, "id");
  auto kind = text_in(x, "kind");
  auto name = text_in(x, "name");
  if (!id || !kind || !name || kind->size() + name->size() > max_survey_bytes)
    return std::nullopt;
  return survey_request{*id, {std::move(*kind), std::move(*name)}};
}

std::optional<content> read_survey_response(const json_object& x) {
  auto id = number_in(x, "id");
  auto node = name_in(x, "node");
  auto body = x.find("body");
  if (!id || !node || !body || body->size() > max_response_bytes)
    return std::nullopt;
  return survey_response{*id, std::move(*node),
                         std::string{*body == nothing ? "" : *body}};
}

// A reason that is not known, or not one for clients, is no reason to let the
// client stay.
std::optional<content> read_disconnect(const json_object& x) {
  auto connection = name_in(x, "connection");
  auto code = number_in(x, "code");
  if (!connection || !code)
    return std::nullopt;
  auto limit = static_cast<std::uint64_t>(close_code::too_many_connections);
  return disconnect_command{std::move(*connection),
                            code == limit ? close_code::too_many_connections
                                          : close_code::disconnected};
}

std::optional<content> read_probe_request(const json_object& x) {
  auto connection = name_in(x, "connection");
  auto requester = name_in(x, "asker");
  if (!connection || !requester)
    return std::nullopt;
  return probe_request{std::move(*connection), std::move(*requester)};
}

std::optional<content> read_probe_response(const json_object& x) {
  auto connection = name_in(x, "connection");
  auto requester = name_in(x, "asker");
  auto alive = truth_in(x, "alive");
  if (!connection || !requester || !alive)
    return std::nullopt;
  return probe_response{std::move(*connection), std::move(*requester), *alive};
}

// Whether names and codes make sense, `is_in_order` says.
std::optional<user_command::act> read_act(const json_object& x) {
  auto act = text_in(x, "act");
  auto room = [&] { return text_in(x, "room").value_or(""); };
  if (act == "join")
    return user_command::join{room()};
  if (act == "leave")
    return user_command::leave{room()};
  auto code = number_in(x, "code").value_or(0);
  if (act == "close" && is_command_code(code))
    return user_command::close{static_cast<close_code>(code),
                               text_in(x, "reason").value_or("")};
  auto expired = truth_in(x, "expired");
  if (act != "renew" || !expired)
    return std::nullopt;
  user_command::renew result{never, *expired};
  if (auto expires = x.find("expires")) {
    constexpr auto last
      = static_cast<std::uint64_t>(never.time_since_epoch().count());
    auto time = json_unsigned(*expires).value_or(last + 1);
    if (time > last)
      return std::nullopt;
    result.expires = unix_time{std::chrono::milliseconds{time}};
  }
  return result;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    auto end = std::min(text.find(' '), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::optional<content> read_user_command(const json_object& x) {
  auto what = read_act(x);
  if (!what)
    return std::nullopt;
  user_command result{
    text_in(x, "user").value_or(""), text_in(x, "connection").value_or(""),
    words_of(text_in(x, "spared").value_or("")), std::move(*what)};
  if (!is_in_order(result))
    return std::nullopt;
  return result;
}

std::optional<content> read_close_room(const json_object& x) {
  auto room = text_in(x, "room");
  if (!room || !is_name(*room))
    return std::nullopt;
  return close_room_command{std::move(*room)};
}

std::optional<content> read_request(const json_object& x) {
  return read_room_request(x);
}

struct reader {
  std::string_view type;
  std::optional<content> (*read)(const json_object& x);
};

constexpr reader readers[] = {
  {survey_request::type, read_survey_request},
  {survey_response::type, read_survey_response},
  {disconnect_command::type, read_disconnect},
  {probe_request::type, read_probe_request},
  {probe_response::type, read_probe_response},
  {user_command::type, read_user_command},
  {close_room_command::type, read_close_room},
  {room_request::type, read_request},
};

std::size_t bound_of(std::string_view bytes, std::size_t longest_message) {
  // Around a message there is no more than in an envelope.
  return bytes.starts_with(request_beginning)
           ? std::max(max_packet_bytes, longest_message + envelope_overhead)
           : max_packet_bytes;
}

} // namespace

std::string error_response(std::string_view code) {
  std::string result;
  json_writer{result}.open_object().text("error", code).close_object();
  return result;
}

std::string fit_response(std::string json) {
  if (json.size() > max_response_bytes)
    return error_response("too_large");
  // Exactly one value, so that it cannot end the packet and begin another.
  if (json.empty() || is_json_value(json))
    return json;
  return error_response("internal");
}

std::string encode(const control_packet& x) {
  std::string result;
  json_writer out{result};
  out.open_object().number("v", control_packet::version);
  std::visit(
    [&](auto& what) {
      out.text("type", what.type).text("run", utf8_or_empty(x.run));
      append_members(out, what);
    },
    x.what);
  out.close_object();
  return result;
}

std::variant<control_packet, control_packet_error>
decode_control_packet(std::string_view bytes, std::size_t longest_message) {
  // The length first: who may write to the bus must not have a node parse for
  // long.
  auto object
    = bytes.size() <= bound_of(bytes, longest_message) && is_utf8(bytes)
        ? json_object::parse(bytes)
        : std::nullopt;
  auto version = object ? number_in(*object, "v") : std::nullopt;
  if (!version)
    return control_packet_error::malformed;
  // Before anything else is looked at: another version may have other members.
  if (*version != control_packet::version)
    return control_packet_error::unknown;
  auto type = text_in(*object, "type");
  if (!type)
    return control_packet_error::malformed;
  for (auto& x : readers)
    if (x.type == *type) {
      auto run = name_in(*object, "run");
      auto what = run ? x.read(*object) : std::nullopt;
      if (!what)
        return control_packet_error::malformed;
      return control_packet{std::move(*run), std::move(*what)};
    }
  return control_packet_error::unknown;
}

} // namespace atrium
