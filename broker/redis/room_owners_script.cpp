#include "atrium/broker/redis/room_owners_script.hpp"

#include "atrium/broker/redis/history_script.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <memory>

namespace atrium {

namespace {

void append_owner_head(std::string& out, const room_owner_call& x,
                       std::string_view action, std::size_t more) {
  append_command_head(out, 10 + more);
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, "4");
  auto nodes = x.names.nodes();
  for (auto key : {":leases", ":seen", ":owners", ":token"})
    append_argument(out, nodes + key);
  append_argument(out, action);
  append_argument(out, x.room);
  append_argument(out, std::to_string(x.lease.count()));
}

std::string fence_key(std::string_view channel) {
  return std::string{channel} + ":own";
}

// Returns whether an answer is of this form, and what it says first.
std::optional<fencing> read_fencing(resp_reply reply) {
  if (reply.size() < 2 || reply[0].type != resp_type::array)
    return std::nullopt;
  if (reply[1].text == "passed")
    return fencing::passed;
  if (reply[1].text == "fenced")
    return fencing::fenced;
  return std::nullopt;
}

} // namespace

void append_owner_find(std::string& out, const room_owner_call& x,
                       std::span<const std::string> candidates) {
  append_owner_head(out, x, "find", candidates.size());
  for (auto& run : candidates)
    append_argument(out, run);
}

void append_owner_move(std::string& out, const room_owner_call& x,
                       std::uint64_t token, std::string_view to) {
  append_owner_head(out, x, "move", 2);
  append_argument(out, std::to_string(token));
  append_argument(out, to);
}

void append_owner_release(std::string& out, const room_owner_call& x,
                          std::uint64_t token) {
  append_owner_head(out, x, "release", 1);
  append_argument(out, std::to_string(token));
}

std::optional<ownership> read_ownership(resp_reply reply) {
  if (reply.size() != 3 || reply[0].type != resp_type::array
      || reply[1].type != resp_type::string || !is_number(reply[2]))
    return std::nullopt;
  return ownership{std::string{reply[1].text},
                   static_cast<std::uint64_t>(reply[2].value)};
}

void append_room_open(std::string& out, const room_word_call& x,
                      std::chrono::seconds ttl) {
  append_command(out, {"EVALSHA", x.sha, "1", fence_key(x.channel), "open",
                       std::to_string(x.token), std::to_string(ttl.count())});
}

void append_room_say(std::string& out, const room_word_call& x,
                     const room_word& what) {
  history_call log{x.sha, x.channel, x.incarnation, what.history};
  history_message message{what.event_id, {}, what.is_chosen};
  std::span<const history_message> messages{&message, 1};
  if (what.packet)
    message.packet = *what.packet;
  auto keeps = what.packet && what.history.is_on();
  auto keys = 1 + (keeps ? history_keys(messages) : 0);
  append_command_head(out,
                      3 + keys + 7 + (keeps ? history_arguments(messages) : 2));
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, std::to_string(keys));
  append_argument(out, fence_key(x.channel));
  if (keeps)
    append_history_keys(out, log, messages);
  append_argument(out, "say");
  append_argument(out, std::to_string(x.token));
  append_argument(out, std::to_string(what.ttl.count()));
  append_argument(out, std::to_string(what.number));
  append_argument(out, what.state ? "1" : "");
  append_argument(out, what.state ? std::string_view{*what.state} : "");
  if (keeps) {
    append_argument(out, "keep");
    append_history_arguments(out, log, messages);
    return;
  }
  append_argument(out, what.packet ? "PUBLISH" : "");
  append_argument(out, x.channel);
  append_argument(out, message.packet);
}

std::optional<room_opening> read_room_opening(resp_reply reply) {
  auto result = read_fencing(reply);
  if (!result || reply.size() > 3)
    return std::nullopt;
  room_opening opening{*result};
  if (reply.size() == 3)
    opening.state = std::make_shared<const std::string>(reply[2].text);
  return opening;
}

std::optional<word_receipt> read_word_receipt(resp_reply reply) {
  auto result = read_fencing(reply);
  if (!result)
    return std::nullopt;
  word_receipt receipt{*result};
  if (reply.size() == 2)
    return receipt;
  if (reply.size() != 5 || !is_number(reply[3]) || !is_number(reply[4]))
    return std::nullopt;
  receipt.at = position{std::string{reply[2].text},
                        static_cast<std::uint64_t>(reply[3].value)};
  receipt.is_known = reply[4].value == 1;
  return receipt;
}

} // namespace atrium
