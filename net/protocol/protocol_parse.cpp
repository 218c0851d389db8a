#include "atrium/net/protocol/field_reader.hpp"

#include <algorithm>
#include <array>

namespace atrium::protocol {

namespace {

// What JavaScript can count to without loss (RFC 8259, section 6).
constexpr std::uint64_t largest_id = (std::uint64_t{1} << 53U) - 1;
constexpr std::ptrdiff_t longest_id = 64; // characters

std::ptrdiff_t characters_in(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
}

bool is_id(std::string_view raw) {
  if (auto number = json_unsigned(raw))
    return *number <= largest_id;
  auto text = json_string(raw);
  return text && !text->empty() && characters_in(*text) <= longest_id;
}

parsed parse_join(field_reader in) {
  join_request x{in.id(), in.room(), in.position("since")};
  return std::move(in).finish(std::move(x));
}

parsed parse_leave(field_reader in) {
  leave_request x{in.id(), in.room()};
  return std::move(in).finish(std::move(x));
}

parsed parse_publish(field_reader in) {
  publish_request x;
  x.id = in.id();
  x.room = in.room();
  x.data = in.data();
  x.event_id = in.event_id("event_id");
  x.trace_id = in.event_id("trace_id");
  x.traceparent = in.traceparent();
  x.echo = in.flag("echo", true);
  return std::move(in).finish(std::move(x));
}

parsed parse_send(field_reader in) {
  send_request x;
  x.id = in.id();
  x.user = in.name("user", errc::user_name_invalid);
  x.data = in.data();
  x.event_id = in.event_id("event_id");
  x.trace_id = in.event_id("trace_id");
  x.traceparent = in.traceparent();
  x.durable = in.flag("durable", false);
  return std::move(in).finish(std::move(x));
}

parsed parse_ack(field_reader in) {
  ack_request x{in.id(), in.inbox_id()};
  return std::move(in).finish(std::move(x));
}

parsed parse_broadcast(field_reader in) {
  broadcast_request x;
  x.id = in.id();
  x.data = in.data();
  x.event_id = in.event_id("event_id");
  x.trace_id = in.event_id("trace_id");
  x.traceparent = in.traceparent();
  return std::move(in).finish(std::move(x));
}

parsed parse_presence(field_reader in) {
  presence_request x{in.id(), in.room()};
  x.limit = in.limit(x.limit);
  return std::move(in).finish(std::move(x));
}

parsed parse_history(field_reader in) {
  history_request x;
  x.id = in.id();
  x.room = in.room();
  x.since = in.position("since");
  x.limit = in.limit(x.limit);
  x.reverse = in.flag("reverse", false);
  return std::move(in).finish(std::move(x));
}

parsed parse_refresh(field_reader in) {
  refresh_request x{in.id(), in.token()};
  return std::move(in).finish(std::move(x));
}

parsed parse_ping(field_reader in) {
  ping_request x{in.id()};
  return std::move(in).finish(std::move(x));
}

struct request_type {
  std::string_view name;
  parsed (*parse)(field_reader);
};

constexpr std::array<request_type, 10> request_types = {{
  {"publish", parse_publish},
  {"send", parse_send},
  {"broadcast", parse_broadcast},
  {"ack", parse_ack},
  {"join", parse_join},
  {"leave", parse_leave},
  {"presence", parse_presence},
  {"history", parse_history},
  {"refresh", parse_refresh},
  {"ping", parse_ping},
}};

} // namespace

parsed parse_request(std::string_view text) {
  auto object = json_object::parse(text);
  if (!object)
    return failure{{}, errc::bad_json, "not one JSON object", {}};
  request_id id;
  // First, so that whatever is wrong with the rest can be answered by id.
  if (auto raw = object->find("id")) {
    if (!is_id(*raw))
      return failure{{},
                     errc::bad_request,
                     "'id' has to be an integer from 0 to 2^53-1 or a string "
                     "of 1 to 64 characters",
                     {}};
    id = *raw;
  }
  auto raw_type = object->find("type");
  auto type = raw_type ? json_string(*raw_type) : std::nullopt;
  if (!type)
    return failure{id, errc::bad_request, "'type' has to be a string", {}};
  auto i = std::ranges::find(request_types, *type, &request_type::name);
  if (i == request_types.end())
    return failure{id, errc::unknown_type, "unknown 'type'", {}};
  return i->parse(field_reader{*object, std::move(id)});
}

} // namespace atrium::protocol
