#include "atrium/net/options/option_values.hpp"

#include "atrium/actors/rights.hpp"
#include "atrium/actors/util/history_rules.hpp"
#include "atrium/actors/util/outbox_policy.hpp"
#include "atrium/actors/util/presence_rules.hpp"
#include "atrium/actors/util/replay_rules.hpp"
#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/net/admission/memory_gauge.hpp"
#include "atrium/net/admission/page_origin.hpp"
#include "atrium/net/auth/jwt_keys.hpp"
#include "atrium/net/events/event_options.hpp"
#include "atrium/net/http_client/http_url.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace atrium {

namespace {

constexpr std::string_view alphanumeric
  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// In the order of `auth_mode`.
constexpr std::array auth_mode_names = {"none", "jwt", "url"};

bool one_of(std::string_view text,
            std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string quoted(std::string_view text) {
  return "'" + std::string{text} + "'";
}

} // namespace

std::string number_range::text() const {
  auto res = std::to_string(from) + ".." + std::to_string(to);
  return unit.empty() ? res : res + " " + std::string{unit};
}

std::string read_number(const std::string& text, const number_range& range,
                        std::uint64_t& out) {
  auto value = read_decimal(text, range.to);
  if (!value || *value < range.from)
    return quoted(text) + " is not a whole number in " + range.text();
  out = *value;
  return {};
}

std::string read_toggle(const std::string& text, bool& out) {
  auto yes = one_of(text, {"true", "yes", "on", "1"});
  if (!yes && !one_of(text, {"false", "no", "off", "0"}))
    return quoted(text) + " is neither true nor false";
  out = yes;
  return {};
}

std::string read_log_level(const std::string& text, log::level& out) {
  auto found = log::find_level(text);
  if (!found)
    return quoted(text) + " is not trace, debug, info, warn, error or off";
  out = *found;
  return {};
}

std::string read_log_format(const std::string& text, log::format& out) {
  if (!one_of(text, {"text", "json"}))
    return quoted(text) + " is neither text nor json";
  out = text == "json" ? log::format::json : log::format::text;
  return {};
}

std::string show_log_format(const log::format& value) {
  return value == log::format::json ? "json" : "text";
}

std::string read_auth_mode(const std::string& text, auth_mode& out) {
  auto found = std::ranges::find(auth_mode_names, text);
  if (found == auth_mode_names.end())
    return quoted(text) + " is not none, jwt or url";
  out = static_cast<auth_mode>(found - auth_mode_names.begin());
  return {};
}

std::string show_auth_mode(const auth_mode& value) {
  return auth_mode_names.at(static_cast<std::size_t>(value));
}

std::string show_log_level(const log::level& value) {
  return std::string{log::to_string(value)};
}

std::string read_surplus_policy(const std::string& text, surplus_policy& out) {
  if (!one_of(text, {"reject", "kick_oldest"}))
    return quoted(text) + " is neither reject nor kick_oldest";
  out = text == "reject" ? surplus_policy::reject : surplus_policy::kick_oldest;
  return {};
}

std::string show_surplus_policy(const surplus_policy& value) {
  return value == surplus_policy::reject ? "reject" : "kick_oldest";
}

std::vector<std::string> items_of_list(const std::vector<std::string>& values) {
  auto is_nothing = values.size() == 1 && values.front().empty();
  return is_nothing ? std::vector<std::string>{} : values;
}

std::string check_internal(const std::string& text) {
  listen_address ignored;
  return text.empty() || text == "off" ? ""
                                       : read_address_or_path(text, ignored);
}

std::string check_page(const std::string& text) {
  if (text.empty() || one_of(text, {"on", "off"}))
    return {};
  return quoted(text) + " is neither on nor off";
}

std::string check_redis(const std::string& text) {
  return parse_redis_address(text).error;
}

std::string mask_redis(const std::string& text) {
  return parse_redis_address(text).address.value().masked();
}

std::string check_name_space(const std::string& text) {
  auto empty_part = text.starts_with(':') || text.ends_with(':')
                    || text.find("::") != text.npos;
  // It is part of each channel as it is, within braces (the hash tag of a Redis
  // cluster), and of the patterns of ACLs: so neither braces nor `*?[`.
  if (!text.empty() && text.size() <= 64 && !empty_part
      && has_only(text, alphanumeric, "-._~:"))
    return {};
  return quoted(text)
         + " is not 1..64 characters of A-Z a-z 0-9 - . _ ~ in parts "
           "separated by ':'";
}

std::string check_node_id(const std::string& text) {
  // Part of the name of the node's links, in which Redis takes no spaces
  // (CLIENT SETNAME).
  if (text.size() <= 64 && has_only(text, alphanumeric, "-._"))
    return {};
  return quoted(text) + " is not 1..64 characters of A-Z a-z 0-9 - . _";
}

std::string check_traced_name(const std::string& text) {
  if (is_name(text))
    return {};
  return quoted(text)
         + " is not 1 to 128 bytes of UTF-8 without control characters";
}

std::string check_watermark(const std::string& text) {
  std::uint64_t ignored = 0;
  // Only the form counts here: how much memory there is may be another number
  // when the node runs.
  return read_watermark(text, 0, ignored);
}

std::string check_outbox_policy(const std::string& text) {
  return outbox_policies{}.add(text);
}

std::string check_history_rule(const std::string& text) {
  return history_rules{}.add(text);
}

std::string check_replay_rule(const std::string& text) {
  return replay_rules{}.add(text);
}

std::string check_presence_rule(const std::string& text) {
  return presence_rules{}.add(text);
}

std::string check_origin(const std::string& text) {
  // A wildcard within an origin would be taken for a letter of its name.
  auto plain = text.find('*') == text.npos;
  if (text == "*" || text == "null" || (plain && page_origin::parse(text)))
    return {};
  return quoted(text)
         + " is neither *, null nor an origin such as "
           "https://example.org:8443, without a path and in ASCII";
}

std::string check_jwt_alg(const std::string& text) {
  if (text.empty() || find_jwt_algorithm(text) != nullptr)
    return {};
  return quoted(text) + " is none of " + jwt_algorithm_names();
}

std::string check_default_rooms(const std::string& text) {
  room_grant ignored;
  return read_room_grant(text, ignored);
}

std::string check_event_target(const std::string& text) {
  if (read_event_target(text))
    return {};
  return quoted(text)
         + " is not like off, redis-stream,100000 or https://host/path";
}

std::string check_auth_url(const std::string& text) {
  if (text.empty() || parse_http_url(text))
    return {};
  return quoted(text) + " is not like http://host:port/path";
}

std::string check_header_name(const std::string& text) {
  if (!text.empty() && text.size() <= 64 && has_only(text, alphanumeric, "-_"))
    return {};
  return quoted(text) + " is not the name of a header";
}

} // namespace atrium
