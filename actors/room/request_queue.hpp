#pragma once

#include "atrium/actors/room_request.hpp"
#include "atrium/broker/publish_receipt.hpp"
#include "atrium/broker/util/errc.hpp"

#include <caf/actor_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// What an owner answers to a request.
struct owner_answer {
  errc code = errc::none;
  std::string text = {}; ///< For people: why not; of a message, its id.
  std::optional<std::string> data = std::nullopt; ///< What the logic answers.
  std::optional<position> at = std::nullopt;      ///< Of the message.
};

/// The requests of a room to its owner that have no answer yet, within a bound
/// in bytes: a sliding window, in which each has its number. Knows no clock and
/// no owner. One thread.
class request_queue {
public:
  using time_point = caf::actor_clock::time_point;
  using handler = std::function<void(owner_answer)>;

  /// Over it requests are refused.
  static constexpr std::size_t max_bytes = std::size_t{4} << 20;

  request_queue();

  /// Adds a request. Returns false if there is no place (`done` is as it was);
  /// for one that leaves there always is.
  bool add(room_request what, handler& done, time_point deadline);

  /// Answers a request; nothing happens if it has its answer.
  void settle(std::uint64_t number, owner_answer with);

  /// The owner has taken this one, and will answer.
  void note_taken(std::uint64_t number);

  /// Another owner may not have.
  void forget_taken();

  /// Those that are overdue fail: with `timeout` what was sent, and so may have
  /// been done; else with `bus_unavailable`.
  void expire(time_point now);

  void fail_all(errc code, const std::string& why);

  /// Begins a stream anew, with these in front, whose answers `done` hears;
  /// what has no answer follows. Messages that were sent may have been taken by
  /// who does not know it any more: those without an id of their sender's fail
  /// with `timeout`, since nothing would keep them from coming twice.
  void begin_stream(std::vector<room_request> first,
                    const std::function<handler(const room_request&)>& done);

  /// Returns those that have to be sent (again) from this number on; they are
  /// sent `now`. In place of one that has its answer stands one that keeps the
  /// number.
  std::vector<room_request> to_send(std::uint64_t from, time_point now);

  /// Returns those that were sent at `before` for the last time, or earlier, or
  /// never.
  std::vector<room_request> to_send_again(time_point before, time_point now);

  /// Whether there are such.
  bool has_overdue(time_point before) const;

  std::uint64_t stream() const {
    return stream_;
  }

  /// The number of the oldest one.
  std::uint64_t first() const {
    return first_;
  }

  /// The number of the newest one.
  std::uint64_t last() const {
    return first_ + entries_.size() - 1;
  }

  /// How many have no answer, of those for which somebody waits.
  std::size_t size() const {
    return unanswered_;
  }

  /// Whether one of them waits for an owner to take it.
  bool has_untaken() const;

private:
  struct entry {
    room_request what;
    handler done; // null: it has its answer
    time_point deadline;
    std::size_t bytes = 0;
    bool is_taken = false;
    std::optional<time_point> sent_at = std::nullopt; // the last time

    bool is_overdue(time_point before) const {
      return done && !is_taken && (!sent_at || *sent_at <= before);
    }
  };

  entry* find(std::uint64_t number);
  void append(room_request what, handler done, time_point deadline);
  void drop_answered();
  void reduce(entry& x);
  room_request send(entry& x, time_point now) const;

  std::uint64_t stream_;
  std::uint64_t first_ = 1;
  std::deque<entry> entries_; // numbered from `first_`
  std::size_t unanswered_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace atrium
