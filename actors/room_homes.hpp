#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/owner_interface.hpp"
#include "atrium/actors/owner_messages.hpp"
#include "atrium/actors/placement.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

class node_registry;

/// The way from the rooms of this node to their owners, on whatever node
/// (`home::one`), and to the owners that are here. Any thread; nothing blocks.
class room_homes {
public:
  explicit room_homes(std::shared_ptr<room_owners> owners)
    : owners_(std::move(owners)) {
    // nop
  }

  room_homes(const room_homes&) = delete;
  room_homes& operator=(const room_homes&) = delete;

  ~room_homes();

  /// Sends a request to the node of a run, by the bus of who sends it.
  using sender = std::function<void(bus& by, const environment& env,
                                    std::string_view run, room_request what)>;

  /// Begins, with this node's table, and the way to other nodes. Until there is
  /// a registry, this node is the only one that can own a room.
  void start(owner_table_actor table, sender to_others) {
    table_ = std::move(table);
    to_others_ = std::move(to_others);
  }

  /// Has the table look at a registry from now on. Once.
  void watch(std::shared_ptr<node_registry> registry);

  /// The registry ends.
  void forget_registry();

  /// Finds the owner of a room; if it has none, one of the nodes that are alive
  /// becomes it.
  void find(const environment& env, const std::string& room,
            std::function<void(found_owner)> done) const;

  /// Sends a request of a room that lives at `from` to the owner, which is on
  /// the node of this run.
  void send(const environment& env, placement from, const std::string& run,
            room_request what) const;

  /// Hands over a request to an owner that is here.
  void take(owner_request x) const;

  /// `who` hears which nodes are gone.
  void tell_losses(room_actor who) const;

  /// The back end has closed a room, wherever its owner is.
  void close(close_room x) const;

  /// The owners that are here hand over, if there is another node to have them;
  /// there will be no others then.
  void drain();

  /// The table has seen that there is, or the node ends.
  void set_draining() {
    draining_ = true;
  }

  bool is_draining() const {
    return draining_;
  }

  /// Ends the table, when its owners have handed over.
  void stop();

  /// Returns who keeps owners and states.
  room_owners& owners() const {
    return *owners_;
  }

  const owner_table_actor& table() const {
    return table_;
  }

  /// Returns the runs that may own rooms; null: not known yet.
  std::shared_ptr<const run_set> candidates() const;

  /// That node drains: it is no candidate until the registry says otherwise.
  void leave_out(const std::string& run);

  /// Returns whether this node is the first candidate for a room.
  bool prefers_us(const environment& env, const std::string& room) const;

  /// Returns the runs that are alive, this one included; null: not known yet.
  std::shared_ptr<const run_set> alive() const;

  /// The table has read the registry: `candidates` may own rooms.
  void set_alive(std::shared_ptr<const run_set> all,
                 std::shared_ptr<const run_set> candidates);

  /// Where the table finds the registry; null: there is none yet.
  std::shared_ptr<node_registry> registry() const;

private:
  std::vector<std::string> order(const environment& env,
                                 const std::string& room) const;

  const std::shared_ptr<room_owners> owners_;
  owner_table_actor table_;
  sender to_others_;
  std::atomic<bool> draining_ = false;
  mutable std::mutex mutex_; // of what follows
  std::shared_ptr<node_registry> registry_;
  std::shared_ptr<const run_set> alive_;
  std::shared_ptr<const run_set> candidates_;
};

} // namespace atrium
