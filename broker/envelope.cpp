#include "atrium/broker/envelope.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <charconv>
#include <limits>

namespace atrium {

namespace {

// Later milliseconds do not fit into a time.
constexpr std::uint64_t last_time = std::numeric_limits<std::int64_t>::max();

void append_json(std::string& text, const envelope& x) {
  json_writer out{text};
  out.open_object()
    .text("type", "message")
    .number("v", envelope::version)
    .text("event_id", x.event_id)
    .text("scope", to_string(x.to));
  if (x.to == scope::room)
    out.text("room", x.target);
  else if (x.to == scope::user)
    out.text("user", x.target);
  if (x.from)
    out.key("sender")
      .open_object()
      .text("user", x.from->user)
      .text("connection", x.from->connection)
      .close_object();
  out.number("ts", x.time.time_since_epoch().count());
  if (!x.trace_id.empty())
    out.text("trace_id", x.trace_id);
  if (!x.traceparent.empty())
    out.text("traceparent", x.traceparent);
  // `data` is last: `packet_time` must not find a `ts` within it.
  out.raw("data", x.data).close_object();
}

// A member of another type counts as missing: the text is empty then.
std::string text_of(const json_object& object, std::string_view key) {
  auto raw = object.find(key);
  return raw ? json_string(*raw).value_or(std::string{}) : std::string{};
}

std::optional<scope> scope_named(std::string_view name) {
  for (auto x : {scope::room, scope::user, scope::all})
    if (to_string(x) == name)
      return x;
  return std::nullopt;
}

// A malformed sender counts as none: clients get the original text in any case.
std::optional<sender> sender_of(const json_object& object) {
  auto raw = object.find("sender");
  if (!raw)
    return std::nullopt;
  auto fields = json_object::parse(*raw);
  if (!fields)
    return std::nullopt;
  return sender{text_of(*fields, "user"), text_of(*fields, "connection")};
}

std::variant<envelope, packet_error> read_envelope(const json_object& object) {
  auto version = object.find("v");
  if (!version)
    return packet_error::malformed;
  // The version is checked first: another one may lack the other members.
  if (json_unsigned(*version) != envelope::version)
    return packet_error::unknown_version;
  if (text_of(object, "type") != "message")
    return packet_error::malformed; // clients would take it for the node's word
  envelope x;
  x.event_id = text_of(object, "event_id");
  auto to = scope_named(text_of(object, "scope"));
  auto time = json_unsigned(object.find("ts").value_or(""));
  auto data = object.find("data");
  if (x.event_id.empty() || !to || !time || *time > last_time || !data)
    return packet_error::malformed;
  x.to = *to;
  if (x.to != scope::all)
    x.target = text_of(object, to_string(x.to));
  x.from = sender_of(object);
  x.time = unix_time{std::chrono::milliseconds{*time}};
  x.trace_id = text_of(object, "trace_id");
  x.traceparent = read_traceparent(text_of(object, "traceparent"));
  x.data = *data;
  return x;
}

} // namespace

std::string_view to_string(scope value) noexcept {
  switch (value) {
  case scope::room:
    return "room";
  case scope::user:
    return "user";
  default:
    return "all";
  }
}

std::string to_json(const envelope& x) {
  std::string result;
  append_json(result, x);
  return result;
}

std::string encode_packet(const envelope& x, bool skip_sender,
                          std::string_view source_run) {
  constexpr std::size_t overhead = 192; // keys, quotes, time: saves growing
  std::string result;
  result.reserve(x.data.size() + x.target.size() + overhead);
  append_header(result, {skip_sender, source_run});
  result.push_back(':');
  append_json(result, x);
  return result;
}

// A quote in a string is written with a backslash, so a key that is found is
// one; data comes last.
std::optional<unix_time> packet_time(std::string_view bytes) noexcept {
  constexpr std::string_view key = ",\"ts\":";
  auto i
    = bytes.substr(0, packet_header::max_size + envelope_overhead).find(key);
  if (i == std::string_view::npos)
    return std::nullopt;
  auto number = bytes.substr(i + key.size());
  std::uint64_t value = 0;
  auto end = number.data() + number.size();
  if (std::from_chars(number.data(), end, value).ec != std::errc{}
      || value > last_time)
    return std::nullopt;
  return unix_time{std::chrono::milliseconds{value}};
}

std::variant<packet, packet_error> decode_packet(std::string_view bytes) {
  auto colon = bytes.find(':');
  if (colon == std::string_view::npos)
    return packet_error::malformed;
  auto header = read_header(bytes.substr(0, colon));
  if (!header)
    // An unknown header with an envelope behind it comes from a newer node;
    // without an envelope it is garbage. Each case has its own counter.
    return bytes.find(":{") == std::string_view::npos
             ? packet_error::malformed
             : packet_error::unknown_version;
  packet result;
  result.skip_sender = header->skip_sender;
  result.source_run = header->source_run;
  result.json = bytes.substr(colon + 1);
  auto object = json_object::parse(result.json);
  // Checked once for all receivers: each of them would have to close its
  // connection after a text frame that is not UTF-8 (RFC 6455, 8.1).
  if (!object || !is_utf8(result.json))
    return packet_error::malformed;
  auto content = read_envelope(*object);
  if (auto* error = std::get_if<packet_error>(&content))
    return *error;
  result.content = std::move(std::get<envelope>(content));
  return result;
}

} // namespace atrium
