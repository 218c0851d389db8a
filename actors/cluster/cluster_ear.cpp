#include "atrium/actors/cluster/cluster_ear.hpp"

#include "atrium/actors/cluster/cluster_desk.hpp"
#include "atrium/actors/cluster_interface.hpp"
#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace {

// Of packets that wait for the desk.
constexpr std::size_t max_waiting_bytes = std::size_t{16} << 20;

// The end on the bus's thread: does nothing but put messages into the mailbox.
class cluster_ear final : public subscriber {
public:
  cluster_ear(cluster_actor desk, std::shared_ptr<cluster_counters> counters)
    : desk_(std::move(desk)), counters_(std::move(counters)) {
    // nop
  }

  void on_subscribed() override {
    // nop
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    std::size_t size = 0;
    for (auto& x : batch)
      size += x->size() + 1;
    if (!queue_->try_acquire(size)) {
      counters_->node_packet_drops += batch.size();
      return;
    }
    caf::anon_send(desk_, node_packets{std::move(batch), permit{queue_, size}});
  }

  void on_gap(unix_time, unix_time) override {
    // nop: who has missed a question is named as silent
  }

  void on_refused(const std::string& reason) override {
    log::warn("cluster_refused", {{"error", reason}}, "cluster has no channel");
  }

private:
  cluster_actor desk_;
  std::shared_ptr<cluster_counters> counters_;
  std::shared_ptr<semaphore> queue_
    = std::make_shared<semaphore>(max_waiting_bytes);
};

} // namespace

std::shared_ptr<subscriber> make_cluster_ear(cluster_actor desk,
                                             const environment& env) {
  return std::make_shared<cluster_ear>(std::move(desk), env.cluster_counts);
}

} // namespace atrium
