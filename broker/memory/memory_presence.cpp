#include "atrium/broker/memory/memory_presence.hpp"

#include "atrium/broker/bus.hpp"
#include "atrium/broker/presence_book.hpp"
#include "atrium/broker/presence_packet.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <limits>
#include <mutex>
#include <utility>

namespace atrium {

namespace {

unix_time wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(
    std::chrono::system_clock::now());
}

} // namespace

// One lock over everything but the bus, which calls others. What a room hears
// is queued under the lock, and one thread at a time empties the queue: so a
// room hears it in the order in which it has happened.
class memory_presence::state final
  : public std::enable_shared_from_this<state> {
public:
  using clock = presence_book::clock;

  state(std::shared_ptr<bus> on, boost::asio::io_context& io,
        std::chrono::milliseconds grace)
    : bus_(std::move(on)), io_(io), book_(grace) {
    // nop
  }

  /// Changes the book by `f(book)` and tells what follows.
  template <class F>
  void change(F&& f) {
    std::unique_lock guard{mutex_};
    if (stopped_)
      return;
    f(book_);
    book_.tick(clock::now());
    collect();
    watch_time();
    tell(guard);
  }

  presence_page read(const presence_room& where, std::size_t limit) {
    std::lock_guard guard{mutex_};
    ++(stopped_ ? stats_.failed : stats_.reads);
    if (!stopped_)
      return book_.read(where.channel, limit);
    presence_page result;
    result.error = errc::bus_unavailable;
    return result;
  }

  void stop() {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    waiting_.clear();
  }

  presence_stats stats() const {
    std::lock_guard guard{mutex_};
    auto result = stats_;
    result.connected = !stopped_;
    book_.count(result);
    return result;
  }

private:
  static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

  void collect() {
    for (auto x = book_.take(no_limit, no_limit); x.where != nullptr;
         x = book_.take(no_limit, no_limit)) {
      announce(x);
      book_.settle(std::string{x.where->channel});
    }
    book_.take_emptied(); // of use to nobody
  }

  // The book counts who is there after all of them.
  void announce(const presence_book::batch& x) {
    auto after = book_.read(x.where->channel, 0).present;
    std::size_t came = 0;
    std::size_t gone = 0;
    for (auto& one : x.changes) {
      came += one.is_new ? 1 : 0;
      gone += one.connections == 0 ? 1 : 0;
    }
    stats_.joins += came;
    stats_.leaves += gone;
    using kind = presence_change::kind;
    if (x.where->mode != presence_mode::full) {
      if (came != gone)
        push(*x.where, {kind::count, {}, after, wall_clock()});
      return;
    }
    auto present = after + gone - came;
    for (auto& one : x.changes) {
      if (one.connections != 0 && !one.is_new)
        continue;
      one.is_new ? ++present : --present;
      push(*x.where, {one.is_new ? kind::join : kind::leave,
                      std::string{one.user}, present, wall_clock()});
    }
  }

  void push(const presence_room& where, const presence_change& what) {
    waiting_.emplace_back(where.channel, std::make_shared<const std::string>(
                                           encode_presence(where.name, what)));
  }

  void tell(std::unique_lock<std::mutex>& guard) {
    if (std::exchange(telling_, true))
      return;
    while (!waiting_.empty()) {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      guard.unlock();
      bus_->publish(std::move(next.first), std::move(next.second),
                    [](const publish_receipt&) {
                      // The bus of a node alone takes everything until it
                      // stops.
                    });
      guard.lock();
    }
    telling_ = false;
  }

  // One wait at a time is enough: who leaves later has to go later. Its timer
  // belongs to the context, so the presence may be gone before.
  void watch_time() {
    auto next = book_.next_tick();
    if (!next || std::exchange(watching_, true))
      return;
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, *next);
    timer->async_wait([timer, known = weak_from_this()](auto) {
      if (auto self = known.lock())
        self->change([&](auto&) { self->watching_ = false; });
    });
  }

  const std::shared_ptr<bus> bus_;
  boost::asio::io_context& io_;
  mutable std::mutex mutex_;
  presence_book book_;
  presence_stats stats_;
  std::deque<std::pair<std::string, shared_bytes>> waiting_; // to be published
  bool telling_ = false;  // a thread does that
  bool watching_ = false; // a timer runs
  bool stopped_ = false;
};

memory_presence::memory_presence(std::shared_ptr<bus> on,
                                 boost::asio::io_context& io,
                                 std::chrono::milliseconds grace)
  : state_(std::make_shared<state>(std::move(on), io, grace)) {
  // nop
}

void memory_presence::enter(const presence_room& where, presence_member who) {
  state_->change(
    [&](auto& book) { book.enter(where, std::move(who), wall_clock()); });
}

void memory_presence::leave(const presence_room& where, const std::string& user,
                            std::uint64_t connection) {
  state_->change([&](auto& book) {
    book.leave(where, user, connection, presence_book::clock::now());
  });
}

void memory_presence::read(const presence_room& where, std::size_t limit,
                           answer done) {
  done(state_->read(where, limit));
}

void memory_presence::stop(std::chrono::milliseconds) {
  state_->stop();
}

presence_stats memory_presence::stats() const {
  return state_->stats();
}

} // namespace atrium
