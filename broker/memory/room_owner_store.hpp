#pragma once

#include "atrium/broker/room_owners.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace atrium {

/// The owners of rooms, their fences and states, as the scripts of Redis keep
/// them (room_owner.lua, room_word.lua), within a bound in bytes: over it the
/// rooms whose last word is the oldest lose their states, and their fences with
/// them. Pure state, which can be copied; for one thread at a time.
class room_owner_store {
public:
  using clock = std::chrono::steady_clock;

  /// Whether the node of a run is alive.
  using life = std::function<bool(const std::string& run)>;

  explicit room_owner_store(std::size_t max_bytes) : max_bytes_(max_bytes) {
    // nop
  }

  /// Returns the owner, the first living candidate if none is alive.
  std::optional<ownership> find(const std::string& room,
                                std::span<const std::string> candidates,
                                const life& alive);

  /// Returns whether the token was that of the owner.
  bool release(const std::string& room, std::uint64_t token);

  room_opening open(const std::string& room, std::uint64_t token,
                    std::chrono::seconds ttl, clock::time_point now);

  /// Returns whether a word of this token and number would count.
  bool would_pass(const std::string& room, std::uint64_t token,
                  std::uint64_t number, clock::time_point now);

  /// Takes a word that would pass.
  void take(const std::string& room, const room_word& what,
            clock::time_point now);

  /// What stands before a room.
  struct fence {
    std::uint64_t token = 0;  ///< Of the newest owner that has opened.
    std::uint64_t number = 0; ///< Of its last word.
    std::map<std::string, shared_bytes> state; ///< By the names of fields.
  };

  /// Returns the fence of a room; null: it has none.
  const fence* fence_of(const std::string& room) const;

  /// Returns who was made the owner last, dead or alive.
  const ownership* owner_of(const std::string& room) const;

  std::size_t bytes() const noexcept {
    return bytes_;
  }

  std::uint64_t evicted() const noexcept {
    return evicted_;
  }

private:
  struct entry : fence {
    clock::time_point until{};
    std::uint64_t used = 0; // in `order_`
    std::size_t bytes = 0;
  };

  using entries = std::map<std::string, entry>;

  entries::iterator look_up(const std::string& room, clock::time_point now);
  void use(entries::iterator x, std::chrono::seconds ttl,
           clock::time_point now);
  void apply(entry& to, const room_field& change);
  void grow(entry& x, std::size_t by);
  void shrink(entry& x, std::size_t by);
  void erase(entries::iterator x);
  void give_way();
  void sweep(const std::string& but, const life& alive);

  std::size_t max_bytes_;
  std::uint64_t last_token_ = 0;
  std::map<std::string, ownership> owners_;
  std::string swept_; // the room that was looked at last
  entries fences_;
  std::map<std::uint64_t, std::string> order_; // by their last words
  std::uint64_t last_use_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t evicted_ = 0;
};

} // namespace atrium
