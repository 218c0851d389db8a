#include "atrium/net/node/node_settings.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/net/node/file_budget.hpp"
#include "atrium/net/options/options.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace atrium {

limits limits_of(const options& from) {
  auto result = from.limits;
  result.rooms_per_user = from.room_share();
  // The other nodes free the places of one whose lease is over.
  result.user_lease = std::min<std::chrono::milliseconds>(
    from.limits.user_lease, from.bus.lease);
  // Asking others and insisting then has to fit into the time of a sign-on.
  result.probe_timeout
    = std::min(result.probe_timeout, result.bus_timeout * 2 / 5);
  // A message that fits into no outbox is refused or dropped before it gets to
  // one.
  result.message_bytes = from.session.outbox_bytes + envelope_overhead;
  for (auto& rule : from.session.outbox_policy)
    result.outbox_policies.add(rule);
  for (auto& rule : from.history.rules)
    result.history.add(rule);
  for (auto& rule : from.history.replays)
    result.replays.add(rule);
  for (auto& rule : from.presence.rules)
    result.presence.add(rule);
  return result;
}

client_rules rules_of(const options& from, const std::string& node_id) {
  return {from.http,
          from.session,
          {node_id, from.lanes.ping_interval, from.session.max_message_bytes},
          client_rates{from.rates},
          from.auth.backend.headers,
          {from.admission.allow_origin, from.listen.is_loopback(),
           from.auth.mode == auth_mode::none},
          trusted_proxies{from.admission.trusted_proxies},
          from.admission.proxy_protocol,
          from.has_page()};
}

inbox_rule inbox_rule_of(const options& from) {
  return {from.inbox.ttl, from.inbox.most, from.inbox.bytes};
}

api_traffic::bounds api_bounds_of(const options& from) {
  return {from.api.max_bytes, from.api.concurrency, from.api.pending_bytes};
}

std::size_t allowed_connections(const options& from, const file_budget& files,
                                std::string& error) {
  if (files.clients == 0)
    error = fmt::format("a limit of {} open files (ulimit -n) leaves none for "
                        "clients",
                        files.limit);
  auto wanted = from.admission.max_connections;
  if (wanted <= files.clients)
    return wanted;
  log::warn("connections_clamped",
            {{"max_connections", files.clients}, {"files", files.limit}},
            "node lets fewer clients in than --max-connections says: there are "
            "no more file descriptors (ulimit -n)");
  return files.clients;
}

} // namespace atrium
