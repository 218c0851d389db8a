#include "atrium/net/cli/try_redis.hpp"

#include "atrium/broker/redis/check/redis_check.hpp"
#include "atrium/net/options/options.hpp"

#include <cstdio>

namespace atrium {

redis_needs needs_of(const options& from) {
  redis_needs result;
  result.name_space = from.bus.name_space;
  result.users = from.limits.connections_per_user != 0;
  result.history = !from.history.rules.empty();
  result.presence = !from.presence.rules.empty();
  result.inbox = from.inbox.most != 0;
  auto events = read_event_target(from.events.to);
  result.events = events && events->to != event_target::kind::none;
  result.message_bytes = from.session.max_message_bytes;
  return result;
}

std::optional<std::vector<std::string>> try_redis(const options& from) {
  std::string error;
  auto access
    = load_redis_access(from.bus.redis_access, needs_tls(from.bus), error);
  if (!access) {
    std::fprintf(stderr, "atrium: %s\n", error.c_str());
    return std::nullopt;
  }
  auto addresses = redis_addresses(from.bus);
  std::vector<std::string> notes;
  if (addresses.empty())
    notes.emplace_back("there is no --redis to connect to");
  auto works = true;
  for (auto& at : addresses)
    for (auto& x : check_redis(at, *access, needs_of(from))) {
      auto text = at.masked() + ": " + x.text;
      works = works && x.severity != redis_severity::error;
      if (x.severity == redis_severity::note)
        notes.push_back(text);
      else
        std::fprintf(
          stderr, "atrium: %s%s\n",
          x.severity == redis_severity::error ? "" : "warning: ", text.c_str());
    }
  return works ? std::optional{notes} : std::nullopt;
}

} // namespace atrium
