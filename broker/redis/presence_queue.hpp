#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/presence_book.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/redis/resp.hpp"
#include "atrium/broker/redis/script_gate.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// Writes down in Redis who of this node is in a room, as the book says, under
/// the lease of the node (presence.lua). Pure state, for one thread.
///
/// A room has one call in flight, and what changes meanwhile goes into the next
/// one. A call without an answer is repeated as things stand by then. A room
/// about which Redis refuses a call is tried again after a pause, the others
/// are not held up by that.
class presence_queue {
public:
  using clock = presence_book::clock;

  /// What goes into one call: so many users, and of more than one no more bytes
  /// than that.
  static constexpr std::size_t max_batch = 100;
  static constexpr std::size_t max_batch_bytes = std::size_t{64} << 10;

  /// How long a room is left alone about which Redis refuses a call.
  static constexpr std::chrono::seconds refusal_pause{1};

  /// `terms` have to outlive the queue.
  presence_queue(const redis_terms& terms, channel_names names,
                 std::chrono::milliseconds grace)
    : terms_(terms), names_(std::move(names)), book_(grace) {
    // nop
  }

  /// Who is where; what changes in it is told by `compose`.
  presence_book& book() noexcept {
    return book_;
  }

  /// Entries stand under this lease. Under another one than before everything
  /// is told again; what stands under the old one goes by itself.
  void on_lease(const std::string& id);

  /// Nothing is told until `on_lease`.
  void on_doubt() noexcept {
    has_lease_ = false;
  }

  void on_up(clock::time_point now);
  void on_lost();
  void on_script(std::string_view sha);
  void on_script_refused(std::string_view error);

  /// Appends commands until nothing waits or `out` has `limit` bytes or more.
  void compose(std::string& out, std::size_t limit, clock::time_point now);

  /// Returns how many commands have no answer yet.
  std::size_t unanswered() const noexcept {
    return in_flight_.size();
  }

  /// Takes the answer to the command number `which` of those without one;
  /// returns why the link must be dropped, or nothing.
  std::string_view on_reply_to(std::size_t which, resp_reply reply,
                               clock::time_point now);

  /// Does what is due at `now`.
  void tick(clock::time_point now);

  /// Returns when `tick` has something to do next.
  std::optional<clock::time_point> next_tick() const;

  /// Returns whether Redis has heard all that can be told now.
  bool is_settled() const;

  /// Adds what it counts.
  void count(presence_stats& to) const noexcept;

private:
  enum class verb : std::uint8_t { list, tell, unlist };

  struct call {
    verb what = verb::tell;
    presence_room where;
    bool is_void = false;     // of an earlier lease
    bool is_unlisted = false; // Redis has refused the room of a tell
  };

  bool is_open() const noexcept {
    return has_lease_ && gate_.is_open();
  }

  void tell(const presence_book::batch& x, std::string& out);
  void list(const presence_room& where, std::string& out);
  void write_listing(std::string_view command, const presence_room& where,
                     std::string& out);
  void on_unlisted(const presence_room& where, clock::time_point again);
  std::string_view on_told(const call& x, resp_reply reply,
                           clock::time_point now);

  const redis_terms& terms_;
  const channel_names names_;
  presence_book book_;
  script_gate gate_;
  bool has_lease_ = false;
  std::string lease_id_; // the latest; empty: none yet
  std::deque<call> in_flight_;
  std::deque<presence_room> emptied_; // nobody is left, and Redis has the room
  std::deque<std::pair<clock::time_point, std::string>> refused_;    // channels
  std::deque<std::pair<clock::time_point, presence_room>> unlisted_; // but told
  std::vector<std::string> told_to_; // incarnations of servers
  std::uint64_t joins_ = 0;
  std::uint64_t leaves_ = 0;
};

} // namespace atrium
