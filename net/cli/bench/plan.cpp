#include "atrium/net/cli/bench/plan.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace atrium::bench {

namespace {

// µs of Redis.
constexpr double publish_cost = 2;
constexpr double kept_cost = 20;
constexpr double listener_cost = 0.5; // for each node that has members
constexpr double place_cost = 13.5;
constexpr double change_cost = 5;
// µs of a node, between 3.4 where it is busy and 13 where it is not.
constexpr double delivery_cost = 8;
// Bytes: of a message on its way to a node, with what TCP adds; of memory.
constexpr double packet_bytes = 370;
constexpr double connection_bytes = 5'900;
constexpr double membership_bytes = 500;
constexpr double room_bytes = 8'000;

// Of how many nodes members of a room are on one at least.
double reach(const plan_options& x) {
  return x.nodes * (1 - std::pow(1 - 1 / x.nodes, x.members));
}

struct part {
  const char* key;
  const char* label;
  double cores;
};

std::array<part, 4> parts_of_redis(const plan_options& x) {
  auto kept = x.publishes * x.kept / 100;
  auto listeners = listener_cost * reach(x);
  // Each place is renewed every third of the lease.
  auto places = x.user_lease > 0 ? x.connections / (x.user_lease / 3) : 0;
  return {{{"redis_plain_cores", "Redis: publishes",
            (x.publishes - kept) * (publish_cost + listeners) * 1e-6},
           {"redis_kept_cores", "Redis: publishes that are kept",
            kept * (kept_cost + listeners) * 1e-6},
           {"redis_places_cores", "Redis: places of connections",
            places * place_cost * 1e-6},
           {"redis_presence_cores", "Redis: who is in rooms",
            x.changes * change_cost * 1e-6}}};
}

double memory_of_node(const plan_options& x) {
  auto memberships = x.connections * x.rooms_each;
  auto rooms = memberships / x.members * reach(x);
  return (x.connections * connection_bytes + memberships * membership_bytes
          + rooms * room_bytes)
         / x.nodes;
}

void add_options(CLI::App& app, plan_options& x) {
  auto number = [&app](const char* name, double& at, const char* help,
                       double from, double to) {
    app.add_option(name, at, help)
      ->capture_default_str()
      ->check(CLI::Range(from, to));
  };
  number("--connections", x.connections, "Clients, a user each.", 1, 1e9);
  number("--nodes", x.nodes, "Nodes.", 1, 10'000);
  number("--publishes", x.publishes, "Messages per second, in all.", 0, 1e9);
  number("--members", x.members, "Of a room.", 1, 1e9);
  number("--rooms-each", x.rooms_each, "Rooms of a connection.", 0, 1'000);
  number("--kept", x.kept, "Percent of messages in rooms of --history.", 0,
         100);
  number("--changes", x.changes,
         "Users per second who come to a room with presence, or go.", 0, 1e9);
  number("--user-lease", x.user_lease,
         "That of the nodes, in seconds; 0 for --user-connections 0.", 0,
         3'600);
  number("--share", x.share, "Percent of a core to take.", 1, 100);
  number("--node-cores", x.node_cores, "Cores of a node.", 1, 1'000);
  number("--gbit", x.gbit, "Network of a Redis, in Gbit/s.", 0.1, 1'000);
  app.add_flag("--json", x.json, "Report as one JSON object.");
}

} // namespace

parsed_plan parse_plan(int argc, const char* const* argv) {
  parsed_plan res;
  CLI::App app{"Calculates how many masters of Redis a load needs, and what "
               "ends first; measures nothing.",
               "atrium bench --plan"};
  add_options(app, res.value);
  try {
    app.parse(argc - 1, argv + 1); // `--plan` takes the place of the program
  } catch (const CLI::Success&) {
    return {{}, 0, app.help()};
  } catch (const CLI::ParseError& error) {
    return {{}, 2, std::string{"atrium bench --plan: "} + error.what() + '\n'};
  }
  return res;
}

void plan(const plan_options& load, report& out) {
  auto parts = parts_of_redis(load);
  double cores = 0;
  for (auto& x : parts)
    cores += x.cores;
  auto masters = std::max(1.0, std::ceil(cores / (load.share / 100)));
  auto gbit = load.publishes * reach(load) * packet_bytes * 8e-9;
  auto deliveries = load.publishes * load.members;
  auto node = deliveries / load.nodes * delivery_cost * 1e-6;
  out.add("reach", "nodes with members of a room", reach(load), "", 1);
  out.add("deliveries_per_second", "deliveries", deliveries, "/s", 0);
  for (auto& x : parts)
    out.add(x.key, x.label, x.cores, "cores", 2);
  out.add("masters", "masters of Redis", masters, "", 0);
  out.add("redis_gbit", "Redis: network, in all", gbit, "Gbit/s", 2);
  out.add("node_cores", "a node: deliveries", node, "cores", 2);
  out.add("node_bytes", "a node: memory", memory_of_node(load) * 1e-9, "GB", 2);
  auto largest
    = std::max_element(parts.begin(), parts.end(),
                       [](auto& a, auto& b) { return a.cores < b.cores; });
  std::array<std::pair<double, std::string>, 3> ends{{
    {cores / (load.share / 100),
     std::string{"the core of one master, most of it for \""} + largest->label
       + "\""},
    {gbit / load.gbit, "the network of one master"},
    {node / (load.node_cores * load.share / 100), "the cores of the nodes"},
  }};
  auto& first = *std::max_element(ends.begin(), ends.end());
  auto percent = std::to_string(std::llround(first.first * 100));
  out.note("first to end: " + first.second + ", at " + percent
           + " % of what is allowed");
}

} // namespace atrium::bench
