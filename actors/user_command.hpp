#pragma once

#include "atrium/actors/replies.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/util/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace atrium {

/// What a back end does to the connections of a user, on whatever nodes they
/// are.
struct user_command {
  static constexpr std::string_view type = "user_command";

  /// Of the reason of a close: what fits into a close frame (RFC 6455, 5.5).
  static constexpr std::size_t max_reason_bytes = 123;

  static constexpr std::size_t max_spared = 256;

  /// As if they had asked to join, but no right is needed, and the client hears
  /// only of success. It gives no right to publish.
  struct join {
    std::string room;
  };

  struct leave {
    std::string room;
  };

  struct close {
    close_code code = close_code::disconnected;
    std::string reason;
  };

  /// The connection ends at another time than its token says; the rights stay.
  struct renew {
    unix_time expires = never;
    bool expired = false; ///< It ends now, with 4001.
  };

  using act = std::variant<join, leave, close, renew>;

  std::string user;
  std::string connection;          ///< Its id; empty: all of the user.
  std::vector<std::string> spared; ///< Ids of connections left alone.
  act what;

  /// Whether it is about the connection of the user called `id`.
  bool concerns(std::string_view id) const;
};

/// Has the members of a room leave it, on all nodes, and the room end.
struct close_room_command {
  static constexpr std::string_view type = "close_room";

  std::string room;
};

/// Returns whether a back end may close a connection with `code`: those of
/// `close_code`, and 4000 to 4999, which mean whatever it likes.
bool is_command_code(std::uint64_t code) noexcept;

/// Returns whether a node would carry `x` out: names are names, the code is one
/// (`is_command_code`), the reason is short and UTF-8, as are the ids, which
/// have no spaces.
bool is_in_order(const user_command& x) noexcept;

// -- how they travel on a node ------------------------------------------------

/// To the directory, which passes it on to the user, if they are here.
struct command_user {
  user_command what;
  permit held; ///< Keeps the place of the packet it came in.
};

/// To a connection of the user.
struct command_connection {
  user_command::act what;
  permit held;
};

/// To the directory: nobody is in this room any more.
struct close_room {
  std::string room;
  permit held;
};

} // namespace atrium
