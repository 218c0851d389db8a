#include "atrium/net/protocol/field_reader.hpp"

#include "atrium/broker/json/json_members.hpp"
#include "atrium/broker/json/json_text.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/trace_context.hpp"

#include <array>

namespace atrium::protocol {

namespace {

// What JavaScript can count to without loss (RFC 8259, section 6).
constexpr std::uint64_t largest_offset = (std::uint64_t{1} << 53U) - 1;
constexpr std::size_t longest_epoch = 32;
constexpr std::uint64_t most_listed = 1000; // messages or users of a reply

// In the order in which clients mostly write them.
constexpr std::array<json_member<request_fields>, 15> known = {{
  {"type", &request_fields::type},
  {"id", &request_fields::id},
  {"room", &request_fields::room},
  {"user", &request_fields::user},
  {"data", &request_fields::data},
  {"event_id", &request_fields::event_id},
  {"trace_id", &request_fields::trace_id},
  {"traceparent", &request_fields::traceparent},
  {"echo", &request_fields::echo},
  {"durable", &request_fields::durable},
  {"since", &request_fields::since},
  {"limit", &request_fields::limit},
  {"reverse", &request_fields::reverse},
  {"inbox_id", &request_fields::inbox_id},
  {"token", &request_fields::token},
}};

bool read_string(std::string_view raw, std::string& to) {
  // Without escapes: two spellings of a name are one room.
  auto text = json_text(raw, to);
  // With escapes it is there already.
  if (text && text->data() != to.data())
    to.assign(*text);
  return text.has_value();
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

} // namespace

std::optional<request_fields> find_fields(std::string_view text) {
  return read_members(text, known);
}

void field_reader::room(std::string& to) {
  // A name that is invalid is not repeated in the reply.
  if (!name(from_.room, "room", errc::room_name_invalid, to))
    to.clear();
}

void field_reader::user(std::string& to) {
  name(from_.user, "user", errc::user_name_invalid, to);
}

void field_reader::data(std::string& to) {
  // Not decoded, nor checked again: the object was, and receivers get the
  // data as it was sent.
  if (from_.data.empty())
    fail(errc::bad_request, "'{}' is missing", "data");
  to.assign(from_.data);
}

void field_reader::token(std::string& to) {
  if (!read_string(from_.token, to))
    fail(errc::bad_request, "'{}' has to be a string", "token");
}

void field_reader::traceparent(std::string& to) {
  std::string scratch;
  if (auto text = json_text(from_.traceparent, scratch))
    to = read_traceparent(*text);
}

void field_reader::since(std::optional<position>& to) {
  if (from_.since.empty())
    return;
  to = read_position(from_.since);
  if (!to)
    fail(errc::bad_request,
         "'{}' has to be an object with 'epoch', 1 to 32 characters of 0-9 "
         "a-z, and 'offset', an integer from 0 to 2^53-1",
         "since");
}

void field_reader::limit(std::size_t& to) {
  if (from_.limit.empty())
    return;
  auto number = json_unsigned(from_.limit);
  if (!number || *number == 0 || *number > most_listed)
    fail(errc::bad_request, "'{}' has to be an integer from 1 to 1000",
         "limit");
  to = number.value_or(to);
}

void field_reader::inbox_id(std::string& to) {
  if (!read_string(from_.inbox_id, to) || !is_inbox_id(to))
    fail(errc::bad_request, "'{}' has to be the id of a durable message",
         "inbox_id");
}

bool field_reader::name(std::string_view raw, std::string_view key,
                        errc invalid, std::string& to) {
  auto is_string = read_string(raw, to);
  if (!is_string)
    fail(errc::bad_request, "'{}' has to be a string", key);
  else if (!is_name(to))
    fail(invalid, "'{}' has to be 1 to 128 bytes without control characters",
         key);
  else
    return true;
  return false;
}

void field_reader::id_of_event(std::string_view raw, std::string_view key,
                               std::string& to) {
  // Other nodes would drop the message as malformed: better said at once.
  if (!raw.empty() && (!read_string(raw, to) || !is_event_id(to)))
    fail(errc::bad_request,
         "'{}' has to be 1 to 64 characters of A-Z a-z 0-9 . _ : -", key);
}

void field_reader::flag(std::string_view raw, std::string_view key, bool& to) {
  if (raw.empty())
    return;
  // JSON has one spelling of each.
  if (raw != "true" && raw != "false")
    fail(errc::bad_request, "'{}' has to be true or false", key);
  to = raw == "true";
}

// The first error counts, but a field that is wrong outranks a bad name.
void field_reader::fail(errc code, std::string_view pattern,
                        std::string_view key) {
  auto outranks = code == errc::bad_request && code_ != code;
  if (failed() && !outranks)
    return;
  code_ = code;
  pattern_ = pattern;
  key_ = key;
}

failure field_reader::error() const {
  failure result{std::string{from_.id}, code_, std::string{pattern_}, {}};
  result.message.replace(pattern_.find("{}"), 2, key_);
  return result;
}

} // namespace atrium::protocol
