#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_text.hpp"
#include "atrium/net/protocol/field_reader.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace atrium::protocol {

namespace {

/// A request, or what is wrong with it.
using parsed = std::variant<client_request, refresh_request, failure>;

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
  std::string scratch;
  auto text = json_text(raw, scratch);
  return text && !text->empty() && characters_in(*text) <= longest_id;
}

void read(field_reader& in, join_request& x) {
  in.room(x.room);
  in.since(x.since);
}

void read(field_reader& in, leave_request& x) {
  in.room(x.room);
}

template <class Request>
void read_message(field_reader& in, Request& x) {
  in.data(x.data);
  in.event_id(x.event_id);
  in.trace_id(x.trace_id);
  in.traceparent(x.traceparent);
}

void read(field_reader& in, publish_request& x) {
  in.room(x.room);
  read_message(in, x);
  in.echo(x.echo);
}

void read(field_reader& in, send_request& x) {
  in.user(x.user);
  read_message(in, x);
  in.durable(x.durable);
}

void read(field_reader& in, broadcast_request& x) {
  read_message(in, x);
}

void read(field_reader& in, ack_request& x) {
  in.inbox_id(x.inbox_id);
}

void read(field_reader& in, presence_request& x) {
  in.room(x.room);
  in.limit(x.limit);
}

void read(field_reader& in, history_request& x) {
  in.room(x.room);
  in.since(x.since);
  in.limit(x.limit);
  in.reverse(x.reverse);
}

void read(field_reader& in, refresh_request& x) {
  in.token(x.token);
}

void read(field_reader&, ping_request&) {
  // nop
}

// The session answers a refresh: actors see what the token says, not the token.
template <class Request>
constexpr auto is_for_actors = !std::is_same_v<Request, refresh_request>;

template <class Request>
parsed empty() {
  if constexpr (is_for_actors<Request>)
    return parsed{std::in_place_type<client_request>,
                  std::in_place_type<Request>};
  else
    return parsed{std::in_place_type<Request>};
}

template <class Request>
Request& request_in(parsed& x) {
  if constexpr (is_for_actors<Request>)
    return std::get<Request>(std::get<client_request>(x));
  else
    return std::get<Request>(x);
}

// Reads the request where it is returned: a publish has six strings, and moving
// them on from one variant to the next costs as much as reading them.
template <class Request>
parsed parse(const request_fields& from) {
  auto result = empty<Request>();
  auto& x = request_in<Request>(result);
  x.id.assign(from.id);
  field_reader in{from};
  read(in, x);
  if (in.failed()) {
    auto error = in.error();
    if constexpr (requires { x.room; })
      error.room = std::move(x.room);
    result = std::move(error);
  }
  return result;
}

struct request_type {
  std::string_view name;
  parsed (*parse)(const request_fields&);
};

constexpr std::array<request_type, 10> request_types = {{
  {"publish", parse<publish_request>},
  {"send", parse<send_request>},
  {"broadcast", parse<broadcast_request>},
  {"ack", parse<ack_request>},
  {"join", parse<join_request>},
  {"leave", parse<leave_request>},
  {"presence", parse<presence_request>},
  {"history", parse<history_request>},
  {"refresh", parse<refresh_request>},
  {"ping", parse<ping_request>},
}};

} // namespace

std::variant<client_request, refresh_request, failure>
parse_request(std::string_view text) {
  auto fields = find_fields(text);
  if (!fields)
    return failure{{}, errc::bad_json, "not one JSON object", {}};
  // First, so that whatever is wrong with the rest can be answered by id.
  if (!fields->id.empty() && !is_id(fields->id))
    return failure{{},
                   errc::bad_request,
                   "'id' has to be an integer from 0 to 2^53-1 or a string "
                   "of 1 to 64 characters",
                   {}};
  std::string scratch;
  auto type = json_text(fields->type, scratch);
  if (!type)
    return failure{request_id{fields->id},
                   errc::bad_request,
                   "'type' has to be a string",
                   {}};
  auto i = std::ranges::find(request_types, *type, &request_type::name);
  if (i == request_types.end())
    return failure{
      request_id{fields->id}, errc::unknown_type, "unknown 'type'", {}};
  return i->parse(*fields);
}

} // namespace atrium::protocol
