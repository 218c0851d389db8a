#include "atrium/net/cli/bench/bench_checks.hpp"

#include "atrium/net/cli/bench/endpoint.hpp"
#include "atrium/net/cli/bench/make_dialect.hpp"
#include "atrium/net/cli/bench/process_usage.hpp"
#include "atrium/net/cli/bench/text_parts.hpp"

namespace atrium::bench {

namespace {

// Who leaves must be the last connection of its user, and somebody must stay.
std::string check_presence(const bench_options& x) {
  if (x.what != scenario::presence)
    return x.events ? "--events: only with presence" : "";
  if (x.rooms != 1)
    return "--rooms: presence has one";
  if (x.connections < 2)
    return "--connections: presence needs two";
  if (x.users != x.connections)
    return "--users: presence needs one for each connection";
  return x.history ? "--history: not with presence" : "";
}

std::string check_api(const bench_options& x) {
  if (x.what != scenario::api)
    return x.batch != 1 || !x.api_key.empty() ? "--batch, --key: only with api"
                                              : "";
  if (x.speaks != protocol::atrium && x.speaks != protocol::centrifuge)
    return "--protocol: api is that of atrium and of centrifuge";
  if (x.urls.size() != 1)
    return "--url: api has one";
  return x.users != x.connections ? "--users: api has none" : "";
}

std::string check_urls(const bench_options& x) {
  std::string scheme = x.what == scenario::api ? "http://" : "ws://";
  for (const auto& url : x.urls)
    if (!endpoint::parse(url, scheme))
      return concat(
        {"--url: '", url, "' is not like ", scheme, "host:port/path"});
  return {};
}

std::string check_rooms(const bench_options& x) {
  // The other scenarios work without rooms.
  auto needs_rooms = x.what == scenario::fanout || x.what == scenario::chat
                     || x.what == scenario::churn || x.what == scenario::api
                     || x.history;
  if (needs_rooms && x.rooms == 0)
    return "--rooms: " + to_string(x.what) + " needs one";
  if (publishes(x.what) && x.connections < 2 * x.rooms.value_or(0)
      && !make_dialect(x.speaks)->echoes())
    return "--rooms: a publisher does not hear itself, so each needs two "
           "members";
  return x.what != scenario::api && x.rooms.value_or(0) > x.connections
           ? "--rooms: more than connections"
           : "";
}

} // namespace

bool publishes(scenario what) {
  // The enumeration lists the publishing scenarios first.
  return what <= scenario::broadcast;
}

std::string check_bench_options(const bench_options& x) {
  if (x.window != 0 && x.rate != 0)
    return "--window: not together with --rate";
  if (!publishes(x.what) && (x.window != 0 || x.rate != 0 || x.publishers))
    return "--window, --rate, --publishers: " + to_string(x.what)
           + (x.what == scenario::recover ? " publishes in its own way"
                                          : " does not publish");
  if (x.missed && x.what != scenario::recover)
    return "--missed: only with recover";
  if (!x.redis_pids.empty() && x.what != scenario::presence
      && x.what != scenario::api)
    return "--redis-pid: only with presence and api";
  if (auto error = check_presence(x); !error.empty())
    return error;
  if (x.publishers.value_or(0) > x.connections)
    return "--publishers: more than connections";
  for (auto& error : {check_api(x), check_rooms(x), check_urls(x)})
    if (!error.empty())
      return error;
  if (x.users > x.connections)
    return "--users: more than connections";
  // A wrong number would be measured as a server that costs nothing.
  for (auto& [name, pids] :
       {std::pair{"--pid", x.pids}, std::pair{"--redis-pid", x.redis_pids}})
    for (auto pid : pids)
      if (!is_running(pid))
        return concat({name, ": there is no process ", std::to_string(pid)});
  return {};
}

} // namespace atrium::bench
