#pragma once

#include "atrium/broker/memory/memory_room_owners.hpp"
#include "atrium/broker/redis/redis_room_owners.hpp"

#include "support/history_probe.hpp"
#include "support/node_medium.hpp"
#include "support/subscriber_log.hpp"

#include <chrono>
#include <cstdio>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

using own_room_owners = alone<redis_room_owners>;

/// What nodes meet on, and who of them is alive.
class owners_medium : public node_medium<room_owners> {
public:
  /// The node of a run is alive from now on, or dead.
  virtual void live(const std::string& run) = 0;
  virtual void die(const std::string& run) = 0;
};

/// One process.
class memory_owners_medium final : public owners_medium {
public:
  static constexpr std::size_t max_bytes = std::size_t{16} << 20;

  std::shared_ptr<room_owners> make_node() override {
    return subject_;
  }

  bus& on() override {
    return *bus_;
  }

  void live(const std::string& run) override {
    std::lock_guard guard{mutex_};
    alive_.insert(run);
  }

  void die(const std::string& run) override {
    std::lock_guard guard{mutex_};
    alive_.erase(run);
  }

private:
  std::mutex mutex_;
  std::set<std::string> alive_;
  std::shared_ptr<memory_bus> bus_ = std::make_shared<memory_bus>();
  std::shared_ptr<room_owners> subject_ = std::make_shared<memory_room_owners>(
    bus_, channel_names{"n"}, max_bytes, [this](const std::string& run) {
      std::lock_guard guard{mutex_};
      return alive_.contains(run);
    });
};

inline settings<redis_room_owners> owners_config(const redis_place& where) {
  settings<redis_room_owners> config;
  static_cast<redis_client_config&>(config) = quick_config(where);
  config.names = channel_names{"n"};
  return config;
}

/// A lease as lease.lua writes it, which does not end.
template <class Redis>
void take_lease(const Redis& on, const std::string& run) {
  on.command({"ZADD", "{n:nodes}:leases", "9000000000000", run + ".1"});
}

/// One that is over.
template <class Redis>
void end_lease(const Redis& on, const std::string& run) {
  on.command({"ZADD", "{n:nodes}:leases", "1000", run + ".1"});
}

/// Redis of some kind, where each node has a client of its own.
class redis_owners_medium final : public owners_medium {
public:
  explicit redis_owners_medium(const shared_redis& redis) : redis_(redis) {
    // nop
  }

  std::shared_ptr<room_owners> make_node() override {
    auto node = std::make_shared<own_room_owners>(owners_config(redis_));
    eventually([&] { return node->stats().connected; });
    return node;
  }

  bus& on() override {
    return bus_;
  }

  void live(const std::string& run) override {
    take_lease(redis_, run);
  }

  void die(const std::string& run) override {
    end_lease(redis_, run);
  }

private:
  const shared_redis& redis_;
  own_bus bus_{quick_config(redis_)};
};

/// Asks and waits for the answer; `none` if none comes.
template <class T, class F>
T answer_to(F&& ask, T none = {}) {
  auto promise = std::make_shared<std::promise<T>>();
  ask([promise](T x) { promise->set_value(std::move(x)); });
  auto answer = promise->get_future();
  auto came = answer.wait_for(std::chrono::seconds{20}) == std::future_status::ready;
  return came ? answer.get() : none;
}

inline found_owner find(room_owners& at, const std::string& room,
                        std::vector<std::string> candidates) {
  return answer_to<found_owner>(
    [&](auto done) { at.find(room, std::move(candidates), std::move(done)); });
}

/// Returns the owner as found, with token 0 if there is none.
inline ownership owner_of(room_owners& at, const std::string& room,
                          std::vector<std::string> candidates) {
  return find(at, room, std::move(candidates)).owner.value_or(ownership{});
}

inline fencing release(room_owners& at, const std::string& room, std::uint64_t token) {
  return answer_to([&](auto done) { at.release(room, token, std::move(done)); }, fencing::unknown);
}

/// Releases a room and finds it again. Returns the new token; 0: it was not the owner's.
inline std::uint64_t renew(room_owners& at, const std::string& room, std::uint64_t token,
                           const std::string& run) {
  auto released = release(at, room, token) == fencing::passed;
  return released ? owner_of(at, room, {run}).token : 0;
}

inline room_opening open(room_owners& at, const std::string& room, std::uint64_t token) {
  return answer_to<room_opening>(
    [&](auto done) { at.open(room, token, std::chrono::hours{1}, std::move(done)); });
}

/// Opens a room for its owner, and returns the token.
inline std::uint64_t opened(room_owners& at, const std::string& room = "x") {
  auto owner = owner_of(at, room, {"a", "b"});
  return open(at, room, owner.token).result == fencing::passed ? owner.token : 0;
}

inline fencing say(room_owners& at, const std::string& room, std::uint64_t token, room_word what) {
  return answer_to([&](auto done) { at.say(room, token, std::move(what), std::move(done)); },
                   fencing::unknown);
}

/// Returns a word that sets the field `s`, and publishes; an empty text is none.
inline room_word word(std::uint64_t number, const std::string& state,
                      const std::string& packet = {}) {
  room_word result;
  result.number = number;
  if (!state.empty())
    result.changes = {{"s", bytes(state)}};
  if (!packet.empty())
    result.packets = {{bytes(packet)}};
  return result;
}

/// Returns one whose message is kept.
inline room_word kept_word(std::uint64_t number, const std::string& state, const std::string& id) {
  auto result = word(number, state);
  result.packets = {{bytes(packet_of(id)), true}};
  result.history = hundred;
  return result;
}

/// Returns the fields of an opening, in the order of their names.
inline std::map<std::string, std::string> fields_of(const room_opening& x) {
  std::map<std::string, std::string> result;
  for (auto& field : x.state)
    result.emplace(field.name, *field.value);
  return result;
}

/// Returns the field `s` of an opening; `-` without one, `!` if it was fenced.
inline std::string state_of(const room_opening& x) {
  if (x.result != fencing::passed)
    return "!";
  auto fields = fields_of(x);
  auto i = fields.find("s");
  return i != fields.end() ? i->second : "-";
}

/// Runs a rule of the contract over every kind of owners. Each gets a fresh
/// medium.
template <class F>
void on_every_owners(F&& rule) {
  if (is_chosen("memory")) {
    std::puts("on memory");
    memory_owners_medium memory;
    rule(memory);
  }
  on_every_redis([&](const shared_redis& on) {
    redis_owners_medium redis{on};
    rule(redis);
  });
}

} // namespace atrium::test
