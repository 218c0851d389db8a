#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/net/protocol/protocol.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace atrium::protocol {

namespace {

using parsed = std::variant<client_request, refresh_request, failure>;

// What JavaScript can count to without loss (RFC 8259, section 6).
constexpr std::uint64_t largest_id = (std::uint64_t{1} << 53U) - 1;
constexpr std::uint64_t largest_offset = largest_id;
constexpr std::ptrdiff_t longest_id = 64; // characters
constexpr std::size_t longest_epoch = 32;
constexpr std::uint64_t most_listed = 1000; // messages or users of a reply

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

std::optional<position> read_position(std::string_view raw) {
  auto object = json_object::parse(raw);
  auto epoch = object ? object->find("epoch") : std::nullopt;
  auto offset = object ? object->find("offset") : std::nullopt;
  if (!epoch || !offset)
    return std::nullopt;
  auto text = json_string(*epoch);
  auto number = json_unsigned(*offset);
  if (!text || text->empty() || text->size() > longest_epoch
      || !has_only(*text, "0123456789abcdefghijklmnopqrstuvwxyz") || !number
      || *number > largest_offset)
    return std::nullopt;
  return position{std::move(*text), *number};
}

/// Reads the fields of one request; remembers the first thing that is wrong.
class field_reader {
public:
  field_reader(const json_object& from, request_id id)
    : from_(from), error_{std::move(id), errc::none, {}, {}} {
    // nop
  }

  std::string name(std::string_view key, errc invalid) {
    auto result = text(key);
    if (!result) {
      fail(errc::bad_request, "'{}' has to be a string", key);
      return {};
    }
    if (!is_name(*result))
      fail(invalid, "'{}' has to be 1 to 128 bytes without control characters",
           key);
    return *result;
  }

  std::string room() {
    auto result = name("room", errc::room_name_invalid);
    // A name that is invalid is not repeated in the reply.
    if (error_.code == errc::none)
      error_.room = result;
    return result;
  }

  std::string data() {
    // Not decoded, nor checked again: the object was, and receivers get the
    // data as it was sent.
    auto raw = from_.find("data");
    if (!raw)
      fail(errc::bad_request, "'{}' is missing", "data");
    return std::string{raw.value_or("")};
  }

  std::string token() {
    auto result = text("token");
    if (!result)
      fail(errc::bad_request, "'{}' has to be a string", "token");
    return result.value_or("");
  }

  std::string event_id(std::string_view key) {
    if (!from_.find(key))
      return {};
    auto result = text(key);
    // Other nodes would drop the message as malformed: better said at once.
    if (!result || !is_event_id(*result))
      fail(errc::bad_request,
           "'{}' has to be 1 to 64 characters of A-Z a-z 0-9 . _ : -", key);
    return result.value_or("");
  }

  /// Empty where it is malformed: a trace is not worth a message.
  std::string traceparent() {
    return read_traceparent(text("traceparent").value_or(""));
  }

  bool flag(std::string_view key, bool otherwise) {
    auto raw = from_.find(key);
    if (!raw)
      return otherwise;
    // JSON has one spelling of each.
    if (*raw != "true" && *raw != "false")
      fail(errc::bad_request, "'{}' has to be true or false", key);
    return *raw == "true";
  }

  std::optional<atrium::position> position(std::string_view key) {
    auto raw = from_.find(key);
    if (!raw)
      return std::nullopt;
    auto result = read_position(*raw);
    if (!result)
      fail(errc::bad_request,
           "'{}' has to be an object with 'epoch', 1 to 32 characters of 0-9 "
           "a-z, and 'offset', an integer from 0 to 2^53-1",
           key);
    return result;
  }

  std::size_t limit(std::size_t otherwise) {
    auto raw = from_.find("limit");
    if (!raw)
      return otherwise;
    auto number = json_unsigned(*raw);
    if (!number || *number == 0 || *number > most_listed)
      fail(errc::bad_request, "'{}' has to be an integer from 1 to 1000",
           "limit");
    return number.value_or(otherwise);
  }

  request_id id() const {
    return error_.id;
  }

  /// Returns the request, or what is wrong with it.
  template <class Request>
  parsed finish(Request x) && {
    if (error_.code != errc::none)
      return std::move(error_);
    // The session answers it: actors see what the token says, not the token.
    if constexpr (std::is_same_v<Request, refresh_request>)
      return x;
    else
      return client_request{std::move(x)};
  }

private:
  std::optional<std::string> text(std::string_view key) {
    auto raw = from_.find(key);
    // Without escapes: two spellings of a name are one room.
    return raw ? json_string(*raw) : std::nullopt;
  }

  // The first error counts, but a field that is wrong outranks a bad name.
  void fail(errc code, std::string_view pattern, std::string_view key) {
    auto outranks = code == errc::bad_request && error_.code != code;
    if (error_.code != errc::none && !outranks)
      return;
    error_.code = code;
    error_.message = pattern;
    error_.message.replace(error_.message.find("{}"), 2, key);
  }

  const json_object& from_;
  failure error_;
};

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

constexpr std::array<request_type, 9> request_types = {{
  {"publish", parse_publish},
  {"send", parse_send},
  {"broadcast", parse_broadcast},
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
