#include "atrium/net/monitoring/metrics/room_families.hpp"

#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/actors/util/task_pool.hpp"

#include <chrono>

namespace atrium {

namespace {

void add_tasks(family_list& to, const environment& env) {
  auto& counts = *env.room_counts;
  to.counter(
    {"atrium_room_tasks_total", "Tasks of rooms that have an end.", "result"},
    {{value_of(counts.tasks_done), "done"},
     {value_of(counts.tasks_failed), "failed"},
     {value_of(counts.tasks_overdue), "overdue"},
     {value_of(counts.tasks_refused), "refused"},
     {value_of(counts.tasks_dropped), "dropped"}});
  auto load = env.tasks->now();
  to.gauge({"atrium_tasks_running", "Tasks that run."},
           {{value_of(load.running)}});
  to.gauge({"atrium_tasks_waiting", "Tasks that wait for a thread."},
           {{value_of(load.waiting)}});
  to.gauge({"atrium_tasks_overdue", "Tasks that run past their deadline."},
           {{value_of(load.overdue)}});
}

} // namespace

void add_rooms(family_list& to, const environment& env) {
  to.counter({"atrium_room_answers_total",
              "Messages that the logic of a room has answered."},
             {{value_of(env.room_counts->answers)}});
  to.counter({"atrium_room_restarts_total", "Rooms whose logic has failed."},
             {{value_of(env.room_counts->room_restarts)}});
  to.counter({"atrium_rooms_failed_total", "Rooms that were given up."},
             {{value_of(env.directory_counts->dead_rooms)}});
  auto slow = env.hooks->late(std::chrono::seconds{2}).size();
  to.gauge({"atrium_room_hooks_slow",
            "Hooks of rooms that have been running for over 2 seconds."},
           {{value_of(slow)}});
  add_tasks(to, env);
}

} // namespace atrium
