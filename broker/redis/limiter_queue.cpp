#include "atrium/broker/redis/limiter_queue.hpp"

#include "atrium/broker/redis/limiter_script.hpp"
#include "atrium/broker/redis/redis_caller.hpp"
#include "atrium/broker/util/take_at.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace atrium {

limiter_queue::limiter_queue(limiter_config config, limiter_timing timing,
                             key_function key, bus_log log,
                             dead_runs_function dead_runs)
  : config_(std::move(config)),
    timing_(timing),
    key_(std::move(key)),
    log_(std::move(log)),
    dead_runs_(std::move(dead_runs)) {
  // nop
}

// -- from the node ------------------------------------------------------------

void limiter_queue::enter(const std::string& user, newcomer who,
                          connection_limiter::answer done,
                          clock::time_point now) {
  connections_.add(user, {who.connection, now});
  job x{verb::enter, user, std::move(who), std::move(done),
        now + timing_.patience};
  // Before the first connection arrivals wait: at a start it comes soon.
  if (script_ == script::refused || is_lost_ || !has_room())
    decide_alone(x);
  else
    push(std::move(x));
}

void limiter_queue::leave(const std::string& user, std::uint64_t connection) {
  if (!connections_.remove(user, connection))
    return;
  tell_departure(user, connection);
}

void limiter_queue::tell_departure(const std::string& user,
                                   std::uint64_t connection) {
  if (has_room())
    push({verb::leave, user, newcomer{connection}, nullptr, {}});
  else
    ++stats_.discarded; // the lease ends by itself
}

void limiter_queue::push(job x) {
  waiting_bytes_ += x.memory();
  waiting_.push_back(std::move(x));
}

void limiter_queue::change_rules(std::size_t most, surplus_policy policy) {
  config_ = {std::move(config_.node), most, policy, std::move(config_.evict)};
}

void limiter_queue::tick(clock::time_point now) {
  decide_if([=](auto& x) { return x.deadline <= now; });
  // What is decided need not be asked: the next renewal tells it.
  std::erase_if(waiting_, [this](auto& x) {
    if (x.what != verb::enter || x.done)
      return false;
    waiting_bytes_ -= x.memory();
    return true;
  });
  repeated_ = std::min(repeated_, waiting_.size()); // some may be erased now
  quota_ = per_tick_; // no bursts: an unused quota expires
  if (!usable() || !round_.empty() || now < next_round_)
    return;
  auto interval = timing_.lease / 3;
  next_round_ = now + interval;
  connections_.for_each([&](auto& user, auto&) { round_.push_back(user); });
  auto ticks = std::max<clock::rep>(1, interval / tick_time);
  // Rounded up: a round has to be over within its third of the lease.
  quota_ = per_tick_ = round_.size() / static_cast<std::size_t>(ticks) + 1;
}

void limiter_queue::decide_all() {
  decide_if([](auto&) { return true; });
}

// By index: who is refused leaves, which adds to what waits.
template <class Predicate>
void limiter_queue::decide_if(Predicate due) {
  for (auto* jobs : {&in_flight_, &waiting_})
    // NOLINTNEXTLINE(modernize-loop-convert)
    for (std::size_t i = 0; i < jobs->size(); ++i)
      if (auto& x = (*jobs)[i]; x.done && due(x))
        decide_alone(x);
}

// -- from the link ------------------------------------------------------------

// Redis may have lost everything. Of many servers it may be one: then a round
// that has begun goes on, or one that comes and goes would keep it from its
// end.
void limiter_queue::on_up(clock::time_point) {
  if (std::exchange(is_lost_, false))
    round_.clear();
  next_round_ = {};
}

// Departures are told again, which does no harm; whether an arrival took effect
// is unknown, but this node has to decide now.
void limiter_queue::on_lost() {
  is_lost_ = true;
  script_ = script::unknown;
  auto lost = std::exchange(in_flight_, {});
  for (auto& x : lost)
    if (x.done)
      decide_alone(x);
  std::erase_if(lost, [](auto& x) { return x.what != verb::leave; });
  for (auto& x : lost)
    waiting_bytes_ += x.memory();
  waiting_.insert(waiting_.begin(), std::make_move_iterator(lost.begin()),
                  std::make_move_iterator(lost.end()));
}

void limiter_queue::on_script(std::string_view sha) {
  script_ = script::ready;
  sha_ = sha;
}

void limiter_queue::on_script_refused(std::string_view) {
  script_ = script::refused;
  decide_all();
}

void limiter_queue::compose(std::string& out, std::size_t limit,
                            clock::time_point now) {
  if (!usable())
    return;
  repeated_ = 0;
  while (!waiting_.empty() && out.size() < limit) {
    auto& next = waiting_.front();
    write(next, out);
    waiting_bytes_ -= next.memory();
    in_flight_.push_back(std::move(next));
    waiting_.pop_front();
  }
  renew_some(out, limit, now);
}

void limiter_queue::write(const job& x, std::string& out) {
  auto id = config_.id_of(x.who.connection);
  if (x.what == verb::leave)
    return append_command(out, {"HDEL", key_(x.user), id});
  auto dead = dead_runs_ ? dead_runs_() : nullptr; // is held until it is read
  std::span<const std::string> runs;
  if (dead)
    runs = *dead;
  append_limiter_call(out,
                      {sha_, key_(x.user), timing_.lease, config_,
                       !config_.decides_at_once(x.who), x.who.silent, 1, runs});
  append_newcomer(out, id);
}

// Who is not admitted yet is not told of: that would be an answer in itself.
void limiter_queue::renew_some(std::string& out, std::size_t limit,
                               clock::time_point now) {
  for (; quota_ > 0 && !round_.empty() && out.size() < limit; --quota_) {
    auto user = std::move(round_.back());
    round_.pop_back();
    std::vector<user_connections::lease> leases;
    if (auto* all = connections_.find(user))
      std::ranges::copy_if(*all, std::back_inserter(leases),
                           &user_connections::lease::admitted);
    if (leases.empty())
      continue;
    append_limiter_call(
      out,
      {sha_, key_(user), timing_.lease, config_, false, {}, leases.size()});
    for (auto& x : leases)
      append_lease(out, config_.id_of(x.connection), x, now);
    in_flight_.push_back({verb::renew, std::move(user), {}, nullptr, {}});
  }
}

std::string_view limiter_queue::on_reply_to(std::size_t which, resp_reply reply,
                                            clock::time_point) {
  if (which >= in_flight_.size())
    return "an answer to no command";
  auto x = take_at(in_flight_, which);
  is_error(reply) ? on_refused(std::move(x), reply) : on_leases(x, reply);
  return {};
}

void limiter_queue::on_refused(job x, resp_reply error) {
  if (is_no_script(error) || (is_lost(error) && x.what == verb::renew))
    repeat(std::move(x));
  else if (x.done)
    decide_alone(x);
  else if (is_lost(error) && x.what == verb::leave)
    tell_departure(x.user, x.who.connection);
  else if (is_unreachable(error) && x.what == verb::leave)
    ++stats_.discarded;
}

// In the order in which they were said. Whoever has left meanwhile is not told
// of again: Redis would keep a lease for nobody.
void limiter_queue::repeat(job x) {
  if (x.what == verb::renew) {
    ++quota_;
    return round_.push_back(std::move(x.user));
  }
  if (!x.done)
    return; // decided already: the next renewal tells it
  if (connections_.find(x.user, x.who.connection) == nullptr)
    return decide_alone(x);
  waiting_bytes_ += x.memory();
  auto at = static_cast<std::ptrdiff_t>(repeated_++);
  waiting_.insert(waiting_.begin() + at, std::move(x));
}

void limiter_queue::on_leases(job& x, resp_reply reply) {
  lease_decision result{true};
  for (std::size_t i = 2; i < reply.size(); i += 2) {
    std::string id{reply[i - 1].text};
    auto since = reply[i].text;
    // An id without a time has no lease any more, here or on another node.
    if (x.what == verb::enter && id == config_.id_of(x.who.connection))
      on_own_lease(x, since, result);
    else if (since.empty())
      evict(x.user, id);
    else if (x.what == verb::enter)
      result.rivals.push_back(std::move(id));
    else if (auto* lease = connections_.find(x.user, own_number(config_, id)))
      lease->since = read_since(since);
  }
  if (result.admitted)
    result.rivals.clear();
  if (x.done)
    answer(x, result);
}

// What was decided alone meanwhile stands, unless the policy says otherwise.
void limiter_queue::on_own_lease(job& x, std::string_view since,
                                 lease_decision& result) {
  auto number = x.who.connection;
  result.admitted = !since.empty();
  if (auto* lease = connections_.find(x.user, number);
      lease && result.admitted) {
    lease->since = read_since(since);
    lease->admitted = lease->admitted || x.done;
  }
  if (result.admitted)
    return;
  if (x.done)
    connections_.remove(x.user, number);
  else if (config_.decides_at_once(x.who))
    evict(x.user, config_.id_of(number));
}

// -- decisions ----------------------------------------------------------------

void limiter_queue::decide_alone(job& x) {
  ++stats_.alone;
  std::vector<std::uint64_t> gone;
  auto result = connections_.decide(x.user, x.who, config_, gone);
  stats_.evicted += gone.size();
  for (auto one : gone) {
    tell_departure(x.user, one);
    call_guarded(log_, [&] { config_.evict(config_.id_of(one)); });
  }
  if (!result.admitted) // Redis may have thought otherwise
    tell_departure(x.user, x.who.connection);
  answer(x, result);
}

void limiter_queue::answer(job& x, const lease_decision& result) {
  if (!result.admitted && config_.decides_at_once(x.who))
    ++stats_.refused;
  call_guarded(log_,
               [&, done = std::exchange(x.done, nullptr)] { done(result); });
}

// One of this node that is not here any more has gone by itself.
void limiter_queue::evict(const std::string& user,
                          const std::string& connection) {
  auto number = own_number(config_, connection);
  if (number != 0 && !connections_.remove(user, number))
    return;
  ++stats_.evicted;
  call_guarded(log_, [&] { config_.evict(connection); });
}

limiter_stats limiter_queue::stats() const {
  auto result = stats_;
  result.connected = usable();
  result.users = connections_.users();
  return result;
}

} // namespace atrium
