#pragma once

#include "atrium/actors/delivery/broadcaster.hpp"
#include "atrium/actors/directory/child_table.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/room_ranking.hpp"
#include "atrium/actors/room/room_shares.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"

#include <caf/result.hpp>
#include <caf/stateful_actor.hpp>

namespace atrium {

/// The state of the directory: finds or spawns rooms and users by name, one at
/// a time, so that a newcomer never meets a child that is about to stop; and
/// supervises them. A room that dies is forgotten, its members are told, and
/// the next join makes a new one.
class directory_state {
public:
  static inline constexpr auto name = "directory";

  explicit directory_state(directory_actor::pointer self) : self_(self) {
    // nop
  }

  void start(environment_ptr env);

  /// Finds or spawns the room; it answers in the directory's place.
  caf::result<join_accepted> join(join_room& x);

  void add(sign_on& x);

  /// Finds or spawns the room for a message of the back end.
  void post(post_in_room& x);

  /// Passes on what a back end wants with the user, if they are here.
  void command(command_user& x);

  /// Has a room end at the back end's wish. Whoever comes from now on gets
  /// another one; members hear of it when the old one has ended.
  void close(const close_room& x);

  void on_passivate(const passivate& x);

  /// A child has ended, as it should or not.
  void down(const caf::down_msg& x);

  void stop();

  children list(const list_children& x) const;

  children list(const find_child& x) const;

  busy_rooms list(const list_busiest& x);

  occupied_rooms list(const list_occupied& x) const {
    return ranking_.list(x);
  }

  /// The actors that it has for itself, besides its children by name.
  children parts() const;

  friend caf::error inspect(json_inspector& f, directory_state& x);

private:
  void spawn_broadcaster();

  /// Returns why the user may not open this room, or nothing.
  std::string refuse_room(const std::string& room, const std::string& user);

  const room_actor& pass_on(const std::string& room, const std::string& user);
  room_actor spawn_room(const std::string& name);
  void count_children();
  void record(node_event::kind what, const char* kind, const std::string& name);
  void user_died(const std::string& name, const caf::error& why);
  void tell_members(actor_number room, const std::string& name,
                    const char* why);
  void room_died_unasked(actor_number room, const std::string& name,
                         const caf::error& why);

  directory_actor::pointer self_;
  environment_ptr env_;
  child_table<room_actor> rooms_;
  room_shares shares_;
  room_ranking ranking_; // of rooms that have not ended yet
  std::unordered_map<actor_number, std::string> closing_; // by the back end
  child_table<user_actor> users_;
  broadcaster_actor broadcaster_;
  broadcast_mark passed_on_ = std::make_shared<std::optional<unix_time>>();
  bool stopping_ = false;
  std::uint64_t died_ = 0; // children that should not have
  std::size_t alive_ = 0;  // children that have not ended yet
};

/// Spawnable class: `spawn<directory>(env)`; the directory of a node. Spawns
/// the broadcaster, too. `stop` ends all its children and, after the last one,
/// itself.
class directory
  : public caf::stateful_actor<directory_state,
                               observed<pinned<directory_actor::base>>> {
public:
  directory(caf::actor_config& config, environment_ptr env);

  behavior_type make_behavior() override;
};

} // namespace atrium
