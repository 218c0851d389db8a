#include "atrium/actors/cluster/survey_callback.hpp"

#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/log/log.hpp"

#include <utility>

namespace atrium {

struct survey_callback::state {
  state(function f, permit held) : done(std::move(f)), held(std::move(held)) {
    // nop
  }

  state(const state&) = delete;
  state& operator=(const state&) = delete;

  // Whoever loses the last copy answers with it: no survey ends in silence.
  ~state() {
    tell({{}, {}, "the node stops"});
  }

  void tell(survey_result x) noexcept {
    auto f = std::exchange(done, nullptr);
    // Before the call, so that a callback may start the next survey.
    held = {};
    if (!f)
      return;
    // The destructor calls this, too, and must not throw.
    try {
      f(std::move(x));
    } catch (const std::exception& e) {
      log::error("cluster_callback_failed", {{"error", e.what()}},
                 "cluster has told somebody who throws");
    }
  }

  function done;
  permit held;
};

survey_callback::survey_callback(function f, permit held)
  : state_(std::make_shared<state>(std::move(f), std::move(held))) {
  // nop
}

void survey_callback::tell(survey_result x) const {
  state_->tell(std::move(x));
}

} // namespace atrium
