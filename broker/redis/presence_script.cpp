#include "atrium/broker/redis/presence_script.hpp"

#include "atrium/broker/redis/leased_room.hpp"

#include <charconv>

namespace atrium {

namespace {

// Takes a number and the space behind it off the front.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t result = 0;
  auto* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, result);
  if (error != std::errc{} || at == end || *at != ' ' || result < 0)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
  return result;
}

void append_value(std::string& out, const presence_book::change& x,
                  presence_mode mode) {
  if (x.connections == 0)
    return append_argument(out, "");
  if (mode != presence_mode::full)
    return append_argument(out, "1");
  auto value = std::to_string(x.connections) + ' '
               + std::to_string(x.since.time_since_epoch().count()) + ' ';
  if (x.info)
    value += *x.info;
  append_argument(out, value);
}

} // namespace

std::string presence_key(std::string_view channel) {
  return std::string{channel} + ":presence";
}

std::string presence_users_key(std::string_view channel) {
  return std::string{channel} + ":users";
}

void append_presence_call(std::string& out, const presence_call& x,
                          std::span<const presence_book::change> changes) {
  constexpr std::size_t fixed_args
    = 10; // EVALSHA to the command that publishes, two keys
  append_command_head(out, fixed_args + 2 * changes.size());
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, "2");
  append_argument(out, presence_key(x.where.channel));
  append_argument(out, presence_users_key(x.where.channel));
  append_argument(out, x.lease_id);
  append_argument(out, x.where.name);
  append_argument(out, x.where.channel);
  append_argument(out, letter_of(x.where.mode));
  append_argument(out, x.publish);
  for (auto& one : changes) {
    append_argument(out, one.user);
    append_value(out, one, x.where.mode);
  }
}

std::optional<presence_outcome> read_presence_outcome(resp_reply reply) {
  if (reply.size() != 4)
    return std::nullopt;
  for (auto& x : reply.subspan(1))
    if (!is_number(x))
      return std::nullopt;
  auto number
    = [&](std::size_t i) { return static_cast<std::size_t>(reply[i].value); };
  return presence_outcome{number(1), number(2), number(3)};
}

std::optional<presence_entry> read_presence_entry(std::string_view field,
                                                  std::string_view value) {
  auto end = field.find('/');
  if (end == field.npos)
    return std::nullopt;
  auto connections = take_number(value);
  auto since = connections ? take_number(value) : std::nullopt;
  if (!since)
    return std::nullopt;
  return presence_entry{field.substr(0, end), field.substr(end + 1),
                        static_cast<std::size_t>(*connections),
                        unix_time{std::chrono::milliseconds{*since}}, value};
}

} // namespace atrium
