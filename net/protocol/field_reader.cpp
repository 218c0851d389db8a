#include "atrium/net/protocol/field_reader.hpp"

#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/trace_context.hpp"

namespace atrium::protocol {

namespace {

// What JavaScript can count to without loss (RFC 8259, section 6).
constexpr std::uint64_t largest_offset = (std::uint64_t{1} << 53U) - 1;
constexpr std::size_t longest_epoch = 32;
constexpr std::uint64_t most_listed = 1000; // messages or users of a reply

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

std::string field_reader::name(std::string_view key, errc invalid) {
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

std::string field_reader::room() {
  auto result = name("room", errc::room_name_invalid);
  // A name that is invalid is not repeated in the reply.
  if (error_.code == errc::none)
    error_.room = result;
  return result;
}

std::string field_reader::data() {
  // Not decoded, nor checked again: the object was, and receivers get the
  // data as it was sent.
  auto raw = from_.find("data");
  if (!raw)
    fail(errc::bad_request, "'{}' is missing", "data");
  return std::string{raw.value_or("")};
}

std::string field_reader::token() {
  auto result = text("token");
  if (!result)
    fail(errc::bad_request, "'{}' has to be a string", "token");
  return result.value_or("");
}

std::string field_reader::event_id(std::string_view key) {
  if (!from_.find(key))
    return {};
  auto result = text(key);
  // Other nodes would drop the message as malformed: better said at once.
  if (!result || !is_event_id(*result))
    fail(errc::bad_request,
         "'{}' has to be 1 to 64 characters of A-Z a-z 0-9 . _ : -", key);
  return result.value_or("");
}

std::string field_reader::inbox_id() {
  auto result = text("inbox_id");
  if (!result || !is_inbox_id(*result))
    fail(errc::bad_request, "'{}' has to be the id of a durable message",
         "inbox_id");
  return result.value_or("");
}

std::string field_reader::traceparent() {
  return read_traceparent(text("traceparent").value_or(""));
}

bool field_reader::flag(std::string_view key, bool otherwise) {
  auto raw = from_.find(key);
  if (!raw)
    return otherwise;
  // JSON has one spelling of each.
  if (*raw != "true" && *raw != "false")
    fail(errc::bad_request, "'{}' has to be true or false", key);
  return *raw == "true";
}

std::optional<atrium::position> field_reader::position(std::string_view key) {
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

std::size_t field_reader::limit(std::size_t otherwise) {
  auto raw = from_.find("limit");
  if (!raw)
    return otherwise;
  auto number = json_unsigned(*raw);
  if (!number || *number == 0 || *number > most_listed)
    fail(errc::bad_request, "'{}' has to be an integer from 1 to 1000",
         "limit");
  return number.value_or(otherwise);
}

std::optional<std::string> field_reader::text(std::string_view key) const {
  auto raw = from_.find(key);
  // Without escapes: two spellings of a name are one room.
  return raw ? json_string(*raw) : std::nullopt;
}

// The first error counts, but a field that is wrong outranks a bad name.
void field_reader::fail(errc code, std::string_view pattern,
                        std::string_view key) {
  auto outranks = code == errc::bad_request && error_.code != code;
  if (error_.code != errc::none && !outranks)
    return;
  error_.code = code;
  error_.message = pattern;
  error_.message.replace(error_.message.find("{}"), 2, key);
}

} // namespace atrium::protocol
