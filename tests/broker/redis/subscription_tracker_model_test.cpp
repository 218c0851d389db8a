#define CAF_SUITE subscription_tracker_model_test

#include "atrium/broker/redis/subscription_tracker.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace atrium;

namespace {

using verdict = subscription_tracker::verdict;
using lines = std::vector<std::string>;

// A server that answers in order and refuses channels that start with x.
struct model : subscription_events {
  void on_acknowledged(std::string_view channel) override {
    CAF_CHECK(held.contains(channel));
    CAF_CHECK(wanted.contains(channel));
  }

  void on_refused(std::string_view channel, std::string_view) override {
    CAF_CHECK(channel.starts_with('x'));
    wanted.erase(wanted.find(channel));
  }

  void on_given_away(std::string_view, std::string_view) override {
    CAF_FAIL("nobody has taken one");
  }

  void on_message(std::string_view, std::string_view) override {
    CAF_FAIL("nobody has sent one");
  }

  void compose() {
    std::string out;
    subject.compose(out);
    resp_reader reader;
    reader.feed(out, [this](resp_reply reply) {
      auto& command = inbox.emplace_back();
      for (auto& node : reply.subspan(1))
        command.emplace_back(node.text);
      return true;
    });
  }

  // Answers one command, or one channel of it.
  void answer() {
    if (inbox.empty())
      return;
    auto& command = inbox.front();
    auto joins = command.front() == "SUBSCRIBE";
    auto refused = std::any_of(command.begin() + 1, command.end(),
                               [](auto& channel) { return channel.starts_with('x'); });
    if (joins && refused) {
      inbox.pop_front();
      resp_node error{resp_type::error, 0, "NOPERM no"};
      CAF_CHECK(subject.on_reply({&error, 1}) == verdict::ok);
      return;
    }
    auto channel = command[1];
    command.erase(command.begin() + 1);
    if (command.size() == 1)
      inbox.pop_front();
    joins ? void(held.insert(channel)) : void(held.erase(channel));
    resp_node nodes[] = {{resp_type::array, 3, {}},
                         {resp_type::string, 0, joins ? "subscribe" : "unsubscribe"},
                         {resp_type::string, 0, channel},
                         {resp_type::integer, 0, {}}};
    CAF_CHECK(subject.on_reply(nodes) == verdict::ok);
  }

  void lose() {
    inbox.clear();
    held.clear();
    subject.on_lost();
  }

  using name_set = std::set<std::string, std::less<>>;

  name_set wanted;
  name_set held;
  std::deque<lines> inbox;
  subscription_tracker subject{*this};
};

} // namespace

CAF_TEST(after any history the server holds what is wanted) {
  std::minstd_rand random{7};
  const lines names{"a", "b", "c", "d", "e", "x1", "x2"};
  for (int round = 0; round < 300; ++round) {
    model server;
    for (int step = 0; step < 200; ++step) {
      auto& name = names[random() % names.size()];
      auto dice = random() % 100;
      if (dice < 25) {
        server.wanted.insert(name);
        server.subject.want(name);
      } else if (dice < 50) {
        server.wanted.erase(name);
        server.subject.unwant(name);
      } else if (dice < 70) {
        server.compose();
      } else if (dice < 99) {
        server.answer();
      } else {
        server.lose();
      }
    }
    while (!server.subject.settled()) {
      server.compose();
      server.answer();
    }
    CAF_CHECK(server.held == server.wanted);
    CAF_CHECK_EQUAL(server.subject.wanted(), server.wanted.size());
  }
}
