#include "atrium/actors/util/frugal_scheduler.hpp"

#include <caf/detail/set_thread_name.hpp>
#include <caf/logger.hpp>

namespace atrium {

frugal_scheduler::frugal_scheduler(caf::actor_system& system)
  : super(system), clock_(super::clock()) {
  // nop
}

caf::actor_system::module* frugal_scheduler::make(caf::actor_system& system,
                                                  caf::detail::type_list<>) {
  return new frugal_scheduler(system); // the system owns its modules
}

void frugal_scheduler::start() {
  super::start();
  thread_ = std::thread{[this] { run_clock(); }};
}

void frugal_scheduler::run_clock() {
  CAF_SET_LOGGER_SYS(&system());
  caf::detail::set_thread_name("atrium-clock");
  system().thread_started();
  clock_.run();
  system().thread_terminates();
}

// Before the workers, or a message might come due that none of them takes.
void frugal_scheduler::stop() {
  clock_.stop();
  thread_.join();
  super::stop();
}

} // namespace atrium
