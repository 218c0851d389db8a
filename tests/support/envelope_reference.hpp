#pragma once

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/util/trace_context.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::test {

/// What a plain implementation over another JSON parser reads from the text of
/// an envelope: an error, or the rest.
struct expected_envelope {
  std::optional<packet_error> error;
  envelope_head about;
  nlohmann::json data;
};

namespace detail {

inline std::string text_in(const nlohmann::json& object, const char* key) {
  auto i = object.find(key);
  return i != object.end() && i->is_string() ? i->get<std::string>() : std::string{};
}

inline std::optional<std::uint64_t> number_in(const nlohmann::json& object, const char* key) {
  auto i = object.find(key);
  if (i == object.end() || !i->is_number_unsigned())
    return std::nullopt;
  return i->get<std::uint64_t>();
}

inline std::optional<scope> scope_in(const nlohmann::json& object) {
  auto name = text_in(object, "scope");
  for (auto x : {scope::room, scope::user, scope::all})
    if (name == to_string(x))
      return x;
  return std::nullopt;
}

inline expected_envelope read(const nlohmann::json& object) {
  if (!object.is_object() || !object.contains("v"))
    return {packet_error::malformed, {}, {}};
  if (number_in(object, "v") != envelope::version)
    return {packet_error::unknown_version, {}, {}};
  auto to = scope_in(object);
  auto time = number_in(object, "ts");
  expected_envelope result;
  auto& x = result.about;
  x.event_id = text_in(object, "event_id");
  if (text_in(object, "type") != "message" || x.event_id.empty() || !to || !time
      || *time > std::numeric_limits<std::int64_t>::max() || !object.contains("data"))
    return {packet_error::malformed, {}, {}};
  x.to = *to;
  if (x.to != scope::all)
    x.target = text_in(object, x.to == scope::room ? "room" : "user");
  if (auto i = object.find("sender"); i != object.end() && i->is_object())
    x.from = sender{text_in(*i, "user"), text_in(*i, "connection")};
  x.time = unix_time{std::chrono::milliseconds{*time}};
  x.trace_id = text_in(object, "trace_id");
  x.traceparent = read_traceparent(text_in(object, "traceparent"));
  result.data = object["data"];
  return result;
}

} // namespace detail

/// Nothing where the other parser is known to differ from RFC 8259 or from us:
/// it takes a NUL for the end, skips a byte order mark, refuses halves of
/// surrogate pairs and numbers too large for a double, and nests without limit.
inline std::optional<expected_envelope> expected_of(std::string_view text) {
  auto nested = std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; });
  if (nested > 250 || text.find('\0') != text.npos || text.starts_with("\xEF\xBB\xBF")
      || text.find("\\ud") != text.npos || text.find("\\uD") != text.npos)
    return std::nullopt;
  try {
    return detail::read(nlohmann::json::parse(text));
  } catch (const nlohmann::json::out_of_range&) {
    return std::nullopt;
  } catch (const nlohmann::json::parse_error&) {
    return expected_envelope{packet_error::malformed, {}, {}};
  }
}

/// Returns what differs between `expected` and what `decode_packet` has read
/// from the same text; empty if nothing does.
inline std::string difference(const expected_envelope& expected,
                              const std::variant<packet, packet_error>& decoded) {
  if (auto* error = std::get_if<packet_error>(&decoded))
    return expected.error == *error ? "" : "error";
  if (expected.error)
    return "no error";
  auto& x = std::get<packet>(decoded);
  auto& a = x.about;
  auto& b = expected.about;
  auto same_sender
    = a.from.has_value() == b.from.has_value()
      && (!a.from || (a.from->user == b.from->user && a.from->connection == b.from->connection));
  if (a.event_id != b.event_id || a.to != b.to || a.target != b.target || a.time != b.time)
    return "event_id, scope, target or ts";
  if (!same_sender)
    return "sender";
  if (a.trace_id != b.trace_id || a.traceparent != b.traceparent)
    return "trace_id or traceparent";
  return nlohmann::json::parse(x.data, nullptr, false) == expected.data ? "" : "data";
}

} // namespace atrium::test
