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

void add(history_stats& sum, const history_stats& x) {
  sum.stored += x.stored;
  sum.duplicates += x.duplicates;
  sum.reads += x.reads;
  sum.read += x.read;
  sum.lost += x.lost;
  sum.failed += x.failed;
  sum.evicted += x.evicted;
  sum.bytes += x.bytes;
}

/// The logs of several buses, which lead to the same histories.
class log_group final : public history_log {
public:
  /// There is at least one.
  explicit log_group(std::vector<history_log*> members)
    : members_(std::move(members)) {
    // nop
  }

  void append(std::string channel, log_entry what,
              bus::receipt_handler done) override {
    members_.front()->append(std::move(channel), std::move(what),
                             std::move(done));
  }

  void read(std::string channel, history_query what,
            page_handler done) override {
    members_.front()->read(std::move(channel), std::move(what),
                           std::move(done));
  }

  void remove(std::string channel, std::function<void(errc)> done) override {
    members_.front()->remove(std::move(channel), std::move(done));
  }

  history_stats stats() const override {
    history_stats result;
    for (auto* x : members_)
      add(result, x->stats());
    return result;
  }

private:
  const std::vector<history_log*> members_;
};

std::unique_ptr<history_log>
group_logs(const std::vector<std::shared_ptr<bus>>& members) {
  std::vector<history_log*> logs;
  for (auto& x : members)
    if (auto* log = x->history())
      logs.push_back(log);
  return logs.empty() ? nullptr : std::make_unique<log_group>(std::move(logs));
}

} // namespace

bus_group::bus_group(std::vector<std::shared_ptr<bus>> members)
  : members_(std::move(members)), history_(group_logs(members_)) {
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
