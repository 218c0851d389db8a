#pragma once

#include "support/actor_fixture.hpp"
#include "support/scripted_inbox.hpp"

#include <memory>
#include <string>

namespace atrium::test {

/// A node with an inbox that does what the test wants.
struct inbox_fixture : node_fixture {
  inbox_fixture() {
    env->inbox = box;
  }

  /// Sends a durable message to `user`.
  void send(const client& from, const std::string& user, const std::string& data,
            const std::string& event_id = {}) {
    request(from, send_request{"7", user, data, event_id, {}, {}, true});
  }

  /// Returns the data of the messages that the client has got since the last call.
  static lines data_of(const client& who) {
    lines result;
    for (auto& x : who.out->take())
      if (auto i = x.find("\"data\":\""); i != std::string::npos)
        result.push_back(x.substr(i + 8, x.find_first_of(".\"", i + 8) - i - 8));
    return result;
  }

  /// The bus was away for a moment.
  void interrupt(const std::string& user) {
    for (auto& [channel, who] : wire->subscribed)
      if (channel == env->names.user(user))
        who->on_gap(now, now);
    settle();
  }

  /// Lets time pass until something is asked again.
  void advance(std::chrono::milliseconds time) {
    sched.advance_time(time);
    settle();
  }

  std::shared_ptr<scripted_inbox> box
    = std::make_shared<scripted_inbox>([this](const std::string& user, const shared_bytes& x) {
        wire->deliver(env->names.user(user), x);
      });
};

} // namespace atrium::test
