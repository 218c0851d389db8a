#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::bench {

/// What a text from the server means to the generator.
enum class signal {
  none,
  ready, ///< The connection may be used.
  joined,
  left,
  message,
  told,   ///< Of who is in a room.
  failed, ///< A request was refused.
  ping,   ///< To be answered with `dialect::pong`.
};

/// A place in the history of a room.
struct room_position {
  std::string epoch;
  std::uint64_t offset = 0;
};

/// Where a message stands in the history of its room.
struct message_place {
  // Without `before` the message follows the one with the number below.
  message_place(std::uint64_t at = 0) // NOLINT(google-explicit-constructor)
    : message_place(at, at == 0 ? 0 : at - 1) {
    // nop
  }

  message_place(std::uint64_t at, std::uint64_t before)
    : offset(at), previous(before) {
    // nop
  }

  std::uint64_t offset;   ///< 0: it has no place.
  std::uint64_t previous; ///< Offset of the message before it.
};

/// Somebody has come into a room or has left it.
struct member_change {
  std::string_view what;
  std::string_view user;
};

/// The few messages of a server's protocol that the generator needs. Names and
/// data are such that they need no escaping; `data` is a JSON string.
class dialect {
public:
  virtual ~dialect() = default;

  /// What to request in the upgrade of a user's connection.
  virtual std::string target(const std::string& path,
                             const std::string& user) const;

  /// What the client says first; often nothing.
  virtual std::string greeting() const {
    return {};
  }

  /// Whether the server says when a connection is ready.
  virtual bool welcomes() const {
    return true;
  }

  /// Whether who publishes in a room is one of those who get the message.
  virtual bool echoes() const {
    return true;
  }

  /// Whether a text may hold several messages, one per line.
  virtual bool packs_lines() const {
    return false;
  }

  virtual std::string pong() const {
    return {};
  }

  virtual signal classify(std::string_view text) const = 0;

  /// Returns the place of a message; of offset 0 if it has none, or if the
  /// room's history is of no interest.
  virtual message_place place_of(std::string_view message) const;

  /// Reads from an answer to `join` or `rejoin` where the messages that follow
  /// begin; nothing if the room has no history.
  virtual std::optional<room_position>
  position_of(std::string_view joined) const;

  /// Whether the answer to `rejoin` says that messages are gone.
  virtual bool is_lost(std::string_view joined) const;

  /// Returns the messages that the answer to `rejoin` itself has.
  virtual std::vector<std::string_view>
  missed_in(std::string_view joined) const;

  /// Returns how many the answer to `who_is_in` says there are; nothing if the
  /// text is another.
  virtual std::optional<std::uint64_t> present_in(std::string_view told) const;

  /// Reads who has come or gone; both parts are empty if nobody has.
  virtual member_change change_in(std::string_view told) const;

  /// `welcome` is what the server has said of the connection; empty if nothing.
  virtual std::string join(const std::string& room,
                           std::string_view welcome) const = 0;

  /// These return nothing if the server cannot do it.
  virtual std::string rejoin(const std::string& room,
                             const room_position& since) const;
  virtual std::string leave(const std::string& room) const;
  virtual std::string who_is_in(const std::string& room) const;
  virtual std::string publish(const std::string& room,
                              const std::string& data) const = 0;
  virtual std::string send(const std::string& user,
                           const std::string& data) const;
  virtual std::string broadcast(const std::string& data) const;
};

} // namespace atrium::bench
