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
         && in_flight_.size() < max_calls && promised_ < max_answers) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    auto count = next->append(out, gate_.sha());
    commands_ += count;
    promised_ += next->promise;
    in_flight_.push_back({std::move(next), count});
  }
}

// -- reading ------------------------------------------------------------------

bool script_queue::on_reply(resp_reply reply) {
  if (in_flight_.empty())
    return false;
  auto& oldest = in_flight_.front();
  if (oldest.answers > 1) {
    --oldest.answers;
    --commands_;
    return true;
  }
  auto again = is_no_script(reply) || is_not_ready(reply);
  auto next = script_call::step::over;
  if (!is_error(reply) && !oldest.call->is_late) {
    call_guarded(log_, [&] { next = oldest.call->take(reply); });
    if (next == script_call::step::nonsense)
      return false;
  }
  auto call = std::move(oldest.call);
  in_flight_.pop_front();
  --commands_;
  promised_ -= call->promise;
  before_ -= before_ > 0 ? 1 : 0;
  if (is_not_ready(reply))
    gate_.wait(clock::now());
  if (again) {
    before_ = in_flight_.size();
    repeat(std::move(call));
  } else if (next == script_call::step::goes_on) {
    repeat(std::move(call));
  } else if (is_error(reply)) {
    settle(*call, errc::bus_unavailable);
  } else if (!call->is_late) {
    release(call->bytes);
  }
  return true;
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

void script_queue::on_lost() {
  auto lost = std::exchange(in_flight_, {});
  commands_ = 0;
  promised_ = 0;
  before_ = 0;
  // What was to be repeated already was sent before these.
  for (auto& x : lost) {
    if (x.call->may_repeat)
      repeat(std::move(x.call));
    else
      settle(*x.call, errc::bus_unavailable);
  }
}

void script_queue::on_up(std::string_view) {
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
