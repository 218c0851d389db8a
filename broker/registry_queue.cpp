#include "atrium/broker/registry_queue.hpp"

#include "atrium/broker/registry_script.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

// Of departures that wait for Redis; whoever is not told of goes by the lease.
constexpr std::size_t max_waiting = 65'536;

// What `compose` writes at most, but for one larger command.
constexpr std::size_t write_size = std::size_t{256} << 10;

std::int64_t wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
    .count();
}

} // namespace

registry_queue::registry_queue(registry_config config, registry_timing timing,
                               key_function key, bus_log log)
  : config_(std::move(config)),
    timing_(timing),
    key_(std::move(key)),
    log_(std::move(log)) {
  // nop
}

// -- from the node ------------------------------------------------------------

void registry_queue::enter(const std::string& user, std::uint64_t connection,
                           registry::answer done, clock::time_point now) {
  seats_.add(user, {connection, wall_clock_ms()});
  job x{verb::enter, user, connection, std::move(done), now + timing_.patience};
  if (script_ == script::refused || is_lost_)
    decide_alone(x);
  else
    waiting_.push_back(std::move(x));
}

void registry_queue::leave(const std::string& user, std::uint64_t connection) {
  if (!seats_.remove(user, connection))
    return;
  if (waiting_.size() < max_waiting)
    waiting_.push_back({verb::leave, user, connection, nullptr, {}});
  else
    ++stats_.discarded;
}

void registry_queue::tick(clock::time_point now) {
  decide_if([=](auto& x) { return x.deadline <= now; });
  // What is decided need not be asked: the next renewal tells it.
  std::erase_if(waiting_,
                [](auto& x) { return x.what == verb::enter && !x.done; });
  quota_ = per_tick_;
  if (!usable() || !round_.empty() || now < next_round_)
    return;
  auto interval = timing_.lease / 3;
  next_round_ = now + interval;
  seats_.for_each([&](auto& user, auto&) { round_.push_back(user); });
  auto ticks = std::max<clock::rep>(1, interval / tick_time);
  quota_ = per_tick_ = round_.size() / static_cast<std::size_t>(ticks) + 1;
}

void registry_queue::decide_all() {
  decide_if([](auto&) { return true; });
}

// By index: who is refused leaves, which adds to what waits.
template <class Predicate>
void registry_queue::decide_if(Predicate due) {
  for (auto* jobs : {&in_flight_, &waiting_})
    // NOLINTNEXTLINE(modernize-loop-convert)
    for (std::size_t i = 0; i < jobs->size(); ++i)
      if (auto& x = (*jobs)[i]; x.done && due(x))
        decide_alone(x);
}

// -- from the link ------------------------------------------------------------

void registry_queue::on_up() {
  is_lost_ = false;
  round_.clear();
  next_round_ = {}; // Redis may have lost everything
}

// Departures are told again, which does no harm; whether an arrival took effect
// is unknown, but this node has to decide now.
void registry_queue::on_lost() {
  is_lost_ = true;
  script_ = script::unknown;
  auto lost = std::exchange(in_flight_, {});
  for (auto& x : lost)
    if (x.done)
      decide_alone(x);
  std::erase_if(lost, [](auto& x) { return x.what != verb::leave; });
  waiting_.insert(waiting_.begin(), std::make_move_iterator(lost.begin()),
                  std::make_move_iterator(lost.end()));
}

void registry_queue::compose(std::string& out) {
  if (script_ == script::unknown) {
    script_ = script::loading;
    append_command(out, {"SCRIPT", "LOAD", registry_script});
    in_flight_.push_back({verb::load, {}, 0, nullptr, {}});
  }
  if (!usable())
    return;
  while (!waiting_.empty() && out.size() < write_size) {
    write(waiting_.front(), out);
    in_flight_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  renew_some(out);
}

void registry_queue::write(const job& x, std::string& out) {
  if (x.what == verb::leave)
    return append_command(out, {"HDEL", key_(x.user), id_of(x.connection)});
  append_registry_call(out, sha_, key_(x.user), timing_.lease, config_, 1);
  append_seat(out, config_, {x.connection, 0}, true);
}

void registry_queue::renew_some(std::string& out) {
  for (; quota_ > 0 && !round_.empty() && out.size() < write_size; --quota_) {
    auto user = std::move(round_.back());
    round_.pop_back();
    auto* seats = seats_.find(user);
    if (seats == nullptr)
      continue;
    append_registry_call(out, sha_, key_(user), timing_.lease, config_,
                         seats->size());
    for (auto& x : *seats)
      append_seat(out, config_, x, false);
    in_flight_.push_back({verb::renew, std::move(user), 0, nullptr, {}});
  }
}

std::string_view registry_queue::on_reply(resp_reply reply) {
  if (in_flight_.empty())
    return "an answer to no command";
  if (is_error(reply) && reply.front().text.starts_with("NOSCRIPT"))
    return "the scripts were flushed";
  auto x = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (x.what == verb::load)
    on_loaded(reply);
  else if (!is_error(reply))
    on_losers(x, reply);
  else if (x.done)
    decide_alone(x);
  return {};
}

void registry_queue::on_loaded(resp_reply reply) {
  if (is_error(reply)) {
    script_ = script::refused;
    decide_all();
    return;
  }
  script_ = script::ready;
  sha_ = reply.front().text;
}

void registry_queue::on_losers(job& x, resp_reply reply) {
  auto admitted = true;
  for (auto& loser : reply.subspan(1)) {
    if (x.done && loser.text == id_of(x.connection))
      admitted = false;
    else
      evict(std::string{loser.text});
  }
  if (!admitted)
    seats_.remove(x.user, x.connection);
  if (x.done)
    answer(x, admitted);
}

// -- decisions ----------------------------------------------------------------

void registry_queue::decide_alone(job& x) {
  ++stats_.alone;
  auto surplus = seats_.surplus(x.user, x.connection, config_);
  if (surplus && *surplus != x.connection)
    evict(id_of(*surplus));
  auto refused = surplus == x.connection;
  answer(x, !refused);
  if (refused) // Redis may have thought otherwise
    leave(x.user, x.connection);
}

void registry_queue::answer(job& x, bool admitted) {
  if (!admitted)
    ++stats_.refused;
  call_guarded(log_,
               [&, done = std::exchange(x.done, nullptr)] { done(admitted); });
}

void registry_queue::evict(const std::string& connection) {
  ++stats_.evicted;
  call_guarded(log_, [&] { config_.evict(connection); });
}

std::string registry_queue::id_of(std::uint64_t connection) const {
  return config_.node + '-' + std::to_string(connection);
}

registry_stats registry_queue::stats() const {
  auto result = stats_;
  result.connected = usable();
  result.users = seats_.users();
  return result;
}

} // namespace atrium
