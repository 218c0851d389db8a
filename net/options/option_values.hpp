#pragma once

#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/options/number_range.hpp"
#include "atrium/net/transport/listen_address.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

// Each function takes the text of an option's value and returns what is wrong
// with it; nothing when it is good. `out` changes only then.

std::string read_number(const std::string& text, const number_range& range,
                        std::uint64_t& out);
std::string read_toggle(const std::string& text, bool& out);
std::string read_log_level(const std::string& text, log::level& out);
std::string read_log_format(const std::string& text, log::format& out);
std::string read_surplus_policy(const std::string& text, surplus_policy& out);
std::string read_auth_mode(const std::string& text, auth_mode& out);

/// Returns what is in a list: an empty text alone is nothing, as a template
/// makes it of a value that is missing.
std::vector<std::string> items_of_list(const std::vector<std::string>& values);

std::string check_internal(const std::string& text);
std::string check_page(const std::string& text);
std::string check_redis(const std::string& text);
std::string check_name_space(const std::string& text);
std::string check_node_id(const std::string& text);
std::string check_traced_name(const std::string& text);
std::string check_watermark(const std::string& text);
std::string check_outbox_policy(const std::string& text);
std::string check_history_rule(const std::string& text);
std::string check_replay_rule(const std::string& text);
std::string check_presence_rule(const std::string& text);
std::string check_event_target(const std::string& text);
std::string check_origin(const std::string& text);
std::string check_jwt_alg(const std::string& text);
std::string check_default_rooms(const std::string& text);
std::string check_auth_url(const std::string& text);
std::string check_header_name(const std::string& text);

/// Returns the URL of Redis, which is sound, without its password.
std::string mask_redis(const std::string& text);

// Each returns the text that would be read again.

std::string show_auth_mode(const auth_mode& value);
std::string show_log_level(const log::level& value);
std::string show_log_format(const log::format& value);
std::string show_surplus_policy(const surplus_policy& value);

} // namespace atrium
