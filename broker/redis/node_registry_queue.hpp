#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/broker/redis/node_registry_script.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What a registry has to tell Redis and what it makes of the answers:
/// announces this node every interval, says goodbye, and reads the registry for
/// whoever asks, one reading at a time for all that wait. Every heartbeat reads
/// the registry, too, so that there is something to tell when Redis is gone.
/// Pure state, for one thread.
class node_registry_queue {
public:
  using clock = std::chrono::steady_clock;
  using answer = node_registry::answer;

  /// Of listings so many may wait; more get what is known, at once.
  static constexpr std::size_t max_waiting = 256;

  /// Of nodes so many are listed: those that were heard of last.
  static constexpr std::size_t max_rows = 2'000;

  node_registry_queue(node_registry_keys keys, node_registry_timing timing,
                      std::function<node_info()> report, bus_log log);

  // -- from the node ----------------------------------------------------------

  /// Announces this node, for the first time at the next `tick`.
  void start(clock::time_point now);

  void list(answer done, clock::time_point deadline, clock::time_point now);

  /// Says goodbye if the node was announced.
  void leave();

  /// Does what is due.
  void tick(clock::time_point now);

  /// Returns when `tick` has to be called next.
  clock::time_point due() const;

  /// Answers everybody who waits.
  void answer_all(clock::time_point now);

  // -- from the client: see redis_caller --------------------------------------

  void on_up(clock::time_point now);
  void on_lost();
  void on_script(std::string_view sha) {
    sha_ = sha;
  }

  void on_script_refused(std::string_view error);

  /// A handful of commands at most, whatever the limit of a write is.
  void compose(std::string& out, std::size_t limit, clock::time_point now);
  std::string_view on_reply(resp_reply reply, clock::time_point now);

  std::size_t unanswered() const noexcept {
    return in_flight_.size();
  }

  /// Returns whether Redis knows that the node has left, or will not learn it.
  bool is_settled() const noexcept;

  node_registry_stats stats() const;

private:
  enum class verb : std::uint8_t {
    heartbeat,
    leave,
    time,
    heartbeats,
    reports
  };

  struct waiter {
    answer done;
    clock::time_point deadline;
  };

  bool is_under_way(verb x) const;
  void write_heartbeat(std::string& out);
  void write_reading(std::string& out);

  void on_heartbeat_reply(resp_reply reply);
  void ask_again();
  void on_read(verb part, resp_reply reply, clock::time_point now);
  void read_heartbeats(resp_reply reply);
  void read_reports(resp_reply reply);
  void end_reading(clock::time_point now);

  node_listing known(clock::time_point now, std::string error) const;
  void add_self(node_listing& to) const;
  void tell(std::vector<waiter> whom, const node_listing& x);
  std::string trouble() const;

  const node_registry_keys keys_;
  const node_registry_timing timing_;
  const std::function<node_info()> report_;
  const bus_log log_;
  node_registry_stats stats_;
  std::string sha_; // of the script; empty: Redis does not have it yet
  std::deque<verb> in_flight_;

  bool is_up_ = false;
  bool announces_ = false;
  bool heartbeat_due_ = false;
  bool leave_due_ = false;
  bool reading_due_ = false;
  bool is_lost_ = false; // a part of the reading under way
  clock::time_point next_heartbeat_ = clock::time_point::max();
  std::string refusal_; // of the latest heartbeat; empty: it was taken

  std::vector<waiter> waiting_; // for the next reading
  std::vector<waiter> asked_;   // for the one under way
  std::string flaw_;            // of the reading under way
  double read_at_ms_ = 0;       // by the clock of Redis
  std::map<std::string, double, std::less<>>
    heartbeats_;      // run to time, as above
  node_listing read_; // the one under way

  node_listing latest_;
  clock::time_point latest_at_{};
  std::string latest_flaw_ = "Redis has not answered yet"; // since `latest_`
};

} // namespace atrium
