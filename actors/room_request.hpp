#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace atrium {

/// What a room wants of the owner of its state (`home::one`), which is on this
/// node or another one. Between nodes a `control_packet` carries it.
///
/// The requests of a room are a stream, numbered from 1: the owner takes each
/// number once, in order, and answers in the room's channel (`room_note`, or
/// the header of the message that the request has become).
struct room_request {
  static constexpr std::string_view type = "room_request";

  enum class kind : std::uint8_t {
    hello,   ///< Without a number: is somebody there?
    join,    ///< A connection wants to be a member.
    leave,   ///< It is none any more.
    publish, ///< A message; of the back end if there is no connection.
    skip,    ///< Nothing any more; it keeps the number.
    bye,     ///< Without a number: the room ends, and all its members go.
  };

  std::string room;
  std::uint64_t stream = 0; ///< No other room of the sender's run has it.
  std::uint64_t number = 0;
  std::uint64_t first = 0; ///< The oldest without an answer.
  kind what = kind::hello;

  std::string user = {};
  std::string connection = {};
  std::shared_ptr<const std::string> info = nullptr; ///< Of who joins.

  // Of a message; checked by whoever has taken it from its sender.
  std::string data = {};
  std::string event_id = {};
  std::string trace_id = {};
  std::string traceparent = {};
  bool echo = true;
  bool is_chosen_id = false; ///< The event id may come again.

  /// Of the ownership that the sender knows: an owner of an older one is none.
  std::uint64_t token = 0;

  /// Bytes, for queues.
  std::size_t size() const {
    constexpr std::size_t around = 200;
    return around + room.size() + user.size() + connection.size()
           + (info ? info->size() : 0) + data.size() + event_id.size()
           + trace_id.size() + traceparent.size();
  }
};

} // namespace atrium
