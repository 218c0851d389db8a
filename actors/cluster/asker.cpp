#include "atrium/actors/cluster/asker.hpp"

#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/log/log.hpp"

#include <utility>

namespace atrium {

struct asker::state {
  state(function f, permit held) : done(std::move(f)), held(std::move(held)) {
    // nop
  }

  state(const state&) = delete;
  state& operator=(const state&) = delete;

  ~state() {
    tell({{}, {}, "the node stops"});
  }

  void tell(cluster_answer x) noexcept {
    auto f = std::exchange(done, nullptr);
    held = {};
    if (!f)
      return;
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

asker::asker(function f, permit held)
  : state_(std::make_shared<state>(std::move(f), std::move(held))) {
  // nop
}

void asker::tell(cluster_answer x) const {
  state_->tell(std::move(x));
}

} // namespace atrium
