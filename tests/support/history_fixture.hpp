#pragma once

#include "support/actor_fixture.hpp"
#include "support/obedient_log.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace atrium::test {

/// A node whose rooms have histories, of pages of three messages.
struct history_fixture : node_fixture {
  explicit history_fixture(room_types types = {}) : node_fixture(std::move(types)) {
    env->limits.edit().history.add("chat=100,1h");
    env->limits.edit().history.add("short=2,1h");
    env->limits.edit().history.add("last=10,1h");
    env->limits.edit().replays.add("last=1");
    env->limits.edit().history_page = 3;
    wire->log = &log;
  }

  // Before the log: what is held back refers to rooms.
  ~history_fixture() override {
    log.holds = false;
    log.answer();
  }

  void say(const client& who, const std::string& room, int from, int to) {
    for (; from <= to; ++from)
      publish(who, room, std::to_string(from));
  }

  /// Ann has said 1 to `n` in a room, in which Bob is not.
  std::pair<client, client> ann_and_bob(const std::string& room, int n) {
    auto ann = connect("ann");
    auto bob = connect("bob", 1);
    join(ann, room);
    say(ann, room, 1, n);
    bob.out->take();
    return {ann, bob};
  }

  /// Comes back with what it has.
  void join_since(const client& who, const std::string& room, std::uint64_t offset) {
    request(who, join_request{"1", room, position{epoch_of(room), offset}});
  }

  std::string epoch_of(const std::string& room) {
    std::string result;
    auto holds = std::exchange(log.holds, false);
    log.read(room_channel(room), {{100, std::chrono::hours{1}}},
             [&](auto page) { result = page.top.epoch; });
    log.holds = holds;
    --log.questions;
    return result;
  }

  /// What of the messages, words and losses it has heard since, in a line.
  static std::string heard(const client& who) {
    std::string result;
    for (auto& x : who.out->take()) {
      auto data = x.find("\"data\":");
      auto is_message = data != std::string::npos;
      if (!result.empty())
        result += ' ';
      result += is_message ? x.substr(data + 7, x.size() - data - 8) : x;
    }
    return result;
  }

  /// Lets the room's timers run.
  void wait(std::chrono::seconds how_long) {
    sched.advance_time(how_long);
    settle();
  }

  obedient_log log{
    [this](const std::string& channel, const shared_bytes& x) { wire->deliver(channel, x); }};
};

} // namespace atrium::test
