#include "atrium/broker/redis/cluster/slot_map.hpp"

#include "atrium/broker/redis/cluster/key_slot.hpp"
#include "atrium/broker/util/rendezvous.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

// Returns what is behind the first value of `nodes`.
resp_reply behind(resp_reply nodes) {
  std::size_t values = 1;
  for (; values > 0 && !nodes.empty(); nodes = nodes.subspan(1)) {
    --values;
    if (nodes.front().type == resp_type::array)
      values += static_cast<std::size_t>(nodes.front().value);
  }
  return nodes;
}

bool is_array(resp_reply nodes, long long least) {
  return !nodes.empty() && nodes.front().type == resp_type::array
         && nodes.front().value >= least;
}

bool is_slot(const resp_node& x) {
  return is_number(x) && x.value < static_cast<long long>(slot_count);
}

// Slots `first` to `last`, and their master; its replicas follow.
struct slot_range {
  std::size_t first = 0;
  std::size_t last = 0;
  std::string_view host;
  std::uint16_t port = 0;
};

std::optional<slot_range> read_range(resp_reply nodes) {
  if (!is_array(nodes, 3) || nodes.size() < 6 || !is_slot(nodes[1])
      || !is_slot(nodes[2]) || !is_array(nodes.subspan(3), 2))
    return std::nullopt;
  auto& host = nodes[4];
  auto& port = nodes[5];
  auto is_named = host.type == resp_type::string || host.type == resp_type::nil;
  if (!is_named || !is_number(port) || port.value > 0xFFFF)
    return std::nullopt;
  return slot_range{static_cast<std::size_t>(nodes[1].value),
                    static_cast<std::size_t>(nodes[2].value), host.text,
                    static_cast<std::uint16_t>(port.value)};
}

} // namespace

cluster_server server_at(std::string_view host, std::uint16_t port) {
  return {std::string{host}, port,
          std::string{host} + ':' + std::to_string(port)};
}

slot_map::slot_map() : owners_(slot_count, nobody) {
  // nop
}

// A server whose host is "?" has been told to go by a name, and has none: its
// slots are those of nobody.
std::optional<slot_map> slot_map::of_cluster(resp_reply reply,
                                             std::string_view asked) {
  if (!is_array(reply, 0))
    return std::nullopt;
  slot_map result;
  for (auto rest = reply.subspan(1); !rest.empty(); rest = behind(rest)) {
    auto x = read_range(rest);
    if (!x)
      return std::nullopt;
    if (x->host == "?")
      continue;
    auto owner
      = result.index_of(server_at(x->host.empty() ? asked : x->host, x->port));
    for (auto slot = x->first; slot <= x->last; ++slot)
      result.owners_[slot] = owner;
  }
  return result;
}

slot_map slot_map::of_independent(std::vector<cluster_server> servers) {
  slot_map result;
  result.servers_ = std::move(servers);
  std::ranges::sort(result.servers_, {}, &cluster_server::name);
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    auto key = std::to_string(slot);
    std::uint64_t best = 0;
    for (std::size_t i = 0; i < result.servers_.size(); ++i) {
      auto weight = rendezvous_weight(key, result.servers_[i].name);
      if (result.owners_[slot] != nobody && weight <= best)
        continue;
      best = weight;
      result.owners_[slot] = static_cast<std::uint16_t>(i);
    }
  }
  return result;
}

std::uint16_t slot_map::index_of(cluster_server x) {
  auto i = std::ranges::find(servers_, x);
  if (i == servers_.end())
    i = servers_.insert(i, std::move(x));
  return static_cast<std::uint16_t>(i - servers_.begin());
}

void slot_map::move(std::size_t slot, cluster_server to) {
  owners_[slot] = index_of(std::move(to));
}

} // namespace atrium
