#pragma once

#include "atrium/actors/requests.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What somebody may do in a room.
struct room_rights {
  bool join = false;
  bool publish = false;
  bool presence = false;
  bool history = false;
};

/// Points to one of the members of `room_rights`.
using room_right = bool room_rights::*;

/// Returns the right that tokens and options call `name`, or null.
room_right find_room_right(std::string_view name);

/// Rights in all rooms that fit a pattern (actors/util/name_pattern.hpp).
struct room_grant {
  std::string pattern;
  room_rights what;
};

/// Adds rights of a text such as `join,publish`; between them `+` will do, too.
/// Returns what is wrong, or nothing.
std::string read_rights(std::string_view text, room_rights& out);

/// Reads `PATTERN=right,right`. Returns what is wrong, or nothing; `out`
/// changes only then.
std::string read_room_grant(std::string_view text, room_grant& out);

/// What a user may do. Immutable and shared by all who may do the same.
///
/// Grants only add: somebody may do in a room what any pattern that fits its
/// name allows, whatever the order and the length of the patterns. So what an
/// operator grants to everybody holds, and a token is read one line at a time.
class rights {
public:
  /// Everything everywhere: for nodes that do not ask for tokens.
  static const std::shared_ptr<const rights>& everything();

  /// Only what needs no right.
  static const std::shared_ptr<const rights>& nothing();

  /// `common` is granted as well; may be null.
  rights(std::vector<room_grant> rooms, bool broadcast, bool send,
         std::shared_ptr<const rights> common = nullptr);

  /// Returns whether `x` is in order. Leaving, acknowledging
  /// and pinging always are.
  bool permits(const client_request& x) const;

private:
  bool granted(room_right what, std::string_view room) const;
  bool in_order(const join_request& x) const;
  bool in_order(const leave_request& x) const;
  bool in_order(const publish_request& x) const;
  bool in_order(const send_request& x) const;
  bool in_order(const broadcast_request& x) const;
  bool in_order(const ack_request& x) const;
  bool in_order(const presence_request& x) const;
  bool in_order(const history_request& x) const;
  bool in_order(const ping_request& x) const;

  std::vector<room_grant> rooms_;
  bool broadcast_;
  bool send_;
  std::shared_ptr<const rights> common_;
};

} // namespace atrium
