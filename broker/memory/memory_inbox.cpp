#include "atrium/broker/memory/memory_inbox.hpp"

#include "atrium/broker/bus.hpp"
#include "atrium/broker/memory/inbox_store.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <mutex>
#include <utility>

namespace atrium {

namespace {

inbox_store::moment this_moment() {
  return {std::chrono::floor<std::chrono::milliseconds>(
            std::chrono::system_clock::now()),
          inbox_store::clock::now()};
}

} // namespace

// One lock over everything but the bus and the callback, which call others.
// What is to be published is queued under the lock, and one thread at a time
// empties the queue: so a user gets messages in the order of their ids.
class memory_inbox::state final : public std::enable_shared_from_this<state> {
public:
  state(std::shared_ptr<bus> on, boost::asio::io_context& io,
        channel_names names, const inbox_rule& rule)
    : bus_(std::move(on)), io_(io), names_(std::move(names)), store_(rule) {
    // nop
  }

  /// Returns `f(store, now)`, after what follows from it was told, or `late`.
  template <class T, class F>
  T with_store(T late, F&& f) {
    std::unique_lock guard{mutex_};
    if (stopped_) {
      store_.refuse();
      return late;
    }
    auto result = f(store_, this_moment());
    settle(guard);
    return result;
  }

  void hear(std::function<void(const dead_letter&)> heard) {
    std::lock_guard guard{mutex_};
    heard_ = std::move(heard);
  }

  void change(const inbox_rule& to) {
    std::lock_guard guard{mutex_};
    store_.change(to);
  }

  // The wait, which may take days, would keep the thread of the context.
  void stop() {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    pushes_.clear();
    end_wait();
  }

  inbox_stats stats() const {
    std::lock_guard guard{mutex_};
    auto result = store_.stats();
    result.connected = !stopped_;
    return result;
  }

private:
  void settle(std::unique_lock<std::mutex>& guard) {
    for (auto& x : store_.take_pushes())
      pushes_.push_back(std::move(x));
    auto dead = store_.take_dead();
    watch_time();
    tell(guard);
    auto heard = heard_;
    guard.unlock();
    if (heard)
      for (auto& x : dead)
        heard(x);
  }

  void tell(std::unique_lock<std::mutex>& guard) {
    if (std::exchange(telling_, true))
      return;
    while (!pushes_.empty()) {
      auto [user, packet] = std::move(pushes_.front());
      pushes_.pop_front();
      guard.unlock();
      bus_->publish(names_.user(user), std::move(packet),
                    [](const publish_receipt&) {
                      // It is stored; who is not told reads it.
                    });
      guard.lock();
    }
    telling_ = false;
  }

  // One wait at a time is enough: what comes later ends later, unless the rule
  // has changed. Its timer belongs to the context, so the inbox may be gone
  // before.
  void watch_time() {
    auto next = store_.next_sweep();
    if (!next || (timer_ && waits_until_ <= *next))
      return;
    end_wait();
    waits_until_ = *next;
    timer_ = std::make_shared<boost::asio::steady_timer>(io_, *next);
    timer_->async_wait([timer = timer_, known = weak_from_this()](auto) {
      if (auto self = known.lock())
        self->on_time(timer);
    });
  }

  // Only the thread of the context may use the timer.
  void end_wait() {
    if (timer_)
      boost::asio::post(io_, [timer = std::move(timer_)] { timer->cancel(); });
  }

  void on_time(const std::shared_ptr<boost::asio::steady_timer>& of) {
    std::unique_lock guard{mutex_};
    if (stopped_ || timer_ != of)
      return; // an earlier wait has taken its place
    timer_.reset();
    store_.sweep(this_moment());
    settle(guard);
  }

  const std::shared_ptr<bus> bus_;
  boost::asio::io_context& io_;
  const channel_names names_;
  mutable std::mutex mutex_;
  inbox_store store_;
  std::function<void(const dead_letter&)> heard_;
  std::deque<inbox_store::push> pushes_;             // to be published
  bool telling_ = false;                             // a thread does that
  std::shared_ptr<boost::asio::steady_timer> timer_; // null: none runs
  inbox_store::clock::time_point waits_until_{};
  bool stopped_ = false;
};

memory_inbox::memory_inbox(std::shared_ptr<bus> on, boost::asio::io_context& io,
                           channel_names names, const inbox_rule& rule)
  : state_(std::make_shared<state>(std::move(on), io, std::move(names), rule)) {
  // nop
}

void memory_inbox::put(std::string user, inbox_entry what,
                       std::function<void(inbox_receipt)> done) {
  done(state_->with_store(
    inbox_receipt{errc::bus_unavailable},
    [&](auto& store, auto now) { return store.put(user, what, now); }));
}

void memory_inbox::read(inbox_query what,
                        std::function<void(inbox_page)> done) {
  inbox_page late;
  late.error = errc::bus_unavailable;
  done(state_->with_store(std::move(late), [&](auto& store, auto now) {
    return store.read(what, now);
  }));
}

void memory_inbox::acknowledge(std::string user, std::string device,
                               std::string id, std::function<void(errc)> done) {
  done(state_->with_store(errc::bus_unavailable, [&](auto& store, auto now) {
    return store.acknowledge(user, device, id, now);
  }));
}

void memory_inbox::list(dead_letter_query what,
                        std::function<void(dead_letter_page)> done) {
  dead_letter_page late;
  late.error = errc::bus_unavailable;
  done(state_->with_store(std::move(late), [&](auto& store, auto now) {
    return store.list(what, now);
  }));
}

void memory_inbox::replay(std::string user, std::string id,
                          std::function<void(dead_letter_outcome)> done) {
  done(state_->with_store(
    dead_letter_outcome{errc::bus_unavailable},
    [&](auto& store, auto now) { return store.replay(user, id, now); }));
}

void memory_inbox::purge(std::string user, std::string id,
                         std::function<void(dead_letter_outcome)> done) {
  done(state_->with_store(
    dead_letter_outcome{errc::bus_unavailable},
    [&](auto& store, auto) { return store.purge(user, id); }));
}

void memory_inbox::on_dead_letter(
  std::function<void(const dead_letter&)> heard) {
  state_->hear(std::move(heard));
}

void memory_inbox::change(const inbox_rule& to) {
  state_->change(to);
}

void memory_inbox::stop(std::chrono::milliseconds) {
  state_->stop();
}

inbox_stats memory_inbox::stats() const {
  return state_->stats();
}

} // namespace atrium
