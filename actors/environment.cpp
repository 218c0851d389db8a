#include "atrium/actors/environment.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/connection_limiter.hpp"

#include <charconv>

namespace atrium {

environment::environment()
  : delivery_counts(std::make_shared<delivery_counters>()),
    room_counts(std::make_shared<room_counters>()),
    user_counts(std::make_shared<user_counters>()),
    directory_counts(std::make_shared<directory_counters>()),
    cluster_counts(std::make_shared<cluster_counters>()),
    events(std::make_shared<event_log>()),
    backlogs(std::make_shared<struct backlogs>()),
    bus_queue(std::make_shared<semaphore>(limits->bus_queue)),
    hooks(std::make_shared<hook_watch>()),
    rooms(std::make_shared<room_types>()),
    tasks(std::make_shared<task_pool>(2, 1'000)) {
  // nop
}

environment::~environment() = default;

std::string connection_id(const environment& env, actor_number number) {
  return env.run_id + '-' + std::to_string(number);
}

std::string_view run_of(std::string_view id) {
  return id.substr(0, id.rfind('-'));
}

message_source::place place_of(const environment& env, std::string_view run) {
  if (run.empty())
    return message_source::place::unknown;
  // An id of a connection will do: the run is what it begins with.
  auto own = run.substr(0, run.find('-')) == env.run_id;
  return own ? message_source::place::here : message_source::place::elsewhere;
}

actor_number connection_number(const environment& env, std::string_view id) {
  auto& run = env.run_id;
  if (!id.starts_with(run) || id.size() <= run.size() || id[run.size()] != '-')
    return 0;
  id.remove_prefix(run.size() + 1);
  // The id may come from another node or an operator: a number with anything
  // behind it names nobody.
  actor_number result = 0;
  auto end = id.data() + id.size();
  auto [at, error] = std::from_chars(id.data(), end, result);
  return error == std::errc{} && at == end ? result : 0;
}

} // namespace atrium
