#pragma once

#include <span>
#include <string_view>

namespace atrium {

/// What one value of a Redis reply is.
enum class resp_type { string, array, integer, nil, status, error };

/// One value of a reply.
struct resp_node {
  resp_type type = resp_type::nil;
  long long value = 0;   ///< An integer, or the number of items of an array.
  std::string_view text; ///< Of a string, status or error.
};

/// One whole reply, depth first: an array is followed by its items. Never
/// empty; valid until the callback that received it returns.
using resp_reply = std::span<const resp_node>;

/// Returns whether `reply` is an error, e.g. `-NOPERM ...`.
inline bool is_error(resp_reply reply) noexcept {
  return reply.front().type == resp_type::error;
}

/// Returns whether a value is a number that is not negative.
inline bool is_number(const resp_node& x) noexcept {
  return x.type == resp_type::integer && x.value >= 0;
}

/// Returns whether `reply` is of the form of all that a subscription gets:
/// three values, none of which has values of its own. They are the kind, the
/// channel, and the payload or the number of channels.
inline bool is_push(resp_reply reply) noexcept {
  return reply.size() == 4 && reply[0].value == 3
         && reply[0].type == resp_type::array;
}

/// Returns whether `reply` is a pushed message: its items are the word itself,
/// the channel and the payload.
inline bool is_message(resp_reply reply) noexcept {
  return is_push(reply)
         && (reply[1].text == "message" || reply[1].text == "smessage");
}

/// Returns whether a server may send `reply` though nobody has asked: a
/// message, or that it has given away the slot of a sharded channel.
inline bool is_unasked(resp_reply reply) noexcept {
  return is_message(reply)
         || (is_push(reply) && reply[1].text == "sunsubscribe");
}

} // namespace atrium
