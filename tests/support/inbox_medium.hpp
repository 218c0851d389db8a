#pragma once

#include "atrium/broker/inbox.hpp"
#include "atrium/broker/inbox_id.hpp"
#include "atrium/broker/memory/memory_inbox.hpp"
#include "atrium/broker/redis/redis_inbox.hpp"

#include "support/history_probe.hpp"
#include "support/limiter_probe.hpp"
#include "support/node_medium.hpp"
#include "support/subscriber_log.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace atrium::test {

using inbox_medium = node_medium<inbox>;
using memory_inbox_medium = memory_node_medium<inbox, memory_inbox>;
using own_inbox = alone<redis_inbox>;

/// Returns settings of an inbox that looks for what has expired all the time.
inline settings<redis_inbox> inbox_config(const redis_place& where, inbox_rule rule) {
  settings<redis_inbox> config;
  static_cast<redis_client_config&>(config) = quick_config(where);
  config.names = channel_names{"n"};
  config.rule = rule;
  config.interval = std::chrono::milliseconds{50};
  return config;
}

/// Each node has a client of its own.
class redis_inbox_medium final : public redis_node_medium<inbox> {
public:
  redis_inbox_medium(const redis_place& where, inbox_rule rule)
    : redis_node_medium(where), rule_(rule) {
    // nop
  }

  std::shared_ptr<inbox> make_node() override {
    auto node = std::make_shared<own_inbox>(inbox_config(where_, rule_));
    eventually([&] { return node->stats().connected; });
    return node;
  }

private:
  const inbox_rule rule_;
};

/// An answer that is a code alone.
struct error_only {
  errc error = errc::none;
};

inline inbox_receipt put(inbox& to, const std::string& user, const std::string& id,
                         bool is_chosen = false, const std::string& data = "1") {
  awaited<inbox_receipt> receipt;
  to.put(user, {bytes(packet_of(id, data)), id, is_chosen}, receipt.handler());
  return receipt.get();
}

inline inbox_page read(inbox& from, inbox_query what) {
  awaited<inbox_page> page;
  from.read(std::move(what), page.handler());
  return page.get();
}

inline errc acknowledge(inbox& to, const std::string& user, const std::string& device,
                        const std::string& id) {
  awaited<error_only> code;
  to.acknowledge(user, device, id, [done = code.handler()](errc x) { done({x}); });
  return code.get().error;
}

inline dead_letter_page list(inbox& from, dead_letter_query what = {}) {
  awaited<dead_letter_page> page;
  from.list(std::move(what), page.handler());
  return page.get();
}

inline dead_letter_outcome replay(inbox& to, const std::string& user, const std::string& id = "") {
  awaited<dead_letter_outcome> outcome;
  to.replay(user, id, outcome.handler());
  return outcome.get();
}

inline dead_letter_outcome purge(inbox& to, const std::string& user, const std::string& id = "") {
  awaited<dead_letter_outcome> outcome;
  to.purge(user, id, outcome.handler());
  return outcome.get();
}

/// Returns the event id that a packet has; `?` if none.
inline std::string event_of(const std::string& packet) {
  constexpr std::string_view mark = R"("event_id":")";
  auto begin = packet.find(mark);
  if (begin == packet.npos)
    return "?";
  begin += mark.size();
  return packet.substr(begin, packet.find('"', begin) - begin);
}

/// Returns what is on a page, by event ids.
inline std::vector<std::string> events(const inbox_page& x) {
  std::vector<std::string> result;
  for (auto& message : x.messages)
    result.push_back(event_of(*message.packet));
  return result;
}

/// Returns dead letters as `user event cause`.
inline std::vector<std::string> events(const dead_letter_page& x) {
  std::vector<std::string> result;
  for (auto& letter : x.letters)
    result.push_back(letter.user + ' ' + event_of(*letter.packet)
                     + (letter.why == dead_letter::cause::expired ? " expired" : " too_many"));
  return result;
}

/// Returns where a packet says that it stands; empty texts if nowhere.
inline packet_inbox inbox_place_of(const std::string& packet) {
  auto header = read_header(std::string_view{packet}.substr(0, packet.find(':')));
  return header && header->inbox ? *header->inbox : packet_inbox{};
}

using lines = std::vector<std::string>;

inline inbox_query from(const std::string& device, const std::string& user = "ann") {
  inbox_query result;
  result.user = user;
  result.device = device;
  return result;
}

/// Returns the ids of messages that are stored as m1, m2, ...
inline lines put_all(inbox& to, int count, const std::string& user = "ann") {
  lines result;
  for (int i = 1; i <= count; ++i)
    result.push_back(put(to, user, "m" + std::to_string(i)).id);
  return result;
}

inline lines names(int first, int last) {
  lines result;
  for (int i = first; i <= last; ++i)
    result.push_back("m" + std::to_string(i));
  return result;
}

inline bool are_growing(const lines& ids) {
  return std::ranges::adjacent_find(
           ids,
           [](auto& a, auto& b) { return !(read_inbox_id(a).value() < read_inbox_id(b).value()); })
         == ids.end();
}

/// Keeps the dead letters that it is told of, as `user message-id`.
class dead_letter_probe {
public:
  explicit dead_letter_probe(inbox& from) {
    from.on_dead_letter([to = state_](const dead_letter& x) {
      std::lock_guard guard{to->mutex};
      to->letters.push_back(x.user + ' ' + x.message);
    });
  }

  std::vector<std::string> letters() const {
    std::lock_guard guard{state_->mutex};
    return state_->letters;
  }

private:
  struct state {
    std::mutex mutex;
    std::vector<std::string> letters;
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// Runs a rule of the contract over every kind of inbox. Each gets a fresh
/// medium.
template <class F>
void on_every_inbox(inbox_rule rule, F&& test) {
  if (is_chosen("memory")) {
    std::puts("on memory");
    memory_inbox_medium memory{channel_names{"n"}, rule};
    test(memory);
  }
  on_every_redis([&](const shared_redis& on) {
    redis_inbox_medium redis{on, rule};
    test(redis);
  });
}

} // namespace atrium::test
