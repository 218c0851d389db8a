#pragma once

#include "atrium/actors/replies.hpp"
#include "atrium/actors/room_request.hpp"
#include "atrium/actors/user_command.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace atrium {

/// What one node asks others.
struct survey {
  std::string kind; ///< Such as "room".
  std::string name;
};

/// A survey on its way.
struct survey_request {
  static constexpr std::string_view type = "survey_request";

  std::uint64_t id = 0; ///< Among those of its node.
  survey what;
};

/// What one node answers.
struct survey_response {
  static constexpr std::string_view type = "survey_response";

  std::uint64_t id = 0; ///< Of the request.
  std::string node;     ///< Who answers.
  std::string json;     ///< One JSON value; empty: nothing of that name.
};

/// Closes a connection of the node that gets it.
struct disconnect_command {
  static constexpr std::string_view type = "disconnect";

  std::string connection;
  close_code why = close_code::disconnected;
};

/// Asks whether the client of a connection is still there.
struct probe_request {
  static constexpr std::string_view type = "probe_request";

  std::string connection;
  std::string requester; ///< The connection that wants to know.
};

/// Says whether it is.
struct probe_response {
  static constexpr std::string_view type = "probe_response";

  std::string connection;
  std::string requester;
  bool alive = false;
};

/// What nodes say to each other. JSON on the wire, so that a newer node can add
/// members: a reader skips those that it does not know.
struct control_packet {
  /// A packet with another one is dropped.
  static constexpr std::uint64_t version = 1;

  using content
    = std::variant<survey_request, survey_response, disconnect_command,
                   probe_request, probe_response, user_command,
                   close_room_command, room_request>;

  std::string run; ///< Of the node that says it.
  content what;
};

/// Why a packet cannot be used.
enum class control_packet_error : std::uint8_t {
  unknown, ///< Of another version or type.
  malformed,
};

/// The longest survey, its kind and name together, and the longest answer.
inline constexpr std::size_t max_survey_bytes = 4'096;
inline constexpr std::size_t max_response_bytes = std::size_t{256} << 10;

/// Returns the text of an answer that is only an error.
std::string error_response(std::string_view code);

/// Returns `json` as it may be sent: one JSON value that is not too long, else
/// an error in its place; empty if it is empty.
std::string fit_response(std::string json);

/// Returns the text of a packet; a `survey_response` in it has a
/// `fit_response`. Names that are not UTF-8 are sent empty.
std::string encode(const control_packet& x);

/// Reads a packet; any bytes will do. A `room_request` may have a message of so
/// many bytes; other packets have a bound of their own.
std::variant<control_packet, control_packet_error>
decode_control_packet(std::string_view bytes, std::size_t longest_message = 0);

} // namespace atrium
