#include "atrium/broker/redis/lease_script.hpp"

#include "atrium/broker/redis/leased_room.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <algorithm>

namespace atrium {

namespace {

// A node that has more to clean up than that gets the next ones when it has
// finished some.
constexpr std::string_view most_claims = "8";

bool is_text(const resp_node& x) {
  return x.type == resp_type::string;
}

} // namespace

void append_lease_call(std::string& out, const lease_call& x) {
  constexpr std::size_t fixed_args = 3 + 5 + 6; // EVALSHA, keys, arguments
  append_command_head(out, fixed_args + 2 * x.emptied.size());
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, std::to_string(5 + x.emptied.size()));
  auto nodes = x.names.nodes();
  for (auto key : {":leases", ":claims", ":dead", ":seen"})
    append_argument(out, nodes + key);
  append_argument(out, leased_rooms_key(x.names, x.held));
  for (auto& id : x.emptied)
    append_argument(out, leased_rooms_key(x.names, id));
  append_argument(out, x.held);
  append_argument(out, x.fresh);
  append_argument(out, std::to_string(x.lease.count()));
  append_argument(out, std::to_string(x.told.count()));
  append_argument(out, most_claims);
  append_argument(out, x.stops ? "1" : "");
  for (auto& id : x.emptied)
    append_argument(out, id);
}

std::optional<lease_answer> read_lease_answer(resp_reply reply) {
  if (reply.size() < 4 || reply[0].type != resp_type::array
      || !is_text(reply[1]) || !is_number(reply[2]) || !is_number(reply[3]))
    return std::nullopt;
  auto rest = reply.subspan(4);
  auto claims = static_cast<std::size_t>(reply[2].value);
  if (claims > rest.size() || !std::ranges::all_of(rest, is_text))
    return std::nullopt;
  lease_answer result;
  result.id = reply[1].text;
  result.next_end = std::chrono::milliseconds{reply[3].value};
  for (auto& x : rest.first(claims))
    result.claimed.emplace_back(x.text);
  for (auto& x : rest.subspan(claims))
    result.dead_runs.emplace_back(x.text);
  return result;
}

} // namespace atrium
