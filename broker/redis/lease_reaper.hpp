#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/command_queue.hpp"
#include "atrium/broker/redis/leased_room.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/redis/script_gate.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

class lease_heir;

/// Empties leases of dead nodes, one after the other: reads the rooms of each,
/// a hundred at a time, and calls presence_reap.lua for each room until nothing
/// is left there; then the room goes from the set. Where the set lists events,
/// too, an heir ends them. A few commands are under way at a time, each of
/// which takes Redis a millisecond at most. What is done twice, by whatever
/// node, does no harm. Pure state, for one thread.
class lease_reaper final : public command_queue {
public:
  /// How long a lease is left alone when a server of one of its rooms is not to
  /// be reached.
  static constexpr std::chrono::seconds unreachable_pause{1};

  /// `terms` have to outlive the reaper. `emptied` hears of each lease under
  /// which nothing is left; from `on_reply`.
  lease_reaper(const redis_terms& terms, channel_names names,
               std::function<void(const std::string& lease_id)> emptied);

  /// From now on these are the leases to be emptied, until `until`; no others,
  /// whatever has begun.
  void reap(const std::vector<std::string>& claimed, clock::time_point until);

  /// From now on this is the heir; null: what is marked as having events is
  /// only unmarked.
  void inherit_by(lease_heir* who) noexcept {
    heir_ = who;
  }

  /// The heir has ended the events under this lease.
  void on_inherited(const std::string& lease_id);

  /// Returns how many entries it has removed.
  std::uint64_t reaped() const noexcept {
    return reaped_;
  }

  // -- command_queue ----------------------------------------------------------

  void compose(std::string& out, std::size_t limit) override;
  bool on_reply_to(std::size_t which, resp_reply reply) override;
  void on_lost() override;
  void on_up() override;
  void on_script(std::string_view sha) override;
  void on_script_refused(std::string_view error) override;
  void tick(clock::time_point now) override;
  std::optional<clock::time_point> next_tick() const override;
  void fail_all() override;

  std::size_t in_flight() const override {
    return in_flight_.size();
  }

private:
  enum class verb : std::uint8_t { list, reap, drop };

  struct job {
    verb what = verb::list;
    std::uint64_t work = 0; // of which it is a part
    std::string cursor = "0";
    std::string member = {}; // in the set of rooms
    leased_room room = {};
  };

  void begin(std::string lease_id);
  void begin_next();
  void abandon();
  void write(const job& x, std::string& out) const;
  void on_refused(job x, resp_reply error);
  bool on_answer(job x, resp_reply reply);
  bool on_list(job x, resp_reply reply);
  bool on_reaped(job x, resp_reply reply);
  void go_on_if_idle();

  const redis_terms& terms_;
  const channel_names names_;
  const std::function<void(const std::string&)> emptied_;
  std::uint64_t reaped_ = 0;
  script_gate gate_;

  std::vector<std::string> claimed_; // the first one is being emptied
  clock::time_point until_{};
  std::string current_;    // the lease that is being emptied; empty: none
  std::uint64_t work_ = 0; // counts up with each lease that is begun
  std::string list_cursor_;
  bool is_partial_ = false;                // some of it was not to be reached
  std::optional<clock::time_point> retry_; // for the rest
  lease_heir* heir_ = nullptr;
  bool is_inheriting_ = false; // the heir is at the current lease
  std::deque<job> waiting_;
  std::deque<job> in_flight_;
};

} // namespace atrium
