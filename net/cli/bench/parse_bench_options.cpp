#include "atrium/net/cli/bench/parse_bench_options.hpp"

#include "atrium/net/cli/bench/bench_checks.hpp"
#include "atrium/net/cli/bench/stamp.hpp"

#include <CLI/CLI.hpp>

#include <cmath>

namespace atrium::bench {

namespace {

constexpr auto footer = R"(Scenarios, with what is usual for them:
  fanout     one room of 1000 members, 1 publisher, window 16
  chat       100 rooms of 10 members, every tenth a publisher, window 1
  direct     100 publishers among 1000 connections, each to one user, window 1
  broadcast  1 publisher to 1000 connections, window 16
  idle       10000 connections that do nothing; memory and CPU of each
  churn      64 workers connect, join, leave and close, each in its own room
  storm      10000 connections are lost at once and come back
  recover    the same in 100 rooms; each client gets the 100 messages that
             were published meanwhile, by one more member of each room
  presence   one room of 10000 members, of whom 5, or half of them if they are
             fewer, leave and come back all the time
  api        64 connections publish over the HTTP API to 100 rooms, each its
             next request when the last one is answered

A publisher is a member and gets its own messages, except with pusher. A message
is finished when every receiver has it; latency counts from when the message was
due.
With --history, and for recover, rooms are named kept:...: start the node with
--history 'kept:*=1000,1h'. The offset of each message is checked.
For presence they are named counted:..., with --events present:...: start the
node with --presence 'counted:*=count' --presence 'present:*' and with
--presence-grace 0, or whoever is back soon has not been away.
With api --url is http://host:port/api; Centrifugo has the same API.
atrium bench --plan puts load on nothing: it calculates how many masters of Redis
a cluster needs, and what ends first (--plan --help).
Exit code: 0, or 1 if messages were lost or came twice or the server could not
be reached, or 2 for bad options.)";

const std::map<std::string, protocol> protocols
  = {{"atrium", protocol::atrium},
     {"floor", protocol::floor},
     {"socketio", protocol::socketio},
     {"centrifuge", protocol::centrifuge},
     {"pusher", protocol::pusher}};

/// What the command line says before it becomes an option's type.
struct raw_values {
  std::string what;
  std::string speaks = "atrium";
  double duration = 10;
  double warmup = 1;
};

template <class Map>
std::vector<std::string> names_of(const Map& from) {
  std::vector<std::string> res;
  for (const auto& [name, value] : from)
    res.push_back(name);
  return res;
}

/// What is usual for a scenario.
struct usual_values {
  std::size_t connections;
  std::size_t rooms;
  std::size_t publishers;
  std::size_t window;
};

// Without a number of publishers a tenth of the connections publishes, or none
// if the scenario does not publish.
usual_values usual_for(scenario what) {
  switch (what) {
  case scenario::fanout:
    return {1'000, 1, 1, 16};
  case scenario::chat:
    return {1'000, 100, 0, 1};
  case scenario::direct:
    return {1'000, 0, 0, 1};
  case scenario::broadcast:
    return {1'000, 0, 1, 16};
  case scenario::churn:
    return {64, 64, 0, 0};
  case scenario::storm:
  case scenario::recover:
    return {10'000, 100, 0, 0};
  case scenario::presence:
    return {10'000, 1, 0, 0};
  case scenario::api:
    return {64, 100, 0, 0};
  default:
    return {10'000, 0, 0, 0};
  }
}

void fill_in(bench_options& out) {
  auto usual = usual_for(out.what);
  if (out.urls.empty())
    out.urls = {out.what == scenario::api ? "http://127.0.0.1:9080/api"
                                          : "ws://127.0.0.1:8080/ws"};
  if (out.connections == 0)
    out.connections = usual.connections;
  if (out.users == 0)
    out.users = out.connections;
  if (!out.rooms)
    // Nobody is in those of the API.
    out.rooms = out.what == scenario::api
                  ? usual.rooms
                  : std::min(usual.rooms, out.connections);
  if (out.what == scenario::recover) {
    out.history = true;
    out.missed = out.missed.value_or(100);
  }
  if (!out.publishers && publishes(out.what)) {
    // Rounded up, so that at least one publishes.
    auto tenth = (out.connections + 9) / 10;
    out.publishers = usual.publishers != 0 ? usual.publishers : tenth;
  }
  // A rate asks for an open loop, which has no window.
  if (out.window == 0 && out.rate == 0)
    out.window = usual.window;
}

void add_work(CLI::App& app, bench_options& out, raw_values& raw) {
  app.add_option("scenario", raw.what, "What to do.")
    ->required()
    ->check(CLI::IsMember(names_of(scenarios())));
  app.add_option("--connections", out.connections, "Clients.")
    ->check(CLI::Range(1, 1'000'000));
  app.add_option("--rooms", out.rooms, "Rooms; clients are dealt out to them.")
    ->check(CLI::Range(0, 1'000'000));
  app.add_option("--users", out.users, "Distinct user names; one per client.")
    ->check(CLI::Range(1, 1'000'000));
  app.add_option("--publishers", out.publishers, "Clients that publish.")
    ->check(CLI::Range(1, 1'000'000));
  app
    .add_option("--window", out.window,
                "Unfinished messages per publisher (closed loop).")
    ->check(CLI::Range(1, 100'000));
  app
    .add_option("--rate", out.rate,
                "Messages per second of all publishers (open loop).")
    ->check(CLI::Range(0.001, 10'000'000.0));
  app.add_option("--size", out.size, "Bytes of each message's data.")
    ->capture_default_str()
    ->check(CLI::Range(stamp::smallest, std::size_t{1'048'576}));
  app.add_flag("--history", out.history,
               "Use rooms kept:..., of which the server keeps a history.");
  app.add_flag("--events", out.events,
               "With presence: members hear who comes and goes.");
  app.add_option("--batch", out.batch, "With api: publishes in a request.")
    ->capture_default_str()
    ->check(CLI::Range(1, 10'000));
  app.add_option("--key", out.api_key, "With api: the key.");
  app
    .add_option("--missed", out.missed,
                "Messages that each client of recover misses; 100.")
    ->check(CLI::Range(1, 1'000'000));
}

void add_frame(CLI::App& app, bench_options& out, raw_values& raw) {
  app
    .add_option("--url", out.urls,
                "A node, may be repeated; ws://127.0.0.1:8080/ws, or for api "
                "http://127.0.0.1:9080/api.")
    // Or CLI11 takes all words that follow for more of them.
    ->allow_extra_args(false);
  app.add_option("--protocol", raw.speaks, "What the server speaks.")
    ->capture_default_str()
    ->check(CLI::IsMember(names_of(protocols)));
  app.add_option("--duration", raw.duration, "Seconds to measure.")
    ->capture_default_str()
    ->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--warmup", raw.warmup, "Seconds before them.")
    ->capture_default_str()
    ->check(CLI::Range(0.0, 3'600.0));
  app
    .add_option("--pid", out.pids,
                "A process of the server, may be repeated: its CPU and "
                "memory are reported.")
    ->allow_extra_args(false);
  app
    .add_option(
      "--redis-pid", out.redis_pids,
      "A process of its Redis: presence and api report its CPU apart.")
    ->allow_extra_args(false);
  app.add_flag("--json", out.json, "Report as one JSON object.");
}

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds{std::llround(seconds * 1e3)};
}

} // namespace

parsed_bench_options parse_bench_options(int argc, const char* const* argv) {
  parsed_bench_options res;
  raw_values raw;
  CLI::App app{"Puts load on a server and measures it.", "atrium bench"};
  add_work(app, res.value, raw);
  add_frame(app, res.value, raw);
  app.footer(footer);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& stop) {
    return {{}, 0, app.help()};
  } catch (const CLI::ParseError& error) {
    return {{}, 2, std::string{"atrium bench: "} + error.what() + '\n'};
  }
  res.value.what = scenarios().at(raw.what);
  res.value.speaks = protocols.at(raw.speaks);
  res.value.duration = milliseconds_of(raw.duration);
  res.value.warmup = milliseconds_of(raw.warmup);
  fill_in(res.value);
  if (auto error = check_bench_options(res.value); !error.empty())
    return {{}, 2, "atrium bench: " + error + '\n'};
  return res;
}

} // namespace atrium::bench
