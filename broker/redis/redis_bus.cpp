#include "atrium/broker/redis/redis_bus.hpp"

#include "atrium/broker/redis/publish_ledger.hpp"
#include "atrium/broker/redis/redis_listener.hpp"
#include "atrium/broker/redis/redis_publisher.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <mutex>
#include <pthread.h>
#include <thread>
#include <utility>
#include <vector>

namespace atrium {

// Other threads leave their wishes in `staged`; the first one to do so wakes
// the thread of the bus, which takes all of them at once.
class redis_bus::core {
public:
  explicit core(redis_bus_config config)
    : config_(std::move(config)),
      ledger_(config_.max_pending, config_.max_pending_bytes),
      publisher_(io_, config_, ledger_,
                 [this](std::string_view why, auto* where) {
                   where == nullptr ? listener_.drop(why)
                                    : listener_.drop_if_at(*where, why);
                 }),
      listener_(io_, config_) {
    // nop
  }

  void start() {
    boost::asio::post(io_, [this] {
      publisher_.start();
      listener_.start();
    });
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), "atrium-bus");
  }

  void stop() {
    {
      std::lock_guard guard{mutex_};
      if (std::exchange(stopped_, true))
        return;
    }
    boost::asio::post(io_, [this] { shut_down(); });
    thread_.join();
  }

  void subscribe(bus_listener_ptr who) {
    stage([&](wishes& to) {
      to.subscriptions.push_back({true, std::move(who)});
    });
  }

  void unsubscribe(bus_listener_ptr who) {
    stage([&](wishes& to) {
      to.subscriptions.push_back({false, std::move(who)});
    });
  }

  void ping(std::function<void()> answer) {
    std::lock_guard guard{mutex_};
    if (!stopped_)
      boost::asio::post(io_, std::move(answer));
  }

  void confirm(std::string channel, std::function<void()> carried) {
    stage([&](wishes& to) {
      to.doubts.emplace_back(std::move(channel), std::move(carried));
    });
  }

  void publish(publish_job job) {
    auto size = job.payload->size();
    auto admitted = ledger_.admit(size);
    auto staged = admitted && stage([&](wishes& to) {
                    to.publishes.push_back(std::move(job));
                  });
    if (staged)
      return;
    if (admitted)
      ledger_.settle(size, false);
    if (job.done)
      job.done({errc::bus_unavailable});
  }

  bus_stats stats() const {
    bus_stats out;
    out.publishes = publisher_.is_up();
    out.subscribes = listener_.is_up();
    out.connected = out.publishes && out.subscribes;
    out.takes_writes = publisher_.takes_writes();
    out.trouble = trouble();
    out.published = ledger_.published();
    out.carried = ledger_.carried();
    out.rejected = ledger_.rejected();
    out.failed = ledger_.failed();
    out.received = listener_.received();
    out.reconnects = publisher_.losses() + listener_.losses();
    out.pending = ledger_.pending();
    out.pending_bytes = ledger_.pending_bytes();
    out.subscriptions = listener_.channels();
    return out;
  }

private:
  std::string trouble() const {
    std::string result;
    for (auto& [name, what] : {std::pair{"cmd", publisher_.trouble()},
                               std::pair{"sub", listener_.trouble()}})
      if (!what.empty())
        result += (result.empty() ? "" : "; ") + (name + (": " + what));
    return result;
  }

  struct change {
    bool begins = false;
    bus_listener_ptr who;
  };

  // Publishes are bounded by the ledger, changes by the subscriptions that
  // exist and those that ended since the thread looked last; whoever has one
  // has one doubt at a time.
  struct wishes {
    std::vector<change> subscriptions;
    std::vector<publish_job> publishes;
    std::vector<std::pair<std::string, std::function<void()>>> doubts;
  };

  // Returns false if the bus has stopped.
  template <class F>
  bool stage(F&& add) {
    std::lock_guard guard{mutex_};
    if (stopped_)
      return false;
    add(staged_);
    if (!std::exchange(woken_, true))
      boost::asio::post(io_, [this] { take_staged(); });
    return true;
  }

  wishes drain() {
    std::lock_guard guard{mutex_};
    woken_ = false;
    return std::exchange(staged_, {});
  }

  void take_staged() {
    apply(drain());
    listener_.wake();
    publisher_.wake();
  }

  void apply(wishes staged) {
    for (auto& [begins, who] : staged.subscriptions)
      begins ? listener_.add(std::move(who)) : listener_.remove(who);
    for (auto& [channel, carried] : staged.doubts)
      listener_.confirm(channel, std::move(carried));
    auto deadline = publish_job::clock::now() + config_.publish_timeout;
    for (auto& job : staged.publishes) {
      job.deadline = deadline;
      publisher_.push(std::move(job));
    }
  }

  // In this order: what is staged must be there to be failed.
  void shut_down() {
    apply(drain());
    publisher_.stop();
    listener_.stop();
    io_.stop();
  }

  void run() noexcept {
    while (!io_.stopped()) {
      call_guarded(config_.log, [this] { io_.run(); });
    }
  }

  const redis_bus_config config_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
    work_{io_.get_executor()};
  publish_ledger ledger_;
  redis_publisher publisher_;
  redis_listener listener_;
  std::thread thread_;

  std::mutex mutex_;
  wishes staged_;
  bool woken_ = false; // the thread is about to look
  bool stopped_ = false;
};

redis_bus::redis_bus(redis_bus_config config)
  : core_(std::make_shared<core>(std::move(config))) {
  core_->start();
}

redis_bus::~redis_bus() {
  core_->stop();
}

bus::subscription redis_bus::subscribe(std::string channel,
                                       std::shared_ptr<subscriber> who) {
  auto listener
    = std::make_shared<bus_listener>(std::move(channel), std::move(who));
  core_->subscribe(listener);
  return subscription{[weak_core = std::weak_ptr{core_},
                       weak_listener = std::weak_ptr{listener}] {
    auto ended = weak_listener.lock();
    if (!ended)
      return;
    ended->ended = true;
    if (auto in = weak_core.lock())
      in->unsubscribe(std::move(ended));
  }};
}

void redis_bus::publish(std::string channel, shared_bytes payload,
                        receipt_handler done) {
  core_->publish({std::move(channel), std::move(payload), std::move(done), {}});
}

void redis_bus::ping(std::function<void()> answer) {
  core_->ping(std::move(answer));
}

void redis_bus::confirm(std::string channel, std::function<void()> carried) {
  core_->confirm(std::move(channel), std::move(carried));
}

void redis_bus::stop() {
  core_->stop();
}

bus_stats redis_bus::stats() const {
  return core_->stats();
}

} // namespace atrium
