#pragma once

#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/requests.hpp"

#include <cstdint>
#include <vector>

namespace atrium {

/// What a connection knows of a room that its client is in, or joins, or
/// leaves.
struct membership {
  /// A back end's commands are among them only up to here.
  static constexpr std::size_t max_deferred = 256;

  enum class status : std::uint8_t { joining, member, leaving };

  status state = status::joining;
  room_actor room;
  std::vector<client_request> deferred; // bounded by the request window

  /// Whether a further join may be in order when its turn comes.
  bool may_end() const {
    return state == status::leaving || !deferred.empty();
  }
};

/// A request that a room has taken over.
struct taken_over {
  /// For `emplace_back`: `push_back` would copy the strings, then move them.
  taken_over(std::uint64_t n, const std::string& of, const request_id& request,
             bool by_back_end = false)
    : number(n), room(of), id(request), unasked(by_back_end) {
    // nop
  }

  std::uint64_t number;
  std::string room;
  request_id id;
  bool unasked; ///< A back end wants it.
};

} // namespace atrium
