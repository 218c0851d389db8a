#include "atrium/broker/redis/redis_node_registry.hpp"

#include "atrium/broker/redis/node_registry_queue.hpp"
#include "atrium/broker/redis/queue_task.hpp"
#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/scripts.hpp"
#include "atrium/broker/util/handoff.hpp"
#include "atrium/broker/util/snapshot.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace atrium {

namespace {

node_registry_keys keys_of(const channel_names& names) {
  return {names.nodes() + ":beats", names.nodes() + ":reports"};
}

} // namespace

class redis_node_registry::impl final : public queue_task<node_registry_queue> {
public:
  impl(redis_client& client, redis_node_registry_config config)
    : queue_task(client, keys_of(config.names), config.timing, config.report,
                 client.log()),
      report_(std::move(config.report)),
      requests_(
        client.io(), [this] { go_on(); }, client.turns()) {
    // nop
  }

  void announce() {
    boost::asio::post(client().io(), [this] {
      if (!is_stopping())
        queue_.start(clock::now());
      go_on();
    });
  }

  void list(std::chrono::milliseconds patience, answer done) {
    auto left = requests_.leave([&](std::vector<request>& to) {
      if (to.size() >= node_registry_queue::max_waiting)
        return false;
      to.push_back({std::move(done), clock::now() + patience});
      return true;
    });
    if (!left)
      done(list_alone(report_(), "the registry takes no more requests"));
  }

  node_registry_stats stats() const {
    auto result = stats_.get();
    result.read_at = std::max(result.read_at, made_at_);
    return result;
  }

private:
  /// Somebody who wants the listing.
  struct request {
    answer done;
    clock::time_point deadline;
  };

  void take_requests(clock::time_point now) {
    for (auto& x : requests_.take())
      queue_.list(std::move(x.done), x.deadline, now);
  }

  // -- redis_task -------------------------------------------------------------

  clock::time_point work(clock::time_point now) override {
    take_requests(now);
    queue_.tick(now);
    return queue_.due();
  }

  void on_stop() override {
    queue_.leave();
  }

  void on_end(clock::time_point now) override {
    requests_.close();
    take_requests(now);
    queue_.answer_all(now);
  }

  void publish_stats() override {
    stats_.set(queue_.stats());
  }

  const clock::time_point made_at_ = clock::now();
  const std::function<node_info()> report_;
  handoff<std::vector<request>> requests_; // of any thread
  snapshot<node_registry_stats> stats_;
};

redis_node_registry::redis_node_registry(redis_client& client,
                                         redis_node_registry_config config)
  : impl_(std::make_unique<impl>(client, std::move(config))) {
  impl_->start({heartbeat_script, "node_roll_refused",
                "the registry of nodes is refused"});
}

redis_node_registry::~redis_node_registry() {
  impl_->stop({});
}

void redis_node_registry::start() {
  impl_->announce();
}

void redis_node_registry::list(std::chrono::milliseconds patience,
                               answer done) {
  impl_->list(patience, std::move(done));
}

void redis_node_registry::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

node_registry_stats redis_node_registry::stats() const {
  return impl_->stats();
}

} // namespace atrium
