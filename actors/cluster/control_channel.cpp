#include "atrium/actors/cluster/control_channel.hpp"

#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace atrium {

namespace {

// Of packets that wait for the actor, or of two as large as they may be.
constexpr std::size_t max_waiting_bytes = std::size_t{16} << 20;

// The end on the bus's thread: does nothing but put messages into the mailbox.
class control_subscriber final : public subscriber {
public:
  control_subscriber(cluster_actor to, const environment& env)
    : to_(std::move(to)),
      counters_(env.cluster_counts),
      queue_(std::make_shared<semaphore>(
        std::max(max_waiting_bytes, 2 * env.limits->message_bytes))) {
    // nop
  }

  void on_subscribed() override {
    // nop
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    std::size_t size = 0;
    for (auto& x : batch)
      // One more each: packets without bytes have a bound, too.
      size += x->size() + 1;
    // Dropped without a gap: whoever asks waits for a limited time.
    if (!queue_->try_acquire(size)) {
      counters_->node_packet_drops += batch.size();
      return;
    }
    caf::anon_send(to_,
                   control_packets{std::move(batch), permit{queue_, size}});
  }

  void on_gap(unix_time, unix_time) override {
    // nop: who has missed a survey is named as silent
  }

  void on_refused(const std::string& reason) override {
    log::warn("cluster_refused", {{"error", reason}}, "cluster has no channel");
  }

private:
  cluster_actor to_;
  std::shared_ptr<cluster_counters> counters_;
  std::shared_ptr<semaphore> queue_;
};

void send(bus& by, const environment& env, std::string channel,
          control_packet::content what, bus::receipt_handler done) {
  by.publish(
    std::move(channel),
    std::make_shared<const std::string>(encode({env.run_id, std::move(what)})),
    std::move(done));
}

} // namespace

control_channel::control_channel(const environment& env, bus& by,
                                 const cluster_actor& to) {
  // One listener for both, so that one queue bounds both channels.
  auto listener = std::make_shared<control_subscriber>(to, env);
  // Not waited for: a survey that comes before the bus has acknowledged is
  // lost, and the other node names this one as silent.
  all_ = by.subscribe(env.names.nodes(), listener);
  own_ = by.subscribe(env.names.node(env.run_id), listener);
}

void send_to_all(const environment& env, control_packet::content what,
                 bus::receipt_handler done) {
  send(*env.bus, env, env.names.nodes(), std::move(what), std::move(done));
}

void send_to_node(const environment& env, std::string_view run,
                  control_packet::content what) {
  send_to_node(*env.bus, env, run, std::move(what));
}

void send_to_node(bus& by, const environment& env, std::string_view run,
                  control_packet::content what) {
  send(by, env, env.names.node(run), std::move(what),
       [](const publish_receipt&) {
         // nop
       });
}

void send_to_node(const environment& env, std::string_view run,
                  control_packet::content what, bus::receipt_handler done) {
  send(*env.bus, env, env.names.node(run), std::move(what), std::move(done));
}

} // namespace atrium
