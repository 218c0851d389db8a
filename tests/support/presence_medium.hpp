#pragma once

#include "atrium/broker/memory/memory_presence.hpp"
#include "atrium/broker/presence_packet.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/broker/redis/redis_presence.hpp"

#include "support/history_probe.hpp"
#include "support/limiter_probe.hpp"
#include "support/node_medium.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace atrium::test {

using presence_medium = node_medium<presence>;
using memory_presence_medium = memory_node_medium<presence, memory_presence>;

/// A node as others see it in Redis: what has a lease, and the lease.
struct redis_presence_node {
  redis_presence_node(const redis_client_config& config, const channel_names& names,
                      const std::string& run, std::chrono::milliseconds grace,
                      std::chrono::milliseconds lease_time = std::chrono::seconds{15})
    : thread(config),
      lease(thread.client(), redis_lease_config{names, run, {lease_time, grace, lease_time * 4}}),
      subject(thread.client(), lease, redis_presence_config{names, grace}) {
    // nop
  }

  redis_presence_node(const redis_place& where, const std::string& run,
                      std::chrono::milliseconds grace,
                      std::chrono::milliseconds lease_time = std::chrono::seconds{15})
    : redis_presence_node(quick_config(where), channel_names{"n"}, run, grace, lease_time) {
    // nop
  }

  /// Says goodbye as a node does.
  void stop() {
    subject.stop(std::chrono::seconds{5});
    lease.stop(std::chrono::seconds{5});
  }

  /// Waits until all that is known here is told.
  bool has_told() const {
    return eventually([this] {
      auto stats = subject.stats();
      return stats.connected && stats.waiting == 0;
    });
  }

  redis_thread thread;
  redis_lease lease;
  redis_presence subject;
};

/// Each node has a client and a lease of its own.
class redis_presence_medium final : public redis_node_medium<presence> {
public:
  redis_presence_medium(const redis_place& where, std::chrono::milliseconds grace)
    : redis_node_medium(where), grace_(grace) {
    // nop
  }

  std::shared_ptr<presence> make_node() override {
    auto run = std::string(1, static_cast<char>('a' + nodes_++));
    auto node = std::make_shared<redis_presence_node>(where_, run, grace_);
    eventually([&] { return node->subject.stats().connected; });
    return {node, &node->subject};
  }

private:
  const std::chrono::milliseconds grace_;
  int nodes_ = 0;
};

/// Hears what is told in a room. For the thread of the test.
class presence_ear {
public:
  presence_ear(bus& on, presence_room where)
    : where_(std::move(where)), member_(on, where_.channel) {
    subscribed_ = member_.is_subscribed();
  }

  /// Waits until so many messages are there; returns all in words, such as
  /// `+ann 1`, `-bob 0`, `# 7` for a number. An error starts with `!`.
  std::vector<std::string> hears(std::size_t count) const {
    auto& probe = *member_.probe;
    eventually([&] { return probe.messages().size() >= count; });
    std::vector<std::string> result;
    for (auto& packet : probe.messages()) {
      auto told = decode_presence(packet);
      if (!subscribed_ || !told || encode_presence(where_.name, told->change) != packet) {
        result.push_back("!" + packet);
        continue;
      }
      auto& [what, user, present, time] = told->change;
      result.push_back("+-#"[static_cast<std::size_t>(what)] + user + ' '
                       + std::to_string(present));
    }
    return result;
  }

private:
  presence_room where_;
  bus_member member_;
  bool subscribed_ = false;
};

/// Asks and waits for the answer, whose users are in order.
inline presence_page ask(presence& at, const presence_room& where, std::size_t limit) {
  awaited<presence_page> page;
  at.read(where, limit, page.handler());
  auto result = page.get();
  std::ranges::sort(result.users, {}, &present_user::user);
  return result;
}

/// Runs a rule of the contract over every kind of presence. Each gets a fresh
/// medium.
template <class F>
void on_every_presence(std::chrono::milliseconds grace, F&& rule) {
  if (is_chosen("memory")) {
    std::puts("on memory");
    memory_presence_medium memory{grace};
    rule(memory);
  }
  on_every_redis([&](const shared_redis& on) {
    redis_presence_medium redis{on, grace};
    rule(redis);
  });
}

} // namespace atrium::test
