#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/delivery/bus_proof.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/placement.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

#include <string>
#include <vector>

namespace atrium {

/// Joins of one room that wait for the bus: none is let in before the bus has
/// shown, after it came, that it carries the room's channel, and none waits for
/// longer than `bus_timeout`. For the room's actor.
class join_queue {
public:
  using promise = caf::typed_response_promise<join_accepted>;

  struct entry {
    join_room request;
    promise answer;
    std::uint64_t number = 0; // of the proof for which it waits; 0: of any
    caf::actor_clock::time_point deadline{};
  };

  using entries = std::vector<entry>;

  void start(room_actor::pointer self, environment_ptr env, placement at,
             std::string name);

  /// Takes a join. Unless the channel `is_new`, and the bus answers for it
  /// anyway, it is asked for a proof.
  void add(join_room& x, promise answer, bool is_new);

  /// Returns the joins that may be let in: the bus has given a proof.
  entries take_proven(const channel_carried& x);

  /// Returns all joins: the bus has just begun to carry the channel.
  entries take_all();

  /// The bus refuses the channel: so are joins, also those that come later.
  void refuse(const std::string& reason);

  /// The bus does not refuse it any more.
  void accept() {
    refusal_.clear();
  }

  /// Refuses joins that were taken out.
  void fail(entries joins, errc why, const std::string& reason);

  /// A `room_deadline` is there: refuses the joins that have waited long
  /// enough.
  void check_patience();

  bool empty() const {
    return waiting_.empty();
  }

  std::size_t size() const {
    return waiting_.size();
  }

private:
  template <class Predicate>
  entries take(Predicate which);

  void watch_patience();

  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  placement placement_;
  std::string name_;
  std::string channel_;
  std::string refusal_; // empty: the bus does not refuse the channel
  bus_proof proof_;
  entries waiting_;       // oldest first
  bool watching_ = false; // a timer is under way
};

} // namespace atrium
