#include "atrium/broker/redis/script_queue.hpp"

#include "atrium/broker/redis/redis_caller.hpp"

namespace atrium {

void script_queue::push(std::unique_ptr<script_call> x) {
  waiting_.push_back(std::move(x));
}

// -- writing ------------------------------------------------------------------

// A call that is repeated waits for the answers to those that were sent after
// it: they may have had no effect either.
void script_queue::compose(std::string& out, std::size_t limit) {
  while (gate_.is_refused() && !waiting_.empty()) {
    settle(*waiting_.front(), errc::bus_unavailable);
    waiting_.pop_front();
  }
  if (before_ > 0)
    return;
  repeated_ = 0;
  while (gate_.is_open() && !waiting_.empty() && out.size() < limit
         && in_flight_.size() - excused_ < max_calls
         && promised_ < max_answers) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    auto count = next->append(out, gate_.sha());
    commands_ += count;
    promised_ += next->promise;
    in_flight_.push_back({std::move(next), count, fate::open});
  }
}

// -- reading ------------------------------------------------------------------

bool script_queue::on_reply_to(std::size_t which, resp_reply reply) {
  auto at = in_flight_.begin();
  for (; at != in_flight_.end() && which >= at->answers; ++at)
    which -= at->answers;
  if (at == in_flight_.end())
    return false;
  auto is_script = at->next == fate::open && which + 1 == at->answers;
  if (is_script && !take(*at, reply))
    return false;
  if (!is_script && (is_lost(reply) || is_unreachable(reply)))
    at->call->miss();
  --commands_;
  if (--at->answers > 0)
    return true;
  auto done = std::move(*at);
  in_flight_.erase(at);
  finish(std::move(done));
  return true;
}

// Returns false for an answer that makes no sense.
bool script_queue::take(sent& x, resp_reply reply) {
  auto& call = *x.call;
  if (is_error(reply)) {
    x.next = fate_of(call, reply);
    return true;
  }
  auto next = script_call::step::over;
  if (!call.is_late)
    call_guarded(log_, [&] { next = call.take(reply); });
  if (next == script_call::step::nonsense)
    return false;
  auto goes_on = next == script_call::step::goes_on;
  x.next = goes_on ? fate::goes_on : fate::over;
  if (!goes_on && !std::exchange(call.is_late, true))
    release(call.bytes);
  return true;
}

auto script_queue::fate_of(script_call& x, resp_reply error) -> fate {
  if (is_not_ready(error))
    gate_.wait(clock::now());
  if (is_no_script(error) || is_not_ready(error))
    return fate::again;
  if (is_lost(error) && x.may_repeat)
    return fate::goes_on;
  if (!is_unreachable(error) || x.is_late)
    return fate::fails;
  auto next = script_call::step::nonsense;
  call_guarded(log_, [&] { next = x.pass_over(); });
  if (next == script_call::step::goes_on)
    return fate::goes_on;
  if (next == script_call::step::nonsense)
    return fate::fails;
  x.is_late = true;
  release(x.bytes);
  return fate::over;
}

void script_queue::finish(sent x) {
  if (x.is_excused)
    --excused_;
  else
    promised_ -= x.call->promise;
  before_ -= before_ > 0 ? 1 : 0;
  if (x.next == fate::again)
    before_ = in_flight_.size();
  if (x.next == fate::again || x.next == fate::goes_on)
    repeat(std::move(x.call));
  else if (x.next == fate::fails)
    settle(*x.call, errc::bus_unavailable);
}

// Ahead of others, which came later, and behind those that came before.
void script_queue::repeat(std::unique_ptr<script_call> x) {
  if (x->is_late)
    return;
  waiting_.insert(waiting_.begin() + static_cast<std::ptrdiff_t>(repeated_++),
                  std::move(x));
}

void script_queue::settle(script_call& x, errc why) {
  if (std::exchange(x.is_late, true))
    return;
  release(x.bytes);
  call_guarded(log_, [&] { x.fail(why); });
}

// -- what happens -------------------------------------------------------------

void script_queue::on_excused(std::size_t which) {
  auto at = in_flight_.begin();
  for (; which >= at->answers; ++at)
    which -= at->answers;
  if (std::exchange(at->is_excused, true))
    return;
  ++excused_;
  promised_ -= at->call->promise;
}

void script_queue::on_lost() {
  auto lost = std::exchange(in_flight_, {});
  commands_ = 0;
  promised_ = 0;
  excused_ = 0;
  before_ = 0;
  // What was to be repeated already was sent before these.
  for (auto& x : lost) {
    if (x.next != fate::open)
      x.call->miss();
    if (x.call->may_repeat)
      repeat(std::move(x.call));
    else
      settle(*x.call, errc::bus_unavailable);
  }
}

void script_queue::on_up() {
  gate_.on_up();
}

void script_queue::on_script(std::string_view sha) {
  gate_.on_script(sha);
}

void script_queue::on_script_refused(std::string_view error) {
  gate_.on_script_refused(error);
}

// One in flight stays there for its answer.
void script_queue::tick(clock::time_point now) {
  gate_.tick(now);
  for (auto& x : in_flight_)
    if (x.call->deadline <= now)
      settle(*x.call, errc::timeout);
  while (!waiting_.empty() && waiting_.front()->deadline <= now) {
    settle(*waiting_.front(), errc::timeout);
    waiting_.pop_front();
    repeated_ -= repeated_ > 0 ? 1 : 0;
  }
}

auto script_queue::next_tick() const -> std::optional<clock::time_point> {
  auto next = gate_.next_tick();
  for (auto& x : in_flight_)
    if (!x.call->is_late)
      next = earlier(next, x.call->deadline);
  return waiting_.empty() ? next : earlier(next, waiting_.front()->deadline);
}

void script_queue::fail_all() {
  on_lost();
  for (; !waiting_.empty(); waiting_.pop_front())
    settle(*waiting_.front(), errc::bus_unavailable);
  repeated_ = 0;
}

} // namespace atrium
