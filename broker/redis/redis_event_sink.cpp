#include "atrium/broker/redis/redis_event_sink.hpp"

#include "atrium/broker/redis/lease_heir.hpp"
#include "atrium/broker/redis/queue_task.hpp"
#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/broker/redis/scripts.hpp"
#include "atrium/broker/util/handoff.hpp"
#include "atrium/broker/util/snapshot.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

unix_time wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(
    std::chrono::system_clock::now());
}

} // namespace

class redis_event_sink::impl final : public queue_task<event_queue>,
                                     private lease_user,
                                     private lease_heir {
public:
  impl(redis_client& client, redis_lease& lease, config with)
    : queue_task(client, client, std::move(with.queue), backlog_, wall_clock),
      lease_(lease),
      to_(std::move(with.to)),
      backlog_(with.max_bytes, [this] { return to_ ? to_->bytes() : 0; }),
      wake_(
        client.io(), [this] { go_on(); }, client.turns()) {
    // nop
  }

  void start() {
    redis_task::start(
      {events_script, "events_write_refused",
       "Redis refuses to write down what the back end is to hear"});
    lease_.add(*this);
    lease_.inherit_by(this);
    if (to_)
      to_->on_room([this] { wake(); });
  }

  void report(backend_event&& x) {
    wake_.leave([&](int& news) {
      ++news;
      return backlog_.report(std::move(x));
    });
  }

  void resize(std::size_t max_bytes) {
    backlog_.resize(max_bytes);
  }

  void end(std::chrono::milliseconds patience) {
    auto deadline = clock::now() + patience;
    stop(patience);
    if (!to_ || std::exchange(is_ended_, true))
      return;
    to_->on_room(nullptr);
    auto left = deadline - clock::now();
    to_->stop(std::max(std::chrono::floor<std::chrono::milliseconds>(left),
                       std::chrono::milliseconds{0}));
  }

  // Of what was given to a receiver, the receiver knows what has become.
  event_sink_stats stats() const {
    auto result = shown_.get();
    if (to_) {
      auto theirs = to_->stats();
      result.waiting += theirs.waiting;
      result.bytes += theirs.bytes;
      result.delivered = theirs.delivered;
      result.repeated = theirs.repeated;
      result.refused = theirs.refused;
      result.connected = result.connected && theirs.connected;
    }
    backlog_.count(result);
    return result;
  }

private:
  void wake() {
    wake_.leave([](int& news) {
      ++news;
      return true;
    });
  }

  // -- redis_task -------------------------------------------------------------

  clock::time_point work(clock::time_point now) override {
    wake_.take();
    queue_.tick(now);
    for (auto& id : queue_.take_reaped())
      lease_.inherited(id);
    if (to_) {
      if (auto texts = queue_.take_told(); !texts.empty())
        to_->take(std::move(texts));
      queue_.allow(to_->has_room());
    }
    if (queue_.has_told())
      backlog_.release();
    return queue_.next_tick().value_or(now + idle);
  }

  void on_stop() override {
    queue_.leave();
  }

  void on_end(clock::time_point) override {
    wake_.close();
    lease_.remove(*this);
    lease_.inherit_by(nullptr);
  }

  void publish_stats() override {
    event_sink_stats now;
    queue_.count(now);
    shown_.set(now);
  }

  // -- lease_user, lease_heir -------------------------------------------------

  void on_lease(const std::string& id) override {
    queue_.on_lease(id);
    go_on_soon();
  }

  void on_doubt() override {
    queue_.on_doubt();
    go_on_soon();
  }

  void inherit(const std::string& lease_id) override {
    queue_.reap(lease_id);
    go_on_soon();
  }

  // -- redis_caller -----------------------------------------------------------

  // A node that was stopped for longer than its lease does not know that yet.
  void compose(std::string& out, std::size_t limit) override {
    if (lease_.is_certain())
      queue_task::compose(out, limit);
  }

  static constexpr std::chrono::minutes idle{1};

  redis_lease& lease_;
  const std::shared_ptr<event_receiver> to_; // null: there is a stream
  event_backlog backlog_;                    // of any thread
  handoff<int> wake_;                        // of any thread
  snapshot<event_sink_stats> shown_;
  bool is_ended_ = false; // by the owner
};

redis_event_sink::redis_event_sink(redis_client& client, redis_lease& lease,
                                   config with)
  : impl_(std::make_unique<impl>(client, lease, std::move(with))) {
  impl_->start();
}

redis_event_sink::~redis_event_sink() {
  impl_->end({});
}

void redis_event_sink::report(backend_event x) {
  impl_->report(std::move(x));
}

void redis_event_sink::resize(std::size_t max_bytes) {
  impl_->resize(max_bytes);
}

void redis_event_sink::stop(std::chrono::milliseconds patience) {
  impl_->end(patience);
}

event_sink_stats redis_event_sink::stats() const {
  return impl_->stats();
}

} // namespace atrium
