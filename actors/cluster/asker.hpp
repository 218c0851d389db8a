#pragma once

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/actors/util/permit.hpp"

namespace atrium {

/// Who waits for an answer. Told exactly once: when the last copy goes at the
/// latest, then that the node stops.
class asker {
public:
  using function = std::function<void(cluster_answer)>;

  asker() = default;

  asker(function f, permit held);

  void tell(cluster_answer x) const;

private:
  struct state;

  std::shared_ptr<state> state_;
};

} // namespace atrium
