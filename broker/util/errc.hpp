#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

namespace atrium {

/// Everything that can go wrong with a client's request. The texts of the
/// values are the error codes of net/PROTOCOL.md, section 5.
enum class errc : std::uint8_t {
  /// No error.
  none,
  /// The frame is not one JSON object.
  bad_json,
  /// A field is missing, has the wrong type or is out of range.
  bad_request,
  /// The request's `type` is not one of the protocol's.
  unknown_type,
  /// A room name is empty, too long or has control characters.
  room_name_invalid,
  /// A user name is empty, too long or has control characters.
  user_name_invalid,
  /// Only members of the room may do that.
  not_a_member,
  /// The connection is a member of the room or is about to be.
  already_joined,
  /// The identity of the connection does not include this right.
  forbidden,
  /// The token is none, or not one of a user of this node.
  token_invalid,
  /// The token was good and is no longer.
  token_expired,
  /// Whoever decides on tokens does not answer: try again.
  auth_unavailable,
  /// Whoever decides on tokens answers, but not as agreed.
  auth_broken,
  /// The room's own logic said no.
  room_refused,
  /// The room has as many members as it may have.
  room_full,
  /// The connection is in as many rooms as it may be.
  too_many_rooms,
  /// The message is longer than the room or the node accepts.
  message_too_large,
  /// Too many requests in too short a time.
  rate_limited,
  /// The room keeps no history.
  history_off,
  /// The room does not tell who is in it.
  presence_off,
  /// The node keeps no durable messages, or the connection names no device.
  inbox_off,
  /// The bus is down and its queue of waiting messages is full, or the bus was
  /// lost while the message was on its way: it may have been delivered or not.
  bus_unavailable,
  /// No answer in time; the request may have taken effect or not.
  timeout,
  /// The room's logic has failed and lost its state; its members stay.
  room_restarted,
  /// The room has failed for good; its members have to join again.
  room_died,
  /// A defect of the node or of a custom room.
  internal,
};

/// Returns the protocol's name of `code`, e.g. `not_a_member`.
std::string_view to_string(errc code) noexcept;

/// Returns the category of `errc`, for use as `std::error_code`.
const std::error_category& error_category() noexcept;

/// Makes a `std::error_code`; found by `std::error_code`'s constructor.
std::error_code make_error_code(errc code) noexcept;

} // namespace atrium

template <>
struct std::is_error_code_enum<atrium::errc> : std::true_type {};
