#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/cluster/caller_table.hpp"
#include "atrium/broker/redis/cluster/cluster_links.hpp"
#include "atrium/broker/redis/cluster/lane_list.hpp"
#include "atrium/broker/redis/cluster/redirect.hpp"
#include "atrium/broker/redis/cluster/slot_map.hpp"
#include "atrium/broker/redis/cluster/slot_table.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// Shares the command links to many servers among callers: does for them what
/// `redis_pipeline` does with one server.
///
///     callers ──▶ caller_table ──▶ slot_table ──▶ server_lane ──▶ link
///        ▲                             ▲  a command that bounces  │
///        └──────── answers ────────────┴──────────────────────────┘
///
/// * Each command is answered to its caller exactly once.
/// * Commands of one key take effect in the order in which they were composed.
/// * What had no effect, because of where it was sent, is sent again, to where
///   it belongs, without a word to the caller. What may have had one is not: it
///   is answered `LOST` when its link is lost.
/// * What nobody takes for `patience` is answered `UNREACHABLE`, and so is from
///   then on at once what belongs to the same server: one that is down or hangs
///   holds up nobody but its own slots. To callers that take answers in order,
///   it is a wait of `patience`, and of what is in flight with it.
///
/// `on_up` of callers is called whenever any server comes up; `on_lost` never.
///
/// Pure state, for one thread; callers must not be added or removed, nor maps
/// be set, while it calls a caller.
class cluster_pipeline final : private lane_user {
public:
  using clock = slot_table::clock;
  using clock_function = slot_table::clock_function;

  /// How long a command waits for a server that takes it.
  static constexpr std::chrono::seconds patience{2};

  /// So long a slot is left alone whose server has said "try again later".
  static constexpr std::chrono::milliseconds pause{30};

  /// How often `tick` wants to be called while anything is unanswered.
  static constexpr std::chrono::milliseconds tick_time{10};

  /// With so many bytes waiting for servers that are in trouble, nothing waits
  /// for them any more.
  static constexpr std::size_t max_parked = std::size_t{8} << 20;

  cluster_pipeline(bus_log log, cluster_links& links,
                   clock_function now = clock::now);

  cluster_pipeline(const cluster_pipeline&) = delete;
  cluster_pipeline& operator=(const cluster_pipeline&) = delete;

  /// The caller has to live until it is removed.
  void add(redis_caller& who, const redis_caller::profile& what);

  /// Calls it no more. What is not sent yet is dropped.
  void remove(redis_caller& who);

  /// Opens links to servers that are new, and closes those of servers that have
  /// left, when nothing is in flight there; at once if they hang or are lost.
  void set_map(const slot_map& x);

  /// A caller has something to say.
  void wake();

  /// Does what is due.
  void tick();

  /// Returns when `tick` has something to do next.
  std::optional<clock::time_point> next_tick() const;

  /// Returns the number of the server that has a key, as far as is known.
  std::optional<std::size_t> server_of(std::string_view key) const;

private:
  // Callers may call `wake` whenever they are called: it waits for the end.
  struct [[nodiscard]] in_call {
    explicit in_call(cluster_pipeline& x)
      : flag(x.is_busy_), before(std::exchange(x.is_busy_, true)) {
      // nop
    }

    in_call(const in_call&) = delete;
    in_call& operator=(const in_call&) = delete;

    ~in_call() {
      flag = before;
    }

    bool& flag;
    const bool before;
  };

  void gather(const server_lane* writes);
  server_lane& lane_of(const cluster_server& x);
  void excuse_all_of(server_lane& x);
  void settle(std::vector<cluster_command*> all, resp_reply reply);
  void tell_callers();
  void close_unused();
  void close(server_lane& x);
  std::optional<clock::duration> bounced(server_lane& from, cluster_command& x,
                                         resp_reply reply);
  bool follow(const redirect& to, server_lane& from, cluster_command& x);
  void wait_again(slot_queue& slot, cluster_command& x, clock::duration wait);

  void on_lane_up(server_lane& x) override;
  void on_lane_down(server_lane& x, const std::vector<cluster_command*>& lost,
                    std::string_view reason) override;
  void on_turned_away(server_lane& x, const dial_protocol::endpoint& from,
                      std::string_view reason) override;
  void on_proven(server_lane& x) override {
    links_.on_proven(x.number());
  }
  void gather_for(server_lane& x) override {
    gather(&x);
  }
  cluster_command* next_for(server_lane& x) override;
  std::string_view on_answer(server_lane& x, cluster_command& to,
                             resp_reply reply) override;
  void on_loaded(server_lane& x, caller_record& whose,
                 resp_reply reply) override;
  void on_lane_read_end(server_lane& x) override;

  cluster_links& links_;
  const clock_function now_;
  caller_table callers_;
  slot_table slots_;
  lane_list lanes_;
  clock::time_point last_tick_{};
  std::uint64_t lives_ = 0; // of servers so far
  bool is_moved_ = false;   // a slot, since the last map
  bool was_up_ = false;     // some server, so that callers may compose
  bool is_busy_ = false;
};

} // namespace atrium
