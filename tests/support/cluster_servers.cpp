#include "support/cluster_servers.hpp"

#include "support/redis_command.hpp"
#include "support/subscriber_log.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace atrium::test {

namespace {

void must(const std::string& reply) {
  if (reply != "OK")
    throw std::logic_error{"of the Cluster: " + reply};
}

void wait_for(const std::function<bool()>& done, const char* wish) {
  if (!eventually(done))
    throw std::runtime_error{std::string{"of the Cluster, not in time: "} + wish};
}

// One line of CLUSTER NODES.
struct known_node {
  explicit known_node(const std::string& line) {
    std::istringstream words{line};
    std::string address, ping, pong, epoch;
    words >> id >> address >> flags >> master >> ping >> pong >> epoch >> link;
    for (std::string word; words >> word;) {
      unsigned first = 0, last = 0;
      auto count = std::sscanf(word.c_str(), "%u-%u", &first, &last);
      if (count > 0) // else it stands for a slot that moves
        ranges.emplace_back(first, count == 1 ? first : last);
    }
  }

  bool is(std::string_view flag) const {
    return flags.find(flag) != flags.npos;
  }

  bool has(unsigned slot) const {
    return std::ranges::any_of(ranges,
                               [&](auto& x) { return x.first <= slot && slot <= x.second; });
  }

  std::string id, flags, master, link;
  std::vector<std::pair<unsigned, unsigned>> ranges;
};

std::vector<known_node> read_nodes(const std::string& text) {
  std::vector<known_node> result;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    result.emplace_back(line);
  return result;
}

bool owns(const std::string& nodes, const std::string& id, unsigned slot) {
  return std::ranges::any_of(read_nodes(nodes), [&](auto& x) { return x.id == id && x.has(slot); });
}

} // namespace

cluster_servers::cluster_servers(cluster_setup setup) : setup_(std::move(setup)) {
  auto count = setup_.masters * (1 + setup_.replicas);
  with_free_ports(2 * count, [this](auto& ports) {
    servers_.clear();
    start(ports);
  });
}

redis_place cluster_servers::place(std::string_view who) const {
  auto result = servers_.front()->place();
  std::string text = setup_.tls ? "rediss-cluster://" : "redis-cluster://";
  text.append(who);
  for (std::size_t i = 0; i < setup_.masters; ++i)
    text += (setup_.tls ? "localhost:" : "127.0.0.1:") + servers_[i]->port_text() + ",";
  text.pop_back();
  result.addresses = {text};
  return result;
}

unsigned cluster_servers::slot_of(std::string_view key) const {
  auto some = std::ranges::find_if(servers_, [](auto& x) { return x->runs(); });
  return static_cast<unsigned>(std::stoul((*some)->ask({"CLUSTER", "KEYSLOT", key})));
}

std::size_t cluster_servers::owner_of(unsigned slot) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (servers_[i]->runs() && owns(servers_[i]->ask({"CLUSTER", "NODES"}), ids_[i], slot))
      return i;
  return npos;
}

void cluster_servers::move_slot(unsigned slot, std::size_t to) {
  if (owner_of(slot) == to)
    return;
  begin_move(slot, to);
  move_keys(slot, to);
  end_move(slot, to);
}

void cluster_servers::begin_move(unsigned slot, std::size_t to) {
  auto from = owner_of(slot);
  auto number = std::to_string(slot);
  must(at(to).ask({"CLUSTER", "SETSLOT", number, "IMPORTING", ids_.at(from)}));
  must(at(from).ask({"CLUSTER", "SETSLOT", number, "MIGRATING", ids_.at(to)}));
}

void cluster_servers::move_keys(unsigned slot, std::size_t to, std::size_t most) {
  auto& from = at(owner_of(slot));
  auto host = setup_.tls ? "localhost" : "127.0.0.1";
  while (most > 0) {
    auto keys = from.command(
      {"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), std::to_string(std::min(most, 100UL))});
    most -= keys.size() - 1;
    if (keys.size() == 1)
      return;
    auto port = at(to).port_text();
    std::vector<std::string_view> words{"MIGRATE", host, port, "", "0", "5000", "KEYS"};
    words.insert(words.end(), keys.begin() + 1, keys.end());
    auto moved = redis_command(from.socket(), words).front();
    if (moved != "NOKEY") // all of them have expired or were deleted
      must(moved);
  }
}

void cluster_servers::end_move(unsigned slot, std::size_t to) {
  // The new owner first, so that there is one at any time.
  auto number = std::to_string(slot);
  must(at(to).ask({"CLUSTER", "SETSLOT", number, "NODE", ids_.at(to)}));
  for (auto& x : servers_)
    if (x->runs() && x->ask({"ROLE"}) == "3")
      x->ask({"CLUSTER", "SETSLOT", number, "NODE", ids_.at(to)});
  wait_for([&] { return agree([&](auto& nodes) { return owns(nodes, ids_[to], slot); }); },
           "all know the owner of a slot");
}

void cluster_servers::fail_over(std::size_t replica) {
  auto& x = at(replica);
  auto has_taken_over = [&] {
    return agree([&](auto& text) {
      auto nodes = read_nodes(text);
      return std::ranges::any_of(nodes, [&](auto& node) {
        return node.id == ids_[replica] && node.is("master") && !node.ranges.empty();
      });
    });
  };
  // A request of which the master has not heard comes to nothing after five seconds.
  for (auto left = 3; left > 0; --left) {
    // It refuses while it knows too little of its master.
    wait_for([&] { return x.ask({"CLUSTER", "FAILOVER"}) == "OK"; }, "a replica may take over");
    if (eventually(has_taken_over, std::chrono::seconds{6}))
      return;
  }
  throw std::runtime_error{"a replica of the Cluster does not take over"};
}

void cluster_servers::start(const std::vector<std::uint16_t>& ports) {
  auto timeout = std::to_string(setup_.node_timeout.count());
  for (std::size_t i = 0; i < ports.size() / 2; ++i) {
    redis_server_setup x;
    x.what = redis_server_setup::role::cluster;
    x.port = ports[2 * i];
    x.tls = setup_.tls;
    x.options
      = {"--cluster-port", std::to_string(ports[2 * i + 1]), "--cluster-node-timeout", timeout};
    if (setup_.tls)
      x.options.insert(x.options.end(), {"--tls-cluster", "yes", "--tls-replication", "yes",
                                         "--cluster-announce-hostname", "localhost",
                                         "--cluster-preferred-endpoint-type", "hostname"});
    servers_.push_back(std::make_unique<redis_server>(std::move(x)));
  }
  ids_.clear();
  for (auto& x : servers_)
    ids_.push_back(x->ask({"CLUSTER", "MYID"}));
  assign(ports);
}

// What `redis-cli --cluster create` does, without its pauses.
void cluster_servers::assign(const std::vector<std::uint16_t>& ports) {
  for (std::size_t i = 0; i < size(); ++i) {
    must(at(i).ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)}));
    if (i < setup_.masters)
      must(at(i).ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(slots * i / setup_.masters),
                      std::to_string(slots * (i + 1) / setup_.masters - 1)}));
  }
  wait_for([&] { return know_each_other(ports); }, "the servers know each other");
  for (std::size_t i = setup_.masters; i < size(); ++i) {
    auto master = ids_[(i - setup_.masters) / setup_.replicas];
    // It refuses until it has heard of the master.
    wait_for(
      [&] {
        return at(i).ask({"CLUSTER", "REPLICATE", master}) == "OK";
      },
      "a replica follows");
  }
  wait_for([this] { return is_whole(); }, "it is whole");
}

// Introduces those who do not: a handshake that takes too long is forgotten.
bool cluster_servers::know_each_other(const std::vector<std::uint16_t>& ports) {
  std::size_t strangers = 0;
  for (auto& x : servers_) {
    auto nodes = x->ask({"CLUSTER", "NODES"});
    for (std::size_t other = 0; other < size(); ++other) {
      if (nodes.find(ids_[other]) != std::string::npos)
        continue;
      ++strangers;
      auto port = at(other).port_text();
      if (nodes.find(':' + port + '@') == std::string::npos)
        must(x->ask({"CLUSTER", "MEET", "127.0.0.1", port, std::to_string(ports[2 * other + 1])}));
    }
  }
  return strangers == 0;
}

bool cluster_servers::agree(const std::function<bool(const std::string& nodes)>& on) const {
  return std::ranges::all_of(servers_, [&](auto& x) {
    return !x->runs() || on(x->ask({"CLUSTER", "NODES"}));
  });
}

bool cluster_servers::is_whole() const {
  auto is_up = [](auto& x) {
    return x->ask({"CLUSTER", "INFO"}).find("cluster_state:ok") != std::string::npos
           && x->ask({"INFO", "replication"}).find("master_link_status:down") == std::string::npos;
  };
  return std::ranges::all_of(servers_, is_up) && agree([&](auto& text) {
           auto nodes = read_nodes(text);
           auto masters = std::ranges::count_if(
             nodes, [](auto& x) { return x.is("master") && !x.ranges.empty(); });
           return nodes.size() == size() && masters == static_cast<std::ptrdiff_t>(setup_.masters)
                  && std::ranges::none_of(nodes, [](auto& x) {
                       return x.is("handshake") || x.is("fail") || x.link != "connected";
                     });
         });
}

} // namespace atrium::test
