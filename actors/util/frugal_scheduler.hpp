#pragma once

#include "atrium/actors/util/frugal_clock.hpp"

#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <thread>

namespace atrium {

/// CAF's scheduler with the policy "sharing" and a `frugal_clock`. To be
/// `load`ed by the configuration of an actor system.
class frugal_scheduler final
  : public caf::scheduler::coordinator<caf::policy::work_sharing> {
public:
  using super = caf::scheduler::coordinator<caf::policy::work_sharing>;

  explicit frugal_scheduler(caf::actor_system& system);

  static caf::actor_system::module* make(caf::actor_system& system,
                                         caf::detail::type_list<>);

  frugal_clock& clock() noexcept override {
    return clock_;
  }

protected:
  void start() override;
  void stop() override;

private:
  void run_clock();

  frugal_clock clock_;
  std::thread thread_; // of the clock
};

} // namespace atrium
