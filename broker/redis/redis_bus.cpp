#include "atrium/broker/redis/redis_bus.hpp"

#include "atrium/broker/redis/publish_accounting.hpp"
#include "atrium/broker/redis/publish_queue.hpp"
#include "atrium/broker/redis/queue_caller.hpp"
#include "atrium/broker/redis/redis_history.hpp"
#include "atrium/broker/util/handoff.hpp"

#include <boost/asio/post.hpp>

#include <utility>
#include <vector>

namespace atrium {

class redis_bus::impl final : public history_log {
public:
  impl(redis_client& client, redis_bus_config config)
    : client_(client),
      publish_timeout_(config.publish_timeout),
      accounting_(config.max_pending, config.max_pending_bytes),
      publishes_(client, accounting_, client.log()),
      publisher_(client, publishes_),
      history_(client, accounting_),
      listener_(client.listen(gap_clock{
        {config.publish_timeout, config.clock_skew}, std::move(config.clock)})),
      requests_(
        client.io(), [this] { take_requests(); }, client.turns()) {
    // nop
  }

  void start() {
    boost::asio::post(client_.io(), [this] {
      publisher_.start({{}, "publish_refused", "PUBLISH is refused", true});
      listener_->start();
    });
  }

  // The handoff is closed first: a later publish is refused on its own thread,
  // an earlier one is among those that `shut_down` takes. When this returns,
  // all that was posted and all timers that were cancelled have run: nothing
  // refers to the bus any more.
  void stop() {
    if (requests_.close())
      run_on(client_.io(), [this] { shut_down(); });
  }

  void resize(std::size_t max_pending, std::size_t max_pending_bytes) {
    accounting_.resize(max_pending, max_pending_bytes);
  }

  void subscribe(bool begins, bus_listener_ptr who) {
    leave([&](requests& to) {
      to.subscriptions.push_back({begins, std::move(who)});
    });
  }

  void ping(std::function<void()> answer) {
    leave([&](requests& to) { to.pings.push_back(std::move(answer)); });
  }

  void confirm(std::string channel, std::function<void()> carried) {
    leave([&](requests& to) {
      to.doubts.emplace_back(std::move(channel), std::move(carried));
    });
  }

  void publish(publish_job job) {
    publish_to(&requests::publishes, std::move(job));
  }

  // -- history_log ------------------------------------------------------------

  void append(std::string channel, log_entry what,
              bus::receipt_handler done) override {
    publish_to(
      &requests::appends,
      append_job{{std::move(channel), std::move(what.packet), std::move(done)},
                 what.rule,
                 std::move(what.event_id),
                 what.is_chosen});
  }

  void read(std::string channel, history_query what,
            page_handler done) override {
    ask({std::move(channel), std::move(what), std::move(done)});
  }

  void remove(std::string channel, std::function<void(errc)> done) override {
    ask(history_removal(std::move(channel), std::move(done)));
  }

  history_stats stats() const override {
    return history_.stats();
  }

  bus_stats counters() const {
    bus_stats out;
    auto links = client_.state();
    out.publishes = links.commands;
    out.subscribes = links.subscriptions;
    out.connected = links.is_whole;
    out.takes_writes = links.takes_writes;
    out.trouble = std::move(links.trouble);
    out.reconnects = links.reconnects;
    out.published = accounting_.published();
    out.carried = accounting_.carried();
    out.rejected = accounting_.rejected();
    out.failed = accounting_.failed();
    out.received = listener_->received();
    out.pending = accounting_.pending();
    out.pending_bytes = accounting_.pending_bytes();
    out.subscriptions = listener_->channels();
    return out;
  }

private:
  struct change {
    bool begins = false;
    bus_listener_ptr who;
  };

  // Publishes are bounded by the accounting, questions by the history, changes
  // by the subscriptions that exist and those that ended since the thread
  // looked last; whoever has one has one doubt at a time, and one asks for a
  // ping at a time.
  struct requests {
    std::vector<change> subscriptions;
    std::vector<publish_job> publishes;
    std::vector<append_job> appends;
    std::vector<history_read_job> reads;
    std::vector<std::pair<std::string, std::function<void()>>> doubts;
    std::vector<std::function<void()>> pings;

    bool has_much_room() const {
      constexpr std::size_t much = 1024;
      return subscriptions.capacity() > much || publishes.capacity() > much
             || appends.capacity() > much || reads.capacity() > much
             || doubts.capacity() > much || pings.capacity() > much;
    }

    void clear() {
      subscriptions.clear();
      publishes.clear();
      appends.clear();
      reads.clear();
      doubts.clear();
      pings.clear();
    }
  };

  // Returns false if the bus has stopped.
  template <class F>
  bool leave(F&& add) {
    return requests_.leave([&](requests& to) {
      add(to);
      return true;
    });
  }

  void ask(history_read_job job) {
    if (!history_.admit(job.done))
      return;
    if (!leave([&](requests& to) { to.reads.push_back(std::move(job)); }))
      history_.refuse(job.done); // which has not been moved
  }

  template <class Job>
  void publish_to(std::vector<Job> requests::*queue, Job job) {
    auto size = job.payload->size();
    // Before the handoff: the bound covers what waits there, too.
    auto admitted = accounting_.admit(size);
    auto left = admitted && leave([&](requests& to) {
                  (to.*queue).push_back(std::move(job));
                });
    if (left)
      return;
    if (admitted)
      // A closed handoff calls no lambda, so `job` has not been moved.
      accounting_.settle(size, false);
    if (job.done)
      job.done({errc::bus_unavailable});
  }

  void take_requests() {
    auto taken = requests_.take(std::exchange(emptied_, {}));
    apply(taken);
    listener_->wake();
    publisher_.wake();
    history_.wake();
    for (auto& answer : taken.pings)
      call_guarded(client_.log(), answer);
    taken.clear();
    if (!taken.has_much_room()) // or a burst would keep its memory
      emptied_ = std::move(taken);
  }

  // Subscriptions come first: a doubt about a channel without a listener is
  // dropped. They keep the order of the calls, so no end overtakes its begin.
  // The deadline is taken here, on one thread, so deadlines never decrease.
  void apply(requests& taken) {
    for (auto& [begins, who] : taken.subscriptions)
      begins ? listener_->add(std::move(who)) : listener_->remove(who);
    for (auto& [channel, carried] : taken.doubts)
      listener_->confirm(channel, std::move(carried));
    auto deadline = publish_job::clock::now() + publish_timeout_;
    push(taken.publishes, deadline, publishes_);
    push(taken.appends, deadline, history_);
    push(taken.reads, deadline, history_);
  }

  template <class Job, class Queue>
  static void push(std::vector<Job>& jobs, publish_job::clock::time_point until,
                   Queue& to) {
    for (auto& x : jobs) {
      x.deadline = until;
      to.push(std::move(x));
    }
  }

  // In this order: what was left must be there to be failed.
  void shut_down() {
    auto last = requests_.take();
    apply(last);
    publisher_.stop();
    history_.stop();
    listener_->stop();
  }

  redis_client& client_;
  const std::chrono::milliseconds publish_timeout_;
  publish_accounting accounting_;
  publish_queue publishes_;
  queue_caller publisher_;
  redis_history history_;
  const std::unique_ptr<channel_listener> listener_;
  requests emptied_;           // by the last turn
  handoff<requests> requests_; // of any thread
};

redis_bus::redis_bus(redis_client& client, redis_bus_config config)
  : impl_(std::make_shared<impl>(client, std::move(config))) {
  impl_->start();
}

redis_bus::~redis_bus() {
  impl_->stop();
}

bus::subscription redis_bus::subscribe(std::string channel,
                                       std::shared_ptr<subscriber> who) {
  auto listener
    = std::make_shared<bus_listener>(std::move(channel), std::move(who));
  impl_->subscribe(true, listener);
  // Both pointers are weak: a subscription may outlive the bus, and a
  // subscriber that owns its subscription must not keep itself alive. `ended`
  // counts at once; until the request arrives the bus still holds the listener,
  // but does not call it.
  return subscription{[weak_impl = std::weak_ptr{impl_},
                       weak_listener = std::weak_ptr{listener}] {
    auto ended = weak_listener.lock();
    if (!ended)
      return;
    ended->ended = true;
    if (auto in = weak_impl.lock())
      in->subscribe(false, std::move(ended));
  }};
}

void redis_bus::publish(std::string channel, shared_bytes payload,
                        receipt_handler done) {
  impl_->publish({std::move(channel), std::move(payload), std::move(done), {}});
}

void redis_bus::resize(std::size_t max_pending, std::size_t max_pending_bytes) {
  impl_->resize(max_pending, max_pending_bytes);
}

history_log* redis_bus::history() {
  return impl_.get();
}

void redis_bus::ping(std::function<void()> answer) {
  impl_->ping(std::move(answer));
}

void redis_bus::confirm(std::string channel, std::function<void()> carried) {
  impl_->confirm(std::move(channel), std::move(carried));
}

void redis_bus::stop() {
  impl_->stop();
}

bus_stats redis_bus::stats() const {
  return impl_->counters();
}

} // namespace atrium
