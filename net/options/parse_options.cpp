#include "atrium/net/options/parse_options.hpp"

#include "atrium/actors/util/name_pattern.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/net/auth/make_authenticator.hpp"
#include "atrium/net/options/option_sources.hpp"
#include "atrium/net/transport/tls_context.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>

namespace atrium {

namespace {

parsed_options stop(const settings& source, const option_table& table) {
  if (source.exit_code == 0)
    return {{}, 0, source.text, {}};
  return {{},
          source.exit_code,
          table.program() + ": " + source.text
            + "\nTry --help for all options.\n",
          {},
          source.text};
}

/// Stores `source` into `out`; returns the first error with its origin.
std::string apply(const settings& source, options& out) {
  for (const auto& setting : source.values)
    if (auto error = setting.option->store(out, setting.values); !error.empty())
      return setting.source + ": " + error;
  return {};
}

/// Whether a text has the name of an option as a word of its own.
bool mentions(std::string_view text, std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz-";
  for (auto i = text.find(name); i != text.npos; i = text.find(name, i + 1)) {
    auto end = i + name.size();
    auto begins = i == 0 || letters.find(text[i - 1]) == letters.npos
                  || text.substr(0, i).ends_with("--");
    if (begins
        && (end == text.size() || letters.find(text[end]) == letters.npos))
      return true;
  }
  return false;
}

/// Puts in front of an error about options which line of the file it is about:
/// that of the option that it begins with, or else of one that it mentions.
std::string located(const std::string& error, const settings& file,
                    std::initializer_list<const settings*> over) {
  auto is_overruled = [&](const setting& x) {
    return std::ranges::any_of(over, [&](const settings* other) {
      return std::ranges::any_of(other->values,
                                 [&](auto& y) { return y.option == x.option; });
    });
  };
  const setting* found = nullptr;
  for (auto& x : file.values) {
    if (is_overruled(x) || !mentions(error, x.option->name))
      continue;
    if (found == nullptr || error.starts_with(x.option->name + ":"))
      found = &x;
  }
  if (found == nullptr)
    return error;
  // The source ends with the key as it is written there.
  return found->source.substr(0, found->source.rfind(": ")) + ": " + error;
}

// A message that fits into no outbox would close whoever should receive it; one
// that fits into no queue of the bus could never be published.
std::string check_sizes(const options& x) {
  auto message = std::to_string(x.session.max_message_bytes);
  if (x.session.outbox_bytes < x.session.max_message_bytes)
    return "outbox-bytes: " + std::to_string(x.session.outbox_bytes)
           + " is less than max-message-bytes, " + message;
  if (x.bus.pending_bytes < x.session.max_message_bytes + envelope_overhead)
    return "bus-pending-bytes: " + std::to_string(x.bus.pending_bytes)
           + " has no room for a message of max-message-bytes, " + message
           + ", with its envelope";
  if (x.history.bytes < x.session.max_message_bytes + envelope_overhead)
    return "history-bytes: " + std::to_string(x.history.bytes)
           + " has no room for a message of max-message-bytes, " + message
           + ", with its envelope";
  if (x.inbox.bytes < x.session.max_message_bytes + envelope_overhead)
    return "inbox-bytes: " + std::to_string(x.inbox.bytes)
           + " has no room for a message of max-message-bytes, " + message
           + ", with its envelope";
  return {};
}

// A body that is larger than all bodies may be would never be let in.
std::string check_api(const options& x) {
  if (x.api.pending_bytes < x.api.max_bytes)
    return "api-pending-bytes: " + std::to_string(x.api.pending_bytes)
           + " is less than api-max-bytes, " + std::to_string(x.api.max_bytes);
  if (x.api.is_public && x.api.key_file.empty())
    return "api-public: without api-key-file whoever reaches the node could "
           "publish";
  if (!x.api.key_file.empty() && !x.api.is_public
      && x.internal.address == "off")
    return "api-key-file: with internal off and without api-public there is "
           "nothing to use the keys for";
  return {};
}

// Only one of two rules could ever count; which one was meant is not for us to
// guess.
std::string check_patterns(const options& x) {
  struct {
    std::string_view name;
    const std::vector<std::string>& rules;
  } lists[] = {{"outbox-policy", x.session.outbox_policy},
               {"history", x.history.rules},
               {"replay", x.history.replays},
               {"presence", x.presence.rules}};
  for (auto& [name, rules] : lists) {
    std::set<std::string_view> seen;
    for (std::string_view rule : rules)
      // Rules of presence need no value.
      if (auto pattern
          = split_rule(rule).value_or(pattern_rule{rule, {}}).pattern;
          !seen.insert(pattern).second)
        return std::string{name} + ": there are two rules for '"
               + std::string{pattern} + "'";
  }
  return {};
}

/// Returns which options, each of them sound, do not go together; or nothing.
std::string find_contradiction(const options& x) {
  if (x.admission.proxy_protocol && x.admission.trusted_proxies.empty())
    return "proxy-protocol: no trusted-proxy is named, nobody could connect";
  if (x.internal.address == "off" && !x.internal.admin_token_file.empty())
    return "admin-token-file: with internal off there is nothing to show the "
           "token to";
  if (auto own = x.internal_address(); own && own->port != 0
                                       && own->port == x.listen.port
                                       && own->host == x.listen.host)
    return "internal: clients and operators cannot have the same address";
  if (x.auth.mode != auth_mode::none && x.admission.allow_anonymous)
    return "allow-anonymous: with auth nobody is anonymous";
  if (x.rates.messages_burst != 0 && x.rates.messages_per_second == 0)
    return "messages-burst: without messages-per-second there is no limit";
  if (!x.history.replays.empty() && x.history.rules.empty())
    return "replay: without history there is nothing to replay";
  if (x.rates.bytes_burst != 0 && x.rates.bytes_per_second == 0)
    return "bytes-burst: without bytes-per-second there is no limit";
  return {};
}

/// Returns which files for TLS are missing, or of no use.
std::string check_files(const options& x) {
  for (auto* pair : {&x.tls, &x.internal.tls})
    if (auto error = check_tls(*pair); !error.empty())
      return error;
  auto internal = x.internal_address();
  if (!x.internal.tls.cert.empty() && (!internal || !internal->path.empty()))
    return "internal-tls-cert: --internal is " + x.internal.address
           + ", which has no use for it";
  return {};
}

// Nobody is believed on other machines unless the operator says so.
std::string check_proof(const options& x) {
  if (x.auth.mode != auth_mode::none)
    return check_auth(x.auth);
  if (x.listen.is_loopback() || x.admission.allow_anonymous)
    return {};
  return "listen: other machines can reach " + x.listen.host
         + ", and users need no proof of who they are; set --auth jwt, or "
           "--allow-anonymous if that is meant";
}

} // namespace

std::string validate(const options& x, const option_table& table) {
  // Each value goes through its own text: a program may have set it past the
  // checks of the sources.
  auto copy = x;
  for (const auto& entry : table)
    if (auto values = entry.show(x);
        !values.empty() || entry.kind == option_kind::list)
      if (auto error = entry.store(copy, values); !error.empty())
        return entry.name + ": " + error;
  if (auto error = check_sizes(x); !error.empty())
    return error;
  if (auto error = find_contradiction(x); !error.empty())
    return error;
  if (auto error = check_patterns(x); !error.empty())
    return error;
  if (auto error = check_api(x); !error.empty())
    return error;
  if (auto error = check_files(x); !error.empty())
    return error;
  if (auto error = check_bus(x.bus); !error.empty())
    return error;
  if (auto error = check_events(x.events, !x.bus.redis.empty()); !error.empty())
    return error;
  return check_proof(x);
}

parsed_options parse_options(int argc, const char* const* argv,
                             const variable_map& variables,
                             const option_table& table) {
  auto flags = read_flags(argc, argv, table);
  if (flags.exit_code)
    return stop(flags, table);
  auto from_variables = read_variables(variables, table);
  if (from_variables.exit_code)
    return stop(from_variables, table);
  // The file is read last, because a flag or a variable names it.
  auto path = flags.find("config");
  if (path.empty())
    path = from_variables.find("config");
  auto file = path.empty() ? settings{} : read_config(path, table);
  if (file.exit_code)
    return stop(file, table);
  parsed_options res;
  res.ignored = from_variables.ignored;
  std::string error;
  for (auto source : {&file, &from_variables, &flags}) // the last one wins
    if (error.empty())
      error = apply(*source, res.value);
  if (error.empty())
    if (error = validate(res.value, table); !error.empty())
      error = located(error, file, {&from_variables, &flags});
  return error.empty() ? res : stop({{}, 2, error, {}}, table);
}

} // namespace atrium
