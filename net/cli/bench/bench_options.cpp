#include "atrium/net/cli/bench/bench_options.hpp"

#include "atrium/net/cli/bench/endpoint.hpp"
#include "atrium/net/cli/bench/process_usage.hpp"
#include "atrium/net/cli/bench/stamp.hpp"
#include "atrium/net/cli/bench/text_parts.hpp"

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

A publisher is a member and gets its own messages. A message is finished when
every receiver has it; latency counts from when the message was due.
With --history, and for recover, rooms are named kept:...: start the node with
--history 'kept:*=1000,1h'. The offset of each message is checked.
For presence they are named counted:..., with --events present:...: start the
node with --presence 'counted:*=count' --presence 'present:*' and with
--presence-grace 0, or whoever is back soon has not been away.
Exit code: 0, or 1 if messages were lost or came twice or the server could not
be reached, or 2 for bad options.)";

const std::map<std::string, scenario> scenarios
  = {{"fanout", scenario::fanout},    {"chat", scenario::chat},
     {"direct", scenario::direct},    {"broadcast", scenario::broadcast},
     {"idle", scenario::idle},        {"churn", scenario::churn},
     {"storm", scenario::storm},      {"recover", scenario::recover},
     {"presence", scenario::presence}};

const std::map<std::string, protocol> protocols
  = {{"atrium", protocol::atrium},
     {"floor", protocol::floor},
     {"socketio", protocol::socketio},
     {"centrifuge", protocol::centrifuge}};

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
  default:
    return {10'000, 0, 0, 0};
  }
}

bool publishes(scenario what) {
  // The enumeration lists the publishing scenarios first.
  return what <= scenario::broadcast;
}

void fill_in(bench_options& out) {
  auto usual = usual_for(out.what);
  if (out.urls.empty())
    out.urls = {"ws://127.0.0.1:8080/ws"};
  if (out.connections == 0)
    out.connections = usual.connections;
  if (out.users == 0)
    out.users = out.connections;
  if (!out.rooms)
    out.rooms = std::min(usual.rooms, out.connections);
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

// Who leaves must be the last connection of its user, and somebody must stay.
std::string check_presence(const bench_options& x) {
  if (x.what != scenario::presence)
    return x.events || !x.redis_pids.empty()
             ? "--events, --redis-pid: only with presence"
             : "";
  if (x.rooms != 1)
    return "--rooms: presence has one";
  if (x.connections < 2)
    return "--connections: presence needs two";
  if (x.users != x.connections)
    return "--users: presence needs one for each connection";
  return x.history ? "--history: not with presence" : "";
}

// Called after `fill_in`: given values have to match the defaults as well.
std::string check(const bench_options& x) {
  if (x.window != 0 && x.rate != 0)
    return "--window: not together with --rate";
  if (!publishes(x.what) && (x.window != 0 || x.rate != 0 || x.publishers))
    return "--window, --rate, --publishers: " + to_string(x.what)
           + (x.what == scenario::recover ? " publishes in its own way"
                                          : " does not publish");
  if (x.missed && x.what != scenario::recover)
    return "--missed: only with recover";
  if (auto error = check_presence(x); !error.empty())
    return error;
  if (x.publishers.value_or(0) > x.connections)
    return "--publishers: more than connections";
  // The other scenarios work without rooms.
  auto needs_rooms = x.what == scenario::fanout || x.what == scenario::chat
                     || x.what == scenario::churn || x.history;
  if (needs_rooms && x.rooms == 0)
    return "--rooms: " + to_string(x.what) + " needs one";
  if (x.rooms.value_or(0) > x.connections)
    return "--rooms: more than connections";
  if (x.users > x.connections)
    return "--users: more than connections";
  for (const auto& url : x.urls)
    if (!endpoint::parse(url))
      return "--url: '" + url + "' is not like ws://host:port/path";
  // A wrong number would be measured as a server that costs nothing.
  for (auto& [name, pids] :
       {std::pair{"--pid", x.pids}, std::pair{"--redis-pid", x.redis_pids}})
    for (auto pid : pids)
      if (!is_running(pid))
        return concat({name, ": there is no process ", std::to_string(pid)});
  return {};
}

void add_work(CLI::App& app, bench_options& out, raw_values& raw) {
  app.add_option("scenario", raw.what, "What to do.")
    ->required()
    ->check(CLI::IsMember(names_of(scenarios)));
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
  app
    .add_option("--missed", out.missed,
                "Messages that each client of recover misses; 100.")
    ->check(CLI::Range(1, 1'000'000));
}

void add_frame(CLI::App& app, bench_options& out, raw_values& raw) {
  app
    .add_option("--url", out.urls,
                "A node, may be repeated; ws://127.0.0.1:8080/ws.")
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
    .add_option("--redis-pid", out.redis_pids,
                "A process of its Redis: presence reports its CPU apart.")
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
  res.value.what = scenarios.at(raw.what);
  res.value.speaks = protocols.at(raw.speaks);
  res.value.duration = milliseconds_of(raw.duration);
  res.value.warmup = milliseconds_of(raw.warmup);
  fill_in(res.value);
  if (auto error = check(res.value); !error.empty())
    return {{}, 2, "atrium bench: " + error + '\n'};
  return res;
}

std::string to_string(scenario what) {
  for (const auto& [name, value] : scenarios)
    if (value == what)
      return name;
  return {};
}

} // namespace atrium::bench
