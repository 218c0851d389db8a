#pragma once

#include "atrium/broker/memory/room_owner_store.hpp"
#include "atrium/broker/names.hpp"

#include <cstddef>
#include <memory>

namespace atrium {

class bus;

/// The owners of rooms of a node that runs alone, which owns them all; their
/// states are gone with it, within a bound in bytes before. Answers, and
/// publishes, before a call returns.
class memory_room_owners final : public room_owners {
public:
  /// Publishes on this bus, which has to be one within the process: what it is
  /// given it hands over before it returns, and whoever hears that does not
  /// call back. `alive` may be called from any thread; nothing: all are.
  memory_room_owners(std::shared_ptr<bus> on, channel_names names,
                     std::size_t max_bytes, room_owner_store::life alive = {});

  ~memory_room_owners() override;

  void find(std::string room, std::vector<std::string> candidates,
            std::function<void(found_owner)> done) override;

  void release(std::string room, std::uint64_t token,
               std::function<void(fencing)> done) override;

  void open(std::string room, std::uint64_t token, std::chrono::seconds ttl,
            std::function<void(room_opening)> done) override;

  void say(std::string room, std::uint64_t token, room_word what,
           std::function<void(fencing)> done) override;

  void stop(std::chrono::milliseconds patience) override;

  room_owners_stats stats() const override;

private:
  class state;

  std::unique_ptr<state> state_;
};

} // namespace atrium
