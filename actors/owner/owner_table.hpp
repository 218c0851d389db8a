#pragma once

#include "atrium/actors/directory/child_table.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/owner_interface.hpp"
#include "atrium/actors/owner_messages.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"

#include <caf/stateful_actor.hpp>

#include <memory>
#include <string>
#include <unordered_map>

namespace atrium {

/// The state behind `room_homes`: the owners that this node has, by room; and
/// which nodes are alive, by a look at the registry every second.
class owner_table_state {
public:
  static inline constexpr auto name = "owners";

  explicit owner_table_state(owner_table_actor::pointer self) : self_(self) {
    // nop
  }

  void start(environment_ptr env);

  /// Finds or spawns the owner.
  void pass_on(owner_request& x);
  void add(const watch_room& x);
  void close(const close_room& x);
  void on_passivate(const passivate& x);

  // The registry has to be asked, and has answered.
  void look();
  void take(const registry_read& x);

  void drain();
  void stop();
  void down(const caf::down_msg& x);

  children list(const list_children& x) const {
    return owners_.list(x);
  }

  children list(const find_child& x) const {
    return owners_.list(x);
  }

  friend caf::error inspect(json_inspector& f, owner_table_state& x);

private:
  owner_actor spawn_owner(const std::string& room);
  bool is_ending(const std::string& room) const;
  void end(const owner_actor& x, const std::string& room, hand_over how);
  void record(node_event::kind what, const std::string& room);
  void end_if_done();

  owner_table_actor::pointer self_;
  environment_ptr env_;
  std::string homes_;               // which rooms this node can own
  child_table<owner_actor> owners_; // those that have not been told to end
  std::unordered_map<actor_number, std::string> ending_; // the others
  caf::actor_clock::time_point doubts_until_{};          // who is dead
  std::size_t alive_ = 0; // those that have not ended yet
  std::unordered_map<actor_number, room_actor> rooms_; // to be told of losses
  bool wants_to_drain_ = false;
  bool draining_ = false;
  bool stopping_ = false;
  std::uint64_t died_ = 0; // that should not have
};

/// Spawnable class: `spawn<owner_table>(unit, env)`, on the thread of the
/// cluster's actor, by which the requests of other nodes come. Ends by `stop`,
/// when its owners have handed over.
class owner_table
  : public caf::stateful_actor<owner_table_state,
                               observed<pinned<owner_table_actor::base>>> {
public:
  owner_table(caf::actor_config& config, lane_unit* unit, environment_ptr env);

  behavior_type make_behavior() override;
};

} // namespace atrium
