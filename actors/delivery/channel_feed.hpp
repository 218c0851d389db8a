#pragma once

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/room_note.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// A channel of the bus as the actor that listens to it has it: what comes from
/// the bus's thread waits in the actor's mailbox, within a bound, and is
/// checked and decoded by the actor. Ends the subscription when it dies.
class channel_feed {
public:
  /// Where what waits for the actor is counted.
  struct bound {
    std::shared_ptr<semaphore> queue;
    backlog backlogs::*sum; ///< Of all queues of the kind.
  };

  /// Subscribes by a bus, which answers `to` with `subscribed`.
  void open(const environment& env, bus& by, const std::string& channel,
            listener_actor to, bound queue);

  /// Returns what is sound, counts and drops the rest.
  std::vector<incoming> decode(const packets& in, const environment& env);

  /// Returns what the latest `decode` has found of who comes and goes, once.
  std::vector<presence_event> events() {
    return std::exchange(events_, {});
  }

  /// Returns what it has found of what owners of rooms say besides messages,
  /// once.
  std::vector<room_notes> notes() {
    return std::exchange(notes_, {});
  }

  std::uint64_t decoded() const {
    return decoded_;
  }

  std::uint64_t malformed() const {
    return malformed_;
  }

  /// Returns what the latest `decode` had to leave out because it is too large
  /// for any client, once.
  std::optional<interrupted> left_out() {
    return std::exchange(left_out_, std::nullopt);
  }

private:
  void add(const shared_bytes& bytes, const environment& env,
           std::vector<incoming>& out);
  void add_event(const shared_bytes& bytes, const environment& env);
  void add_notes(const shared_bytes& bytes, const environment& env);
  void leave_out(unix_time time);

  bus::subscription held_;
  std::uint64_t decoded_ = 0;
  std::uint64_t malformed_ = 0;
  std::optional<interrupted> left_out_;
  std::vector<presence_event> events_;
  std::vector<room_notes> notes_;
};

} // namespace atrium
