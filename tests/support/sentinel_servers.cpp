#include "support/sentinel_servers.hpp"

#include "support/subscriber_log.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace atrium::test {

namespace {

using role = redis_server_setup::role;

constexpr std::size_t watchers = 3;
constexpr auto name = "main";

// A name of forty digits, by which the others know it.
std::string id_of(std::size_t sentinel) {
  return std::string(39, 'a') + static_cast<char>('0' + sentinel);
}

bool has(const std::vector<std::string>& reply, std::string_view part) {
  return std::ranges::any_of(reply, [&](auto& x) { return x.find(part) != std::string::npos; });
}

} // namespace

sentinel_servers::sentinel_servers(sentinel_setup setup) : setup_(std::move(setup)) {
  with_free_ports(1 + setup_.replicas + watchers, [this](auto& ports) {
    sentinels_.clear();
    data_.clear();
    start(ports);
  });
  if (!eventually([this] { return agree(); }))
    throw std::runtime_error{"Sentinels do not agree"};
}

sentinel_servers::~sentinel_servers() {
  sentinels_.clear(); // before they notice that what they watch is gone
}

redis_place sentinel_servers::place(std::string_view who) const {
  auto result = data_.front()->place();
  std::string text = setup_.tls ? "rediss-sentinel://" : "redis-sentinel://";
  text.append(who);
  for (auto& x : sentinels_)
    text += (setup_.tls ? "localhost:" : "127.0.0.1:") + x->port_text() + ",";
  text.back() = '/';
  result.addresses = {text + name};
  return result;
}

redis_server* sentinel_servers::master() const {
  std::string port;
  for (auto& x : sentinels_) {
    auto reply = x->command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", name});
    if (!port.empty() && reply.back() != port)
      return nullptr;
    port = reply.back();
  }
  auto found = std::ranges::find(data_, port, [](auto& x) { return x->port_text(); });
  return found != data_.end() ? found->get() : nullptr;
}

std::vector<redis_server*> sentinel_servers::replicas() const {
  std::vector<redis_server*> result;
  auto* first = master();
  for (auto& x : data_)
    if (x.get() != first)
      result.push_back(x.get());
  return result;
}

void sentinel_servers::fail_over() {
  auto* former = master();
  auto started = [this] { return sentinels_[0]->ask({"SENTINEL", "FAILOVER", name}) == "OK"; };
  // It refuses while one is under way, or when no replica has been heard of lately.
  if (former == nullptr || !eventually(started) || !has_left(*former))
    throw std::runtime_error{"Sentinels do not fail over"};
}

bool sentinel_servers::has_left(const redis_server& former) const {
  return eventually([&] {
    auto* now = master();
    return now != nullptr && now != &former;
  });
}

void sentinel_servers::start(const std::vector<std::uint16_t>& ports) {
  for (std::size_t i = 0; i <= setup_.replicas; ++i) {
    redis_server_setup x;
    x.port = ports[i];
    x.tls = setup_.tls;
    if (i > 0)
      x.options = {"--replicaof", "127.0.0.1 " + std::to_string(ports[0])};
    if (setup_.tls)
      x.options.insert(x.options.end(), {"--tls-replication", "yes"});
    data_.push_back(std::make_unique<redis_server>(std::move(x)));
  }
  for (std::size_t i = 0; i < watchers; ++i) {
    redis_server_setup x;
    x.what = role::sentinel;
    x.port = ports[1 + setup_.replicas + i];
    x.tls = setup_.tls;
    x.options = {folder_.write("sentinel-" + std::to_string(i), file_of(i, ports))};
    sentinels_.push_back(std::make_unique<redis_server>(std::move(x)));
  }
}

// It knows from the start what it would hear of the others within two seconds.
std::string sentinel_servers::file_of(std::size_t i,
                                      const std::vector<std::uint16_t>& ports) const {
  std::string result;
  auto line = [&](const std::string& words) { result += "sentinel " + words + '\n'; };
  auto at = [&](std::size_t n) { return " 127.0.0.1 " + std::to_string(ports[n]); };
  std::string of{name};
  line("myid " + id_of(i));
  line("monitor " + of + at(0) + " 2");
  line("down-after-milliseconds " + of + ' ' + std::to_string(setup_.down_after.count()));
  line("failover-timeout " + of + " 3000");
  for (std::size_t n = 1; n <= setup_.replicas; ++n)
    line("known-replica " + of + at(n));
  for (std::size_t n = 0; n < watchers; ++n)
    if (n != i)
      line("known-sentinel " + of + at(1 + setup_.replicas + n) + ' ' + id_of(n));
  if (setup_.tls)
    result += "tls-replication yes\n";
  return result;
}

// Each Sentinel has talked to the others, and knows that the replicas follow.
bool sentinel_servers::agree() const {
  auto follow = "state=online";
  auto replication = data_[0]->ask({"INFO", "replication"});
  std::size_t online = 0;
  for (auto at = replication.find(follow); at != std::string::npos;
       at = replication.find(follow, at + 1))
    ++online;
  return online == setup_.replicas && std::ranges::all_of(sentinels_, [&](auto& x) {
           auto known = x->command({"SENTINEL", "REPLICAS", name});
           auto others = x->command({"SENTINEL", "SENTINELS", name});
           return has(x->command({"SENTINEL", "CKQUORUM", name}), "OK 3")
                  && !has(known, "disconnected") && !has(known, "s_down") && !has(known, "err")
                  && !has(others, "disconnected");
         });
}

} // namespace atrium::test
