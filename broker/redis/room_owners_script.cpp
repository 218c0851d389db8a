#include "atrium/broker/redis/room_owners_script.hpp"

#include "atrium/broker/redis/history_script.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <algorithm>
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

// In front of the names of fields, which share a hash with `t` and `n`.
constexpr std::string_view field_prefix = ":";

std::string field_of(const std::string& name) {
  return std::string{field_prefix} + name;
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
  history_call log{x.sha, x.channel, x.incarnation, what.history, x.publish};
  auto keys = 1 + history_keys({});
  auto& changes = what.changes;
  auto values = changes.size()
                - static_cast<std::size_t>(
                  std::ranges::count(changes, nullptr, &room_field::value));
  append_command_head(out, 3 + keys + 4 + history_arguments({}) + 2 + values
                             + changes.size() + 2 * what.packets.size());
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, std::to_string(keys));
  append_argument(out, fence_key(x.channel));
  append_history_keys(out, log, {});
  append_argument(out, "say");
  append_argument(out, std::to_string(x.token));
  append_argument(out, std::to_string(what.ttl.count()));
  append_argument(out, std::to_string(what.number));
  append_history_arguments(out, log, {});
  append_argument(out, std::to_string(values));
  append_argument(out, std::to_string(changes.size() - values));
  for (auto& [name, value] : changes)
    if (value) {
      append_argument(out, field_of(name));
      append_argument(out, *value);
    }
  for (auto& [name, value] : changes)
    if (!value)
      append_argument(out, field_of(name));
  for (auto& packet : what.packets) {
    append_argument(out, packet.is_kept && what.history.is_on() ? "1" : "");
    append_argument(out, *packet.bytes);
  }
}

std::optional<room_opening> read_room_opening(resp_reply reply) {
  auto result = read_fencing(reply);
  if (!result || reply.size() % 2 != 0)
    return std::nullopt;
  room_opening opening{*result};
  opening.state.reserve(reply.size() / 2);
  for (auto rest = reply.subspan(2); !rest.empty(); rest = rest.subspan(2)) {
    auto name = rest[0].text;
    if (name.starts_with(field_prefix))
      opening.state.push_back(
        {std::string{name.substr(field_prefix.size())},
         std::make_shared<const std::string>(rest[1].text)});
  }
  return opening;
}

std::optional<fencing> read_room_word(resp_reply reply) {
  return reply.size() == 2 ? read_fencing(reply) : std::nullopt;
}

} // namespace atrium
