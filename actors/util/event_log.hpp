#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/broker/util/time.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace atrium {

/// Something that an operator who watches the node may want to see happen.
struct node_event {
  enum class kind : std::uint8_t {
    spawned,   ///< A room, user or owner has begun.
    stopped,   ///< It has ended, as it should or not.
    restarted, ///< A room's logic has failed and was made anew.
    joined,
    left,
    slow,   ///< A connection is closed because its outbox was full.
    dropped ///< Messages were dropped; `name` says where.
  };

  kind what = kind::spawned;
  std::string actor; ///< Kind of actor, such as "room".
  std::string name;  ///< The actor's name, if it has one.
  std::string user;
  std::string connection;
  unix_time time{};
  std::uint64_t number = 0; ///< Counts up; gaps in it were missed.
};

/// The name of the kind, in lower case.
const char* to_string(node_event::kind x);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_event& x) {
  return f(named("event"), to_string(x.what), named("time"), x.time,
           named("kind"), x.actor, named("name"), x.name, named("user"), x.user,
           named("connection"), x.connection, named("number"), x.number);
}

/// The latest events of the node, for as long as somebody reads them: without
/// readers recording is one relaxed load. Bounded: who reads too seldom misses
/// the oldest. Thread-safe.
class event_log {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::size_t capacity = 2048;

  /// How long after a reading events are still recorded.
  static constexpr std::chrono::seconds patience{10};

  /// Records what `make` returns, which is only called if somebody reads.
  template <class Make>
  void record(Make make) {
    if (is_read())
      add(make());
  }

  bool is_read() const {
    auto until = read_until_.load(std::memory_order_relaxed);
    return until != 0 && clock::now().time_since_epoch().count() < until;
  }

  struct page {
    std::vector<node_event> events;
    std::uint64_t next = 0;   ///< To be given as `after` the next time.
    std::uint64_t missed = 0; ///< Events that had to go before they were read.
  };

  /// Returns the events with numbers from `after` on; 0 begins with those to
  /// come. Who reads wants to read on.
  page read(std::uint64_t after);

private:
  void add(node_event x);

  std::atomic<clock::rep> read_until_ = 0;
  std::mutex mutex_;
  std::deque<node_event> events_;
  std::uint64_t next_ = 1;
};

} // namespace atrium
