#include "atrium/broker/redis/redis_presence.hpp"

#include "atrium/broker/redis/presence_queue.hpp"
#include "atrium/broker/redis/presence_reader.hpp"
#include "atrium/broker/redis/queue_caller.hpp"
#include "atrium/broker/redis/queue_task.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/broker/redis/scripts.hpp"
#include "atrium/broker/util/handoff.hpp"
#include "atrium/broker/util/snapshot.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace atrium {

class redis_presence::impl final : public queue_task<presence_queue>,
                                   private lease_user {
public:
  impl(redis_client& client, redis_lease& lease, redis_presence_config config)
    : queue_task(client, client, std::move(config.names), config.grace),
      lease_(lease),
      patience_(config.patience),
      reader_(client.log()),
      reading_(client, reader_),
      requests_(
        client.io(), [this] { go_on(); }, client.turns()) {
    // nop
  }

  void start() {
    redis_task::start({presence_script, "presence_refused",
                       "telling who is in rooms is refused", true});
    lease_.add(*this);
  }

  struct arrival {
    presence_room where;
    presence_member who;
    unix_time at;
  };

  struct departure {
    presence_room where;
    std::string user;
    std::uint64_t connection;
  };

  using request = std::variant<arrival, departure, presence_question>;

  bool leave(request x) {
    return requests_.leave([&](std::vector<request>& to) {
      to.push_back(std::move(x));
      return true;
    });
  }

  void ask(const presence_room& where, std::size_t limit, answer done) {
    if (!reader_.admit(where))
      return reader_.refuse(done);
    if (leave(presence_question{where, limit, done, clock::now() + patience_}))
      return;
    reader_.release(where);
    reader_.refuse(done);
  }

  presence_stats stats() const {
    auto result = stats_.get();
    reader_.count(result);
    auto lease = lease_.stats();
    result.reaped = lease.reaped;
    result.lease_lost = lease.lost;
    return result;
  }

private:
  void take(arrival& x, clock::time_point) {
    queue_.book().enter(x.where, std::move(x.who), x.at);
  }

  void take(departure& x, clock::time_point now) {
    queue_.book().leave(x.where, x.user, x.connection, now);
  }

  void take(presence_question& x, clock::time_point) {
    reader_.push(std::move(x));
  }

  void take_requests(clock::time_point now) {
    for (auto& x : requests_.take())
      std::visit([&](auto& one) { take(one, now); }, x);
  }

  // -- redis_task -------------------------------------------------------------

  clock::time_point work(clock::time_point now) override {
    if (!std::exchange(reads_, true))
      reading_.start(
        {{}, "presence_refused", "reading who is there is refused", true});
    take_requests(now);
    queue_.tick(now);
    reading_.wake();
    return queue_.next_tick().value_or(now + idle);
  }

  void on_end(clock::time_point now) override {
    requests_.close();
    lease_.remove(*this);
    take_requests(now);
    reading_.stop();
  }

  void publish_stats() override {
    presence_stats result;
    queue_.count(result);
    stats_.set(result);
  }

  // -- lease_user -------------------------------------------------------------

  void on_lease(const std::string& id) override {
    queue_.on_lease(id);
    go_on_soon();
  }

  void on_doubt() override {
    queue_.on_doubt();
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
  const std::chrono::milliseconds patience_;
  presence_reader reader_;
  queue_caller reading_;
  bool reads_ = false;                     // `reading_` has started
  handoff<std::vector<request>> requests_; // of any thread
  snapshot<presence_stats> stats_;
};

redis_presence::redis_presence(redis_client& client, redis_lease& lease,
                               redis_presence_config config)
  : impl_(std::make_unique<impl>(client, lease, std::move(config))) {
  impl_->start();
}

redis_presence::~redis_presence() {
  impl_->stop({});
}

void redis_presence::enter(const presence_room& where, presence_member who) {
  auto now = std::chrono::floor<std::chrono::milliseconds>(
    std::chrono::system_clock::now());
  impl_->leave(impl::arrival{where, std::move(who), now});
}

void redis_presence::leave(const presence_room& where, const std::string& user,
                           std::uint64_t connection) {
  impl_->leave(impl::departure{where, user, connection});
}

void redis_presence::read(const presence_room& where, std::size_t limit,
                          answer done) {
  impl_->ask(where, limit, std::move(done));
}

void redis_presence::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

presence_stats redis_presence::stats() const {
  return impl_->stats();
}

} // namespace atrium
