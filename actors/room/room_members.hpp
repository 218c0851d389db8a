#pragma once

#include "atrium/actors/delivery/lane_fan_out.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/broker/event_sink.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace atrium {

/// The members of a room on this node, and the lanes on which their connections
/// live: a message goes once to each lane that has members, and the lane knows
/// which of its connections are meant. The back end hears who comes and goes;
/// with the room all members go. For the room's actor.
class room_members {
public:
  using map = std::unordered_map<actor_number, room_member>;

  room_members() = default;

  room_members(const room_members&) = delete;
  room_members& operator=(const room_members&) = delete;

  ~room_members();

  /// `room` is the number of the room's actor.
  void start(environment_ptr env, actor_number room, const std::string& name);

  /// Adds a member; what its client is told goes to its lane.
  void add(room_member x, joined answer);

  /// The same for a member that has missed something: `first` has its answer.
  void add(room_member x, catch_up first);

  /// Sends a member what it has missed.
  void send(std::size_t lane, catch_up what);

  /// Has the lane forget a member and answer its client; `extract` follows.
  void dismiss(map::const_iterator member, left answer);

  /// Takes a member out; nothing if there is no such member. Lanes notice by
  /// themselves that a connection is gone.
  std::optional<room_member> extract(actor_number connection);

  map::const_iterator find(actor_number connection) const {
    return members_.find(connection);
  }

  map::const_iterator begin() const {
    return members_.begin();
  }

  map::const_iterator end() const {
    return members_.end();
  }

  std::size_t size() const {
    return members_.size();
  }

  bool empty() const {
    return members_.empty();
  }

  /// All of them, as the room's logic sees them.
  std::vector<member> list() const;

  /// Those that an operator asks for, in the order of their numbers.
  members_page page(const list_members& x) const;

  /// How many there are, by lane.
  const std::vector<std::size_t>& by_lane() const {
    return by_lane_;
  }

  /// How many members have got a message, and how many a full queue has kept
  /// from it.
  struct reach {
    std::size_t reached = 0;
    std::size_t missed = 0;
  };

  /// Sends a message to all lanes with members.
  reach send(const fan_out& x);

  /// Sends a message to one member, on its lane.
  void send(std::size_t lane, const tell_member& x) {
    lanes_->send(lane, x);
  }

  /// Says something to the members, whatever waits in the lanes' queues.
  void tell(const reply& x) const;

private:
  void report(backend_event::kind what, const member& who) const;

  environment_ptr env_;
  std::string name_;
  actor_number room_ = 0;
  map members_;
  std::optional<lane_fan_out> lanes_;
  std::vector<std::size_t> by_lane_;
};

} // namespace atrium
