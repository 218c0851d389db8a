#include "atrium/broker/redis/redis_lease.hpp"

#include "atrium/broker/redis/lease_reaper.hpp"
#include "atrium/broker/redis/queue_caller.hpp"
#include "atrium/broker/redis/queue_task.hpp"
#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/scripts.hpp"
#include "atrium/broker/util/snapshot.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace atrium {

class redis_lease::impl final : public queue_task<lease_queue> {
public:
  impl(redis_client& client, redis_lease_config config)
    : queue_task(client, client, config.names, std::move(config.run),
                 config.timing),
      reaper_(client, std::move(config.names),
              [this](const std::string& id) {
                queue_.on_emptied(id, clock::now());
                go_on_soon();
              }),
      reaping_(client, reaper_) {
    // nop
  }

  void add(lease_user& who) {
    boost::asio::post(client().io(), [this, &who] { queue_.add(who); });
  }

  void remove(lease_user& who) {
    queue_.remove(who);
  }

  void inherit_by(lease_heir* who) {
    if (who == nullptr)
      return reaper_.inherit_by(nullptr);
    boost::asio::post(client().io(), [this, who] { reaper_.inherit_by(who); });
  }

  void inherited(const std::string& lease_id) {
    reaper_.on_inherited(lease_id);
    go_on_soon();
  }

  bool is_certain() const {
    return queue_.is_certain(clock::now());
  }

  runs dead_runs() const {
    return shown_.get().dead_runs;
  }

  lease_stats stats() const {
    return shown_.get().stats;
  }

private:
  /// What other threads may see.
  struct view {
    runs dead_runs = std::make_shared<const std::vector<std::string>>();
    lease_stats stats;
  };

  // -- redis_task -------------------------------------------------------------

  // A caller adds another one only here: while the client calls its callers,
  // none may.
  clock::time_point work(clock::time_point now) override {
    if (!std::exchange(reaps_, true))
      reaping_.start({presence_reap_script, "presence_reap_refused",
                      "Redis refuses to remove who was on a dead node", true});
    queue_.tick(now);
    reaper_.reap(queue_.claimed(), queue_.claimed_until());
    reaping_.wake();
    return queue_.due();
  }

  void on_stop() override {
    queue_.leave(clock::now());
  }

  void on_end(clock::time_point) override {
    reaping_.stop();
    queue_.on_lost();
  }

  void publish_stats() override {
    view now{queue_.dead_runs(), queue_.stats()};
    now.stats.reaped = reaper_.reaped();
    shown_.set(std::move(now));
  }

  lease_reaper reaper_;
  queue_caller reaping_;
  bool reaps_ = false; // is a caller of the client
  snapshot<view> shown_;
};

redis_lease::redis_lease(redis_client& client, redis_lease_config config)
  : impl_(std::make_unique<impl>(client, std::move(config))) {
  impl_->start({lease_script, "lease_refused",
                "Redis refuses the lease that says that this node is alive"});
}

redis_lease::~redis_lease() {
  impl_->stop({});
}

void redis_lease::add(lease_user& who) {
  impl_->add(who);
}

void redis_lease::remove(lease_user& who) {
  impl_->remove(who);
}

void redis_lease::inherit_by(lease_heir* who) {
  impl_->inherit_by(who);
}

void redis_lease::inherited(const std::string& lease_id) {
  impl_->inherited(lease_id);
}

bool redis_lease::is_certain() const {
  return impl_->is_certain();
}

void redis_lease::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

auto redis_lease::dead_runs() const -> runs {
  return impl_->dead_runs();
}

lease_stats redis_lease::stats() const {
  return impl_->stats();
}

} // namespace atrium
