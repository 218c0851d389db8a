#include "atrium/actors/environment.hpp"

#include <charconv>

namespace atrium {

std::string connection_id(const environment& env, actor_number number) {
  return env.run_id + '-' + std::to_string(number);
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
