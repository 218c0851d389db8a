#include "atrium/actors/environment.hpp"

#include <charconv>

namespace atrium {

std::string connection_id(const environment& env, actor_number number) {
  return env.run_id + '-' + std::to_string(number);
}

origin::place place_of(const environment& env, std::string_view run) {
  if (run.empty())
    return origin::place::unknown;
  auto own = run.substr(0, run.find('-')) == env.run_id;
  return own ? origin::place::here : origin::place::elsewhere;
}

actor_number connection_number(const environment& env, std::string_view id) {
  auto& run = env.run_id;
  if (!id.starts_with(run) || id.size() <= run.size() || id[run.size()] != '-')
    return 0;
  id.remove_prefix(run.size() + 1);
  actor_number result = 0;
  auto end = id.data() + id.size();
  auto [at, error] = std::from_chars(id.data(), end, result);
  return error == std::errc{} && at == end ? result : 0;
}

} // namespace atrium
