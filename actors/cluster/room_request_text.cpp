#include "atrium/actors/cluster/room_request_text.hpp"

#include "atrium/actors/cluster/packet_members.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atrium {

namespace {

using kind = room_request::kind;

constexpr std::array<std::string_view, 6> words{
  "hello", "join", "leave", "publish", "skip", "bye",
};

void append_some(json_writer& out, json_key name, std::string_view x) {
  if (!x.empty())
    out.text(name, utf8_or_empty(x));
}

std::optional<kind> kind_in(const json_object& x) {
  auto word = text_in(x, "kind").value_or(std::string{});
  auto i = std::ranges::find(words, word);
  if (i == words.end())
    return std::nullopt;
  return static_cast<kind>(i - words.begin());
}

// Nothing if it is no exact double, as all numbers of owners are.
std::optional<std::uint64_t> exact_in(const json_object& x,
                                      std::string_view key) {
  auto result = number_in(x, key);
  return result && *result >> 53 == 0 ? result : std::nullopt;
}

// A text may be missing or empty. Returns false if it makes no sense.
bool read_some(const json_object& x, std::string_view key,
               bool (*makes_sense)(std::string_view) noexcept,
               std::string& out) {
  auto raw = x.find(key);
  if (!raw)
    return true;
  auto text = json_string(*raw);
  if (!text || (!text->empty() && !makes_sense(*text)))
    return false;
  out = std::move(*text);
  return true;
}

bool read_names(const json_object& x, room_request& out) {
  return read_some(x, "user", is_name, out.user)
         && read_some(x, "connection", is_name, out.connection)
         && read_some(x, "event_id", is_event_id, out.event_id)
         && read_some(x, "trace_id", is_event_id, out.trace_id);
}

// Answers name the run that has asked: with one that is none, they would spoil
// those to others in the same packet.
bool has_run(const json_object& x) {
  return is_run(text_in(x, "run").value_or(std::string{}));
}

bool has_needed(const room_request& x) {
  if (x.what == kind::hello || x.what == kind::bye)
    return true;
  if (x.number == 0 || x.first > x.number)
    return false;
  auto has_sender = !x.user.empty() && !x.connection.empty();
  switch (x.what) {
  case kind::join:
    return has_sender;
  case kind::leave:
    return !x.connection.empty();
  case kind::publish:
    return !x.data.empty() && (x.connection.empty() || has_sender);
  default:
    return true;
  }
}

} // namespace

void append_members(json_writer& out, const room_request& x) {
  out.text("kind", words[static_cast<std::size_t>(x.what)])
    .text("room", utf8_or_empty(x.room))
    .number("stream", x.stream)
    .number("number", x.number)
    .number("first", x.first);
  if (x.token != 0)
    out.number("token", x.token);
  append_some(out, "user", x.user);
  append_some(out, "connection", x.connection);
  append_some(out, "event_id", x.event_id);
  append_some(out, "trace_id", x.trace_id);
  append_some(out, "traceparent", x.traceparent);
  if (!x.echo)
    out.boolean("echo", false);
  if (x.is_chosen_id)
    out.boolean("chosen", true);
  if (x.info && !x.info->empty())
    out.raw("info", *x.info);
  if (!x.data.empty())
    out.raw("data", x.data);
}

std::optional<room_request> read_room_request(const json_object& x) {
  auto what = kind_in(x);
  auto room = text_in(x, "room");
  auto stream = exact_in(x, "stream");
  auto number = exact_in(x, "number");
  auto first = exact_in(x, "first");
  auto token = exact_in(x, "token");
  if (!has_run(x) || !what || !room || !is_name(*room) || !stream || !number
      || !first || (x.find("token") && !token))
    return std::nullopt;
  room_request result{std::move(*room), *stream, *number, *first, *what};
  if (!read_names(x, result))
    return std::nullopt;
  result.traceparent
    = read_traceparent(text_in(x, "traceparent").value_or(std::string{}));
  result.echo = truth_in(x, "echo").value_or(true);
  result.is_chosen_id = truth_in(x, "chosen").value_or(false);
  if (auto info = x.find("info"))
    result.info = std::make_shared<const std::string>(*info);
  result.token = token.value_or(0);
  result.data = x.find("data").value_or(std::string_view{});
  return has_needed(result) ? std::optional{std::move(result)} : std::nullopt;
}

} // namespace atrium
