#pragma once

#include "atrium/broker/presence.hpp"
#include "atrium/broker/presence_packet.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

/// A presence that remembers what it is told, tells nobody, and answers when the test says so.
class scripted_presence final : public presence {
public:
  struct question {
    presence_room where;
    std::size_t limit = 0;
    answer done;
  };

  void enter(const presence_room& where, presence_member who) override {
    there[where.name].emplace(who.connection, who.user);
    infos[who.user] = who.info ? *who.info : "";
  }

  void leave(const presence_room& where, const std::string& user,
             std::uint64_t connection) override {
    if (there[where.name].erase(connection) != 0)
      gone.push_back(user);
  }

  void read(const presence_room& where, std::size_t limit, answer done) override {
    asked.push_back({where, limit, std::move(done)});
    if (!holds)
      answer_oldest();
  }

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  presence_stats stats() const override {
    return counters;
  }

  /// Answers the question that has waited for longest.
  void answer_oldest() {
    auto oldest = std::move(asked.at(answered++));
    oldest.done(page);
  }

  bool holds = false; // what is asked, until the test answers
  presence_page page;
  presence_stats counters;
  std::vector<question> asked;
  std::size_t answered = 0;
  std::map<std::string, std::map<std::uint64_t, std::string>> there; // by room: connection, user
  std::map<std::string, std::string> infos;                          // by user
  std::vector<std::string> gone;                                     // users, by connection
};

/// Returns the packet by which a room hears of a change.
inline shared_bytes presence_change_in(const std::string& room, presence_change::kind what,
                                       const std::string& user, std::size_t present) {
  presence_change x{what, user, present, unix_time{std::chrono::milliseconds{7}}};
  return std::make_shared<const std::string>(encode_presence(room, x));
}

} // namespace atrium::test
