#pragma once

#include "atrium/broker/inbox.hpp"
#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/inbox_counters.hpp"
#include "atrium/broker/redis/inbox_script.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/util/live.hpp"

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What all calls of one inbox need. Outlives them.
struct inbox_context {
  const redis_terms& terms;
  channel_names names;
  live<inbox_rule> rule; ///< May change at any time.
  std::string due_key;   ///< `inbox_due_key`
  std::string dead_key;  ///< `inbox_dead_key`
  inbox_counters counters{};
  std::function<void(const dead_letter&)> heard{};

  /// Told of each user who has got dead letters.
  std::function<void(const std::string& user)> has_letters{};

  /// Users who have something, and are not in the index: its server was not
  /// reached. The next sweep puts them there; so many are remembered.
  static constexpr std::size_t most_missed = 10'000;
  std::set<std::string> missed{};

  inbox_context(const redis_terms& by_client, channel_names with,
                const inbox_rule& by)
    : terms(by_client),
      names(std::move(with)),
      due_key(inbox_due_key(names.inboxes())),
      dead_key(inbox_dead_key(names.inboxes())) {
    rule.replace(by);
  }

  /// What calls of the scripts of this user are about.
  inbox_script_call about(std::string_view sha, std::string_view channel) {
    return {sha, channel, *rule, terms.publish_command()};
  }

  void miss(const std::string& user) {
    if (missed.size() < most_missed)
      missed.insert(user);
  }

  /// Says what became of messages of a user.
  void tell(const std::string& user, std::vector<dead_letter>& letters,
            std::size_t evicted) {
    counters.evicted += evicted;
    counters.dead += letters.size();
    for (auto& x : letters) {
      x.user = user;
      if (heard)
        heard(x);
    }
  }
};

/// The time of the index of users, in milliseconds.
inline std::int64_t inbox_time() {
  return std::chrono::floor<std::chrono::milliseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

} // namespace atrium
