#include "atrium/broker/redis/limiter_script.hpp"

#include "atrium/broker/redis/resp.hpp"

#include <algorithm>
#include <charconv>

namespace atrium {

namespace {

std::string_view policy_of(const limiter_call& x) {
  if (x.asks)
    return "ask";
  return x.config.policy == surplus_policy::reject ? "reject" : "kick_oldest";
}

} // namespace

std::uint64_t own_number(const limiter_config& of, std::string_view id) {
  auto& node = of.node;
  if (!id.starts_with(node) || id.size() <= node.size()
      || id[node.size()] != '-')
    return 0;
  std::uint64_t result = 0;
  std::from_chars(id.data() + node.size() + 1, id.data() + id.size(), result);
  return result;
}

std::int64_t read_since(std::string_view text) {
  std::int64_t result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

// Silent connections and dead runs are one list: an id of a connection has a
// dash, a run has none.
void append_limiter_call(std::string& out, const limiter_call& x) {
  constexpr std::size_t fixed_args = 8; // EVALSHA to the length of the list
  auto listed = x.silent.size() + x.dead_runs.size();
  append_command_head(out, fixed_args + listed + 2 * x.leases);
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, "1");
  append_argument(out, x.key);
  append_argument(out, std::to_string(x.lease.count()));
  append_argument(out, std::to_string(x.config.most));
  append_argument(out, policy_of(x));
  append_argument(out, std::to_string(listed));
  for (auto list : {x.silent, x.dead_runs})
    for (auto& word : list)
      append_argument(out, word);
}

void append_newcomer(std::string& out, std::string_view id) {
  append_argument(out, id);
  append_argument(out, "");
}

void append_lease(std::string& out, std::string_view id,
                  const user_connections::lease& x,
                  user_connections::clock::time_point now) {
  using std::chrono::milliseconds;
  // A negative number is an age: the script adds it to the time of Redis.
  auto age = std::chrono::floor<milliseconds>(now - x.came);
  append_argument(out, id);
  append_argument(out, std::to_string(x.since != 0 ? x.since : -age.count()));
}

} // namespace atrium
