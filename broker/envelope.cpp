#include "atrium/broker/envelope.hpp"

#include "atrium/broker/envelope_writer.hpp"
#include "atrium/broker/json/json_members.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_text.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/usual_envelope.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <charconv>
#include <forward_list>
#include <limits>

namespace atrium {

namespace {

// Later milliseconds do not fit into a time.
constexpr std::uint64_t last_time = std::numeric_limits<std::int64_t>::max();

// What a packet spells in another way: it stays where it is while others come,
// and when the list is moved.
using own_texts = std::forward_list<std::string>;

// What an envelope says, as it stands in its text.
struct envelope_members {
  std::string_view type;
  std::string_view version;
  std::string_view event_id;
  std::string_view scope;
  std::string_view room;
  std::string_view user;
  std::string_view sender;
  std::string_view time;
  std::string_view trace_id;
  std::string_view traceparent;
  std::string_view data;
};

struct sender_members {
  std::string_view user;
  std::string_view connection;
};

// Both in the order in which nodes write them.

constexpr std::array<json_member<envelope_members>, 11> known_members = {{
  {"type", &envelope_members::type},
  {"v", &envelope_members::version},
  {"event_id", &envelope_members::event_id},
  {"scope", &envelope_members::scope},
  {"room", &envelope_members::room},
  {"user", &envelope_members::user},
  {"sender", &envelope_members::sender},
  {"ts", &envelope_members::time},
  {"trace_id", &envelope_members::trace_id},
  {"traceparent", &envelope_members::traceparent},
  {"data", &envelope_members::data},
}};

constexpr std::array<json_member<sender_members>, 2> known_of_sender = {{
  {"user", &sender_members::user},
  {"connection", &sender_members::connection},
}};

// A member of another type counts as missing: the text is empty then.
std::string_view text_of(std::string_view raw, own_texts& own) {
  std::string scratch;
  auto text = json_text(raw, scratch);
  if (!scratch.empty())
    return own.emplace_front(std::move(scratch));
  return text.value_or(std::string_view{});
}

std::string_view traceparent_of(std::string_view raw, own_texts& own) {
  auto text = text_of(raw, own);
  auto result = read_traceparent(text);
  return result == text ? text : own.emplace_front(std::move(result));
}

bool is_text(std::string_view raw, std::string_view text) {
  return raw.starts_with('"')
         && json_text_is(raw.substr(1, raw.size() - 2), text);
}

std::optional<scope> scope_named(std::string_view raw) {
  for (auto x : {scope::room, scope::user, scope::all})
    if (is_text(raw, to_string(x)))
      return x;
  return std::nullopt;
}

// A malformed sender counts as none: clients get the original text in any case.
decltype(packet_head::from) sender_of(std::string_view raw, own_texts& own) {
  auto in = read_members(raw, known_of_sender);
  if (!in)
    return std::nullopt;
  return {{text_of(in->user, own), text_of(in->connection, own)}};
}

// Returns what is wrong, if anything is.
std::optional<packet_error> read_head(const envelope_members& in,
                                      packet_head& x, own_texts& own) {
  if (in.version.empty())
    return packet_error::malformed;
  // The version is checked first: another one may lack the other members.
  if (json_unsigned(in.version) != envelope::version)
    return packet_error::unknown_version;
  if (!is_text(in.type, "message"))
    return packet_error::malformed; // clients would take it for the node's word
  x.event_id = text_of(in.event_id, own);
  auto to = scope_named(in.scope);
  auto time = json_unsigned(in.time);
  if (x.event_id.empty() || !to || !time || *time > last_time
      || in.data.empty())
    return packet_error::malformed;
  x.to = *to;
  if (x.to != scope::all)
    x.target = text_of(x.to == scope::room ? in.room : in.user, own);
  x.from = sender_of(in.sender, own);
  x.time = unix_time{std::chrono::milliseconds{*time}};
  x.trace_id = text_of(in.trace_id, own);
  x.traceparent = traceparent_of(in.traceparent, own);
  return std::nullopt;
}

// Most headers have nothing but the version.
bool read_start(std::string_view text, packet_header& x) {
  if (text == packet_header::version)
    return true;
  auto header = read_header(text);
  if (header)
    x = *header;
  return header.has_value();
}

// Reads the text of any envelope.
std::optional<packet_error> read_envelope(packet& x) {
  auto members = read_members(x.json, known_members);
  // Checked once for all receivers: each of them would have to close its
  // connection after a text frame that is not UTF-8 (RFC 6455, 8.1).
  if (!members || !is_utf8(x.json))
    return packet_error::malformed;
  own_texts own;
  x.about = {};
  if (auto error = read_head(*members, x.about, own))
    return error;
  if (!own.empty())
    x.texts = std::make_shared<const own_texts>(std::move(own));
  x.data = members->data;
  return std::nullopt;
}

} // namespace

std::string to_json(const envelope& x) {
  return write_envelope({}, envelope_parts{x});
}

std::string encode_packet(const envelope& x, bool skip_sender,
                          std::string_view source_run) {
  return encode_packet(envelope_parts{x}, {skip_sender, source_run});
}

std::string encode_packet(const envelope& x, bool skip_sender,
                          std::string_view source_run, const packet_word& as) {
  return encode_packet(envelope_parts{x},
                       {skip_sender, source_run, {}, {}, as});
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
  // Made where it stays.
  std::variant<packet, packet_error> result;
  auto& x = std::get<packet>(result);
  if (!read_start(bytes.substr(0, colon), x))
    // An unknown header with an envelope behind it comes from a newer node;
    // without an envelope it is garbage. Each case has its own counter.
    return bytes.find(":{") == std::string_view::npos
             ? packet_error::malformed
             : packet_error::unknown_version;
  x.json = bytes.substr(colon + 1);
  if (!read_usual_envelope(x.json, x.about, x.data))
    if (auto error = read_envelope(x))
      result = *error;
  return result;
}

} // namespace atrium
