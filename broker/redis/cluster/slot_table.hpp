#pragma once

#include "atrium/broker/redis/cluster/server_lane.hpp"
#include "atrium/broker/redis/cluster/slot_queue.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace atrium {

/// All slots with something to do: which server has each, and which commands
/// may be sent to it now. Pure state, for one thread.
///
/// Commands of a slot follow each other without waiting only to a server that
/// has served the last one that was answered: one that becomes ready between
/// two commands must not take the second alone.
class slot_table {
public:
  using clock = slot_queue::clock;
  using clock_function = server_lane::clock_function;
  using visitor = std::function<void(cluster_command&)>;

  /// What a slot has gone through is of no interest any more after that time
  /// without a command.
  static constexpr std::chrono::seconds memory{10};

  explicit slot_table(clock_function now);

  // -- who has what -----------------------------------------------------------

  /// Gives a slot to a server; null: to nobody. To be followed by `list_all`.
  void assign(std::size_t slot, server_lane* to) {
    if (std::exchange(owners_[slot], to) != to)
      is_proven_[slot] = false;
  }

  /// A command in flight has heard that its slot is there: nothing of it is on
  /// its way any more.
  void move(slot_queue& x, server_lane& to);

  server_lane* owner(std::size_t slot) const noexcept {
    return owners_[slot];
  }

  /// Forgets a server with which nothing is in flight.
  void forget(const server_lane& x);

  // -- commands ---------------------------------------------------------------

  /// Adds the newest command. Returns whether it has to wait since its slot is
  /// in trouble, or its server.
  bool push(cluster_command& x);

  /// Takes the next command that may be sent to that server, or null.
  cluster_command* next_for(server_lane& x);

  /// Returns the slot of a command that is in flight.
  slot_queue& of(const cluster_command& x) {
    return slots_.at(x.slot);
  }

  /// That server has served a command that was in flight.
  void on_served(slot_queue& x, const server_lane& by);

  /// A command that was in flight had no effect: it waits again, for `wait` at
  /// least.
  void on_bounce(slot_queue& x, cluster_command& what, clock::duration wait);

  /// A slot has changed: its next command may be ready. Forgets one that has
  /// nothing to do.
  void update(slot_queue& x);

  /// The time has come for some slots.
  void update_due();

  /// Who has which slots has changed, or who is up.
  void update_all();

  /// Takes out what waits for a slot or for a server that is in trouble for so
  /// long.
  std::vector<cluster_command*> take_overdue(clock::duration patience);

  /// Takes out what waits and was composed by this caller.
  std::vector<cluster_command*> take_of(const caller_record& whose);

  /// Visits what waits for that server.
  void for_each_waiting(const server_lane& x, const visitor& visit);

private:
  server_lane* target(const slot_queue& x) const noexcept;
  void unlist(slot_queue& x);
  bool may_send(const slot_queue& x, const server_lane& to) const;

  const clock_function now_;
  std::vector<server_lane*> owners_; // of each slot; null: nobody
  std::vector<bool> is_proven_;      // the owner has served the last command
  std::unordered_map<std::uint16_t, slot_queue> slots_;
};

} // namespace atrium
