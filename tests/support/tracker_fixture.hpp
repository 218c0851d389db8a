#pragma once

#include "atrium/broker/redis/subscription_tracker.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::test {

using verdict = subscription_tracker::verdict;
using lines = std::vector<std::string>;

/// Plays the server by hand: `compose` shows the commands, `confirm`, `refuse`
/// and `message` answer.
struct tracker_fixture : subscription_events {
  explicit tracker_fixture(subscription_tracker::kind how = subscription_tracker::kind::plain)
    : subject(*this, how) {
    // nop
  }

  void on_acknowledged(std::string_view channel) override {
    events.push_back("ack " + std::string{channel});
  }

  void on_refused(std::string_view channel, std::string_view reason) override {
    events.push_back("refused " + std::string{channel} + ": " + std::string{reason});
  }

  void on_given_away(std::string_view channel, std::string_view where) override {
    events.push_back("gone " + std::string{channel} + ": " + std::string{where});
  }

  void on_message(std::string_view channel, std::string_view payload) override {
    events.push_back("message " + std::string{channel} + ": " + std::string{payload});
  }

  // Composes until nothing is due; returns each command as one line.
  lines compose() {
    std::string out;
    for (auto size = out.npos; size != out.size();) {
      size = out.size();
      subject.compose(out);
    }
    lines commands;
    resp_reader reader;
    reader.feed(out, [&](resp_reply reply) {
      std::string line;
      for (auto& node : reply.subspan(1))
        line += (line.empty() ? "" : " ") + std::string{node.text};
      commands.push_back(std::move(line));
      return true;
    });
    return commands;
  }

  verdict reply(std::string_view verb, std::string_view channel, resp_node last) {
    resp_node nodes[] = {{resp_type::array, 3, {}},
                         {resp_type::string, 0, verb},
                         {resp_type::string, 0, channel},
                         last};
    return subject.on_reply(nodes);
  }

  verdict confirm(std::string_view verb, std::string_view channel) {
    return reply(verb, channel, {resp_type::integer, 1, {}});
  }

  verdict message(std::string_view channel, std::string_view payload) {
    return reply("message", channel, {resp_type::string, 0, payload});
  }

  verdict refuse(std::string_view text) {
    resp_node node{resp_type::error, 0, text};
    return subject.on_reply({&node, 1});
  }

  void subscribed(std::string_view channel) {
    subject.want(channel);
    compose();
    confirm("subscribe", channel);
    events.clear();
  }

  lines events;
  subscription_tracker subject;
};

} // namespace atrium::test
