#include "atrium/broker/memory/memory_room_owners.hpp"

#include "atrium/broker/bus.hpp"

#include <mutex>
#include <utility>

namespace atrium {

// One lock over everything but who is answered: so the words of a room are
// published in the order in which they count.
class memory_room_owners::state {
public:
  state(std::shared_ptr<bus> on, channel_names names, std::size_t max_bytes,
        room_owner_store::life alive)
    : bus_(std::move(on)),
      names_(std::move(names)),
      alive_(std::move(alive)),
      store_(max_bytes) {
    if (!alive_)
      alive_ = [](auto&) { return true; };
  }

  /// Returns `f(store)`, or `late` after the stop.
  template <class T, class F>
  T with_store(T late, F&& f) {
    std::lock_guard guard{mutex_};
    if (stopped_) {
      ++stats_.unknown;
      return late;
    }
    return f(store_);
  }

  /// Returns whether something counts, and counts it as `good`.
  fencing judge(bool passes, std::uint64_t room_owners_stats::*good = nullptr) {
    if (!passes)
      ++stats_.fenced;
    else if (good != nullptr)
      ++(stats_.*good);
    return passes ? fencing::passed : fencing::fenced;
  }

  void count_found() {
    ++stats_.found;
  }

  const room_owner_store::life& alive() const {
    return alive_;
  }

  // A bus that refuses has been stopped: the state stays as it is.
  fencing say(const std::string& room, std::uint64_t token,
              const room_word& what) {
    auto now = room_owner_store::clock::now();
    if (!store_.would_pass(room, token, what.number, now))
      return judge(false);
    auto channel = names_.room(room);
    for (auto& packet : what.packets) {
      if (publish(channel, packet, what.history))
        continue;
      ++stats_.unknown;
      return fencing::unknown;
    }
    store_.take(room, what, now);
    return judge(true, &room_owners_stats::said);
  }

  void stop() {
    std::lock_guard guard{mutex_};
    stopped_ = true;
  }

  room_owners_stats stats() const {
    std::lock_guard guard{mutex_};
    auto result = stats_;
    result.connected = !stopped_;
    result.evicted = store_.evicted();
    result.bytes = store_.bytes();
    return result;
  }

private:
  bool publish(const std::string& channel, const room_packet& what,
               const history_rule& rule) {
    // A bus that does not answer at once may do so later.
    auto taken = std::make_shared<bool>(false);
    auto done
      = [taken](const publish_receipt& x) { *taken = x.error == errc::none; };
    auto* log = what.is_kept && rule.is_on() ? bus_->history() : nullptr;
    if (log != nullptr)
      log->append(channel, {what.bytes, rule, {}, false}, done);
    else
      bus_->publish(channel, what.bytes, done);
    return *taken;
  }

  const std::shared_ptr<bus> bus_;
  const channel_names names_;
  room_owner_store::life alive_;
  mutable std::mutex mutex_;
  room_owner_store store_;
  room_owners_stats stats_;
  bool stopped_ = false;
};

memory_room_owners::memory_room_owners(std::shared_ptr<bus> on,
                                       channel_names names,
                                       std::size_t max_bytes,
                                       room_owner_store::life alive)
  : state_(std::make_unique<state>(std::move(on), std::move(names), max_bytes,
                                   std::move(alive))) {
  // nop
}

memory_room_owners::~memory_room_owners() = default;

void memory_room_owners::find(std::string room,
                              std::vector<std::string> candidates,
                              std::function<void(found_owner)> done) {
  done(state_->with_store(found_owner{errc::bus_unavailable}, [&](auto& store) {
    found_owner result{errc::none,
                       store.find(room, candidates, state_->alive())};
    if (result.owner)
      state_->count_found();
    return result;
  }));
}

void memory_room_owners::release(std::string room, std::uint64_t token,
                                 std::function<void(fencing)> done) {
  done(state_->with_store(fencing::unknown, [&](auto& store) {
    return state_->judge(store.release(room, token));
  }));
}

void memory_room_owners::open(std::string room, std::uint64_t token,
                              std::chrono::seconds ttl,
                              std::function<void(room_opening)> done) {
  done(state_->with_store(room_opening{}, [&](auto& store) {
    auto result = store.open(room, token, ttl, room_owner_store::clock::now());
    state_->judge(result.result == fencing::passed, &room_owners_stats::opened);
    return result;
  }));
}

void memory_room_owners::say(std::string room, std::uint64_t token,
                             room_word what,
                             std::function<void(fencing)> done) {
  done(state_->with_store(
    fencing::unknown, [&](auto&) { return state_->say(room, token, what); }));
}

void memory_room_owners::stop(std::chrono::milliseconds) {
  state_->stop();
}

room_owners_stats memory_room_owners::stats() const {
  return state_->stats();
}

} // namespace atrium
