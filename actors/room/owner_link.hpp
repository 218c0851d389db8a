#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/owner_messages.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/room/request_queue.hpp"
#include "atrium/actors/room_message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// The room, as the link to its owner sees it.
class owner_listener {
public:
  virtual ~owner_listener() = default;

  /// The logic tells a connection something, one JSON value.
  virtual void told(const std::string& connection, const std::string& data) = 0;

  /// The logic has lost its state.
  virtual void restarted() = 0;

  /// The logic is given up; the room has to end.
  virtual void given_up() = 0;

  /// Returns the members on this node, as requests to join: the owner does not
  /// know them.
  virtual std::vector<room_request> members_again() = 0;

  /// The owner does not let a member in again.
  virtual void expelled(const std::string& connection) = 0;

  /// Whether somebody is in the room.
  virtual bool is_used() const = 0;

  /// No request waits any more.
  virtual void eased() = 0;
};

/// What a room with `home::one` has of its owner, wherever that is: finds it,
/// asks it, and hears what it says in the room's channel. A request is kept
/// until it has its answer, and sent again if there is none within a second or
/// if the owner is another one: owners know which they have taken. For the
/// room's actor.
class owner_link {
public:
  using handler = request_queue::handler;

  explicit owner_link(owner_listener& room) : room_(room) {
    // nop
  }

  owner_link(const owner_link&) = delete;
  owner_link& operator=(const owner_link&) = delete;

  /// The room ends: its members have gone from it.
  ~owner_link();

  /// Begins, if rooms of this name have such a home.
  void start(room_actor::pointer self, environment_ptr env, placement at,
             const std::string& room);

  bool is_on() const noexcept {
    return self_ != nullptr;
  }

  /// The bus carries the channel, so answers are heard from now on.
  void open();

  /// Something that the owner has said may be missing.
  void doubt();

  /// Asks the owner; `done` hears, once. With `keeps_on` for however long it
  /// takes; else with `timeout` or `bus_unavailable` after `bus_timeout`.
  void ask(room_request what, handler done, bool keeps_on = false);

  /// Has the owner forget a member.
  void leave(const member& who);

  /// Answers all that wait: the room ends.
  void fail_all(errc code, const std::string& why) {
    requests_.fail_all(code, why);
  }

  /// How many requests have no answer.
  std::size_t waiting() const {
    return requests_.size();
  }

  /// Who owns the room, as far as the room knows.
  const std::optional<ownership>& owner() const {
    return owner_;
  }

  // What the room's actor hears on behalf of its link.
  void take(const room_notes& x);
  void take(const incoming& x);
  void take(const owner_found& x);
  void take(const runs_lost& x);
  void take(const link_due&);

private:
  using time_point = request_queue::time_point;

  void take(const room_note& x);
  bool heed(std::uint64_t token);
  void seek();
  bool is_needed() const;
  void send_all();
  bool send(std::vector<room_request> all);
  void send(room_request x);
  void send_again(std::uint64_t from);
  void give_up_owner(const std::string& draining);
  void greet();
  void begin_anew(std::uint64_t knows);
  void look_by(time_point due);
  time_point now() const;

  owner_listener& room_;
  room_actor::pointer self_ = nullptr; // null: the room has no such home
  environment_ptr env_;
  placement placement_;
  std::string name_;
  request_queue requests_;
  std::optional<ownership> owner_;
  std::string last_run_;     // of the owner that was found last
  std::uint64_t newest_ = 0; // of all tokens that were heard of
  bool is_open_ = false;
  bool is_seeking_ = false;
  std::optional<time_point> due_; // of the earliest `link_due` under way
  time_point heard_;              // when the owner has said something
  time_point sent_;               // when it was asked last
  time_point gave_up_;            // when an owner has gone
  std::uint64_t again_from_ = 0;  // number, and when that was sent again
  time_point again_at_;
};

} // namespace atrium
