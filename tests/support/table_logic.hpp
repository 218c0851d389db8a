#pragma once

#include "atrium/actors/room_logic.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

/// A logic with one truth, which its messages change: a number that counts increments. What its
/// hooks do, wherever they run, is written down.
class table_logic : public room_logic {
public:
  struct settings {
    std::chrono::milliseconds interval; ///< Between snapshots.
    std::chrono::milliseconds linger;
  };

  /// For all rooms; to be cleared by the fixture.
  static inline settings set = {};
  static inline std::vector<std::string> ran = {};
  static inline std::vector<answer_ticket> tickets = {};

  decision on_join(const member& who) override {
    ran.push_back("join " + who.user);
    if (who.user == "eve")
      return decision::refuse("not you");
    if (who.user == "moody")
      throw std::runtime_error{"moody"};
    tell(who, "\"hello " + who.user + '"');
    return decision::accept();
  }

  decision on_message(const member& from, room_message& x) override {
    ran.push_back("message " + from.user + ' ' + x.data);
    auto& said = x.data;
    if (said == "\"no\"")
      return decision::refuse("no");
    if (said == "\"throw\"")
      throw std::runtime_error{"moody"};
    if (said == "\"count\"")
      return decision::handled(std::to_string(count));
    if (said == "\"guess\"") {
      ++count;
      return decision::handled("\"wrong\"");
    }
    if (said == "\"ask\"") {
      tickets.push_back(x.ticket);
      return decision::later();
    }
    if (said == "\"reply\"")
      for (auto& ticket : std::exchange(tickets, {}))
        reply(ticket, "\"at last\"");
    if (said == "\"who\"")
      return decision::handled(users());
    if (said == "\"tell\"")
      for (auto& one : members())
        tell(one, "\"psst " + one.user + '"');
    if (said == "\"timer\"")
      after("t", std::chrono::seconds{10});
    if (said == "1")
      said = "{\"count\":" + std::to_string(++count) + '}';
    return decision::accept();
  }

  void on_leave(const member& who) override {
    ran.push_back("leave " + who.user);
  }

  void on_timer(const std::string& timer) override {
    ran.push_back("timer " + timer);
    count += 100;
    publish("{\"count\":" + std::to_string(count) + '}');
  }

  std::chrono::milliseconds linger() const override {
    return set.linger;
  }

  std::chrono::milliseconds snapshot_interval() const override {
    return set.interval;
  }

  std::uint64_t count = 0;

private:
  std::string users() const {
    std::string result;
    for (auto& x : members())
      result += (result.empty() ? "" : " ") + x.user;
    return '"' + result + '"';
  }
};

/// The same, which survives its node.
class saved_table final : public table_logic {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, saved_table& x) {
  return f(named("count"), x.count);
}

} // namespace atrium::test
