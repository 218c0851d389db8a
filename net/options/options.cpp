#include "atrium/net/options/options.hpp"

#include "atrium/broker/envelope.hpp"
#include "atrium/net/admission/page_origin.hpp"
#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/options/option_sources.hpp"
#include "atrium/net/options/option_values.hpp"
#include "atrium/net/transport/tls_context.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <unistd.h>

namespace atrium {

namespace {

parsed_options stop(const settings& source) {
  auto text = source.text;
  if (source.exit_code != 0)
    text = "atrium: " + text + "\nTry --help for all options.\n";
  return {{}, source.exit_code, text, {}};
}

/// Stores `source` into `out`; returns the first error with its origin.
std::string apply(const settings& source, options& out) {
  for (const auto& setting : source.values)
    if (auto error = setting.option->store(out, setting.values); !error.empty())
      return setting.source + ": " + error;
  return {};
}

// A message that fits into no outbox would close whoever should receive it; one
// that fits into no queue of the bus could never be published.
std::string check_sizes(const options& x) {
  auto message = std::to_string(x.max_message_bytes);
  if (x.outbox_bytes < x.max_message_bytes)
    return "outbox-bytes: " + std::to_string(x.outbox_bytes)
           + " is less than max-message-bytes, " + message;
  if (x.bus_pending_bytes < x.max_message_bytes + envelope_overhead)
    return "bus-pending-bytes: " + std::to_string(x.bus_pending_bytes)
           + " has no room for a message of max-message-bytes, " + message
           + ", with its envelope";
  return {};
}

/// Returns which options, each of them sound, do not go together; or nothing.
std::string find_contradiction(const options& x) {
  if (x.proxy_protocol && x.trusted_proxy.empty())
    return "proxy-protocol: no trusted-proxy is named, nobody could connect";
  if (x.internal == "off" && !x.admin_token_file.empty())
    return "admin-token-file: with internal off there is nothing to show the "
           "token to";
  if (auto own = x.internal_address(); own && own->port != 0
                                       && own->port == x.listen.port
                                       && own->host == x.listen.host)
    return "internal: clients and operators cannot have the same address";
  if (x.auth != auth_mode::none && x.allow_anonymous)
    return "allow-anonymous: with auth nobody is anonymous";
  if (x.messages_burst != 0 && x.messages_per_second == 0)
    return "messages-burst: without messages-per-second there is no limit";
  if (x.bytes_burst != 0 && x.bytes_per_second == 0)
    return "bytes-burst: without bytes-per-second there is no limit";
  return {};
}

} // namespace

bool listen_address::is_loopback() const {
  return !path.empty() || is_loopback_host(host);
}

std::optional<listen_address> options::internal_address() const {
  if (internal == "off")
    return std::nullopt;
  listen_address res{"127.0.0.1", 0};
  if (!internal.empty())
    read_internal(internal, res);
  else if (listen.port != 0)
    res.port = static_cast<std::uint16_t>(
      listen.port > 64'535 ? listen.port - 1'000 : listen.port + 1'000);
  return res;
}

std::size_t options::room_share() const {
  if (max_user_rooms != 0)
    return max_user_rooms;
  constexpr std::size_t few = 8;     // not worth sharing
  constexpr std::size_t usual = 128; // what one connection may be in
  return std::max(
    {few, max_node_rooms / 10, std::min(usual, max_node_rooms / 2)});
}

bool options::has_page() const {
  return page.empty() ? auth == auth_mode::none : page == "on";
}

std::string options::validate() const {
  auto copy = *this;
  for (const auto& entry : option_table())
    if (auto values = entry.show(*this);
        !values.empty() || entry.kind == option_kind::list)
      if (auto error = entry.store(copy, values); !error.empty())
        return entry.name + ": " + error;
  if (auto error = check_sizes(*this); !error.empty())
    return error;
  if (auto error = find_contradiction(*this); !error.empty())
    return error;
  if (auto error = check_tls(*this); !error.empty())
    return error;
  return check_auth(*this);
}

variable_map process_variables() {
  variable_map res;
  for (auto variable = ::environ; variable && *variable; ++variable) {
    std::string text = *variable;
    auto equals = text.find('=');
    if (equals != text.npos)
      res.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return res;
}

parsed_options parse_options(int argc, const char* const* argv,
                             const variable_map& variables) {
  auto flags = read_flags(argc, argv);
  if (flags.exit_code)
    return stop(flags);
  auto from_variables = read_variables(variables);
  if (from_variables.exit_code)
    return stop(from_variables);
  auto path = flags.find("config");
  if (path.empty())
    path = from_variables.find("config");
  auto file = path.empty() ? settings{} : read_config(path);
  if (file.exit_code)
    return stop(file);
  parsed_options res;
  res.ignored = from_variables.ignored;
  std::string error;
  for (auto source : {&file, &from_variables, &flags}) // the last one wins
    if (error.empty())
      error = apply(*source, res.value);
  if (error.empty())
    error = res.value.validate();
  return error.empty() ? res : stop({{}, 2, error, {}});
}

} // namespace atrium
