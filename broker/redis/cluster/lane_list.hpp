#pragma once

#include "atrium/broker/redis/cluster/cluster_links.hpp"
#include "atrium/broker/redis/cluster/server_lane.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace atrium {

/// The lanes of a `cluster_pipeline`, one for each server that it knows, by
/// number. Pure state, for one thread.
class lane_list {
public:
  using clock_function = server_lane::clock_function;

  /// A server without slots keeps its link for so long: it may have some soon.
  static constexpr std::chrono::seconds farewell{10};

  lane_list(lane_user& user, cluster_links& links, clock_function now);

  /// Returns the lane of a server, which has slots now. If it has none, a link
  /// is opened, and `is_new` is true.
  server_lane& lane_of(const cluster_server& x, bool& is_new);

  /// No server has slots, but for those that `lane_of` is called for next.
  void leave_all();

  /// Returns those without slots that nobody needs: nothing is in flight for
  /// some time, or they hang or are lost.
  std::vector<server_lane*> unused() const;

  void erase(server_lane& x);

  template <class F>
  void for_each(F&& f) const {
    for (auto& x : lanes_)
      if (x)
        f(*x);
  }

private:
  lane_user& user_;
  cluster_links& links_;
  const clock_function now_;
  std::vector<std::unique_ptr<server_lane>> lanes_; // null: a free number
};

} // namespace atrium
