#pragma once

#include "atrium/broker/envelope.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What the log tells of an envelope that is watched: everything but what is in
/// it.
struct watch_note {
  std::string event_id;
  std::string trace_id;
  scope to = scope::room;
  std::string target; ///< Name of the room or user; empty for all.
  std::string sender; ///< User; empty when no client has sent it.
};

/// Null: not watched.
using watch_note_ptr = std::shared_ptr<const watch_note>;

/// Whom the operator watches: of these users and rooms the log tells everything
/// at the level info, though never what is said. Decides that in one place;
/// actors ask when they start and remember the answer.
class watch_list {
public:
  watch_list() = default;

  watch_list(const std::vector<std::string>& users,
             const std::vector<std::string>& rooms)
    : users_(users.begin(), users.end()), rooms_(rooms.begin(), rooms.end()) {
    // nop
  }

  bool has_user(std::string_view name) const {
    return !users_.empty() && users_.contains(name);
  }

  bool has_room(std::string_view name) const {
    return !rooms_.empty() && rooms_.contains(name);
  }

  /// Returns a note if `x` is from or for somebody who is watched.
  watch_note_ptr note(const packet_head& x) const {
    return users_.empty() && rooms_.empty() ? nullptr : find(x);
  }

private:
  watch_note_ptr find(const packet_head& x) const;

  std::set<std::string, std::less<>> users_;
  std::set<std::string, std::less<>> rooms_;
};

} // namespace atrium
