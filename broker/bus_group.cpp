#include "atrium/broker/bus_group.hpp"

#include <utility>

namespace atrium {

namespace {

void add(bus_stats& sum, bus_stats x) {
  sum.connected = sum.connected && x.connected;
  sum.publishes = sum.publishes && x.publishes;
  sum.subscribes = sum.subscribes && x.subscribes;
  sum.takes_writes = sum.takes_writes && x.takes_writes;
  if (sum.trouble.empty())
    sum.trouble = std::move(x.trouble);
  sum.published += x.published;
  sum.carried += x.carried;
  sum.rejected += x.rejected;
  sum.failed += x.failed;
  sum.received += x.received;
  sum.reconnects += x.reconnects;
  sum.pending += x.pending;
  sum.pending_bytes += x.pending_bytes;
  sum.subscriptions += x.subscriptions;
}

} // namespace

bus_group::bus_group(std::vector<std::shared_ptr<bus>> members)
  : members_(std::move(members)) {
  // nop
}

void bus_group::stop() {
  for (auto& x : members_)
    x->stop();
}

bus_stats bus_group::stats() const {
  auto result = members_.front()->stats();
  for (std::size_t i = 1; i < members_.size(); ++i)
    add(result, members_[i]->stats());
  return result;
}

} // namespace atrium
