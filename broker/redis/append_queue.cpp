#include "atrium/broker/redis/append_queue.hpp"

#include "atrium/broker/redis/redis_caller.hpp"

#include <algorithm>

namespace atrium {

void append_queue::push(append_job what) {
  auto& in = *channels_.try_emplace(what.channel).first;
  auto x = jobs_.insert(jobs_.end(), job{std::move(what), &in});
  in.second.jobs.push_back(x);
  if (in.second.called == 0)
    make_ready(in, false);
}

// -- writing ------------------------------------------------------------------

void append_queue::compose(std::string& out, std::size_t limit) {
  if (gate_.is_refused())
    return fail_ready();
  while (gate_.is_open() && !ready_.empty() && out.size() < limit) {
    auto& next = *ready_.front();
    ready_.pop_front();
    next.second.is_ready = false;
    call(next, out);
  }
}

void append_queue::call(entry& what, std::string& out) {
  auto& jobs = what.second.jobs;
  std::size_t bytes = 0;
  batch_.clear();
  for (auto& x : jobs) {
    bytes += x->payload->size();
    if (batch_.size() == max_batch
        || (!batch_.empty() && bytes > max_batch_bytes))
      break;
    batch_.push_back({x->event_id, *x->payload, x->is_chosen, x->was_sent});
    x->is_called = true;
  }
  what.second.called = batch_.size();
  auto& newest = *jobs[batch_.size() - 1];
  append_history_append(out,
                        {gate_.sha(), what.first,
                         terms_.incarnation(what.first), newest.rule,
                         terms_.publish_command()},
                        batch_);
  in_flight_.push_back(&what);
}

// -- reading ------------------------------------------------------------------

bool append_queue::on_reply_to(std::size_t which, resp_reply reply) {
  if (which >= in_flight_.size())
    return false;
  auto at = in_flight_.begin() + static_cast<std::ptrdiff_t>(which);
  auto& of = **at;
  std::vector<history_place> places;
  if (!is_error(reply)) {
    places = read_history_places(reply, of.second.called);
    if (places.empty())
      return false;
  }
  in_flight_.erase(at);
  if (is_not_ready(reply))
    gate_.wait(clock::now());
  if (is_no_script(reply) || is_not_ready(reply) || is_lost(reply))
    repeat(of, is_lost(reply));
  else
    settle_called(of, reply, places);
  return true;
}

void append_queue::settle_called(entry& of, resp_reply reply,
                                 const std::vector<history_place>& places) {
  auto& jobs = of.second.jobs;
  for (std::size_t i = 0; i < of.second.called; ++i) {
    if (is_error(reply)) {
      settle(*jobs[i], {errc::bus_unavailable});
      continue;
    }
    ++(places[i].is_known ? counters_.duplicates : counters_.stored);
    settle(*jobs[i], {errc::none, places[i].at});
  }
  remove_called(of.second);
  jobs.empty() ? forget(of) : make_ready(of, false);
}

// Ahead of other channels: the jobs are older than theirs.
void append_queue::repeat(entry& what, bool was_sent) {
  auto& jobs = what.second.jobs;
  auto called = what.second.called;
  what.second.called = 0;
  std::deque<job_list::iterator> again;
  for (std::size_t i = 0; i < called; ++i) {
    auto x = jobs.front();
    jobs.pop_front();
    if (x->is_late) {
      late_.erase(x);
      continue;
    }
    x->is_called = false;
    x->was_sent = x->was_sent || was_sent;
    again.push_back(x);
  }
  jobs.insert(jobs.begin(), again.begin(), again.end());
  jobs.empty() ? forget(what) : make_ready(what, true);
}

void append_queue::remove_called(channel_jobs& of) {
  for (; of.called > 0; --of.called) {
    erase(of.jobs.front());
    of.jobs.pop_front();
  }
}

void append_queue::make_ready(entry& what, bool first) {
  if (std::exchange(what.second.is_ready, true))
    return;
  if (first)
    ready_.push_front(&what);
  else
    ready_.push_back(&what);
}

// -- what happens -------------------------------------------------------------

// The last one first, since each of them goes to the front.
void append_queue::on_lost() {
  for (; !in_flight_.empty(); in_flight_.pop_back())
    repeat(*in_flight_.back(), true);
}

void append_queue::on_up() {
  gate_.on_up();
}

void append_queue::on_script(std::string_view sha) {
  gate_.on_script(sha);
}

void append_queue::on_script_refused(std::string_view error) {
  gate_.on_script_refused(error);
  if (gate_.is_refused())
    fail_ready();
}

// The front is the oldest of all, and so the first of its channel that is not
// in flight.
void append_queue::tick(clock::time_point now) {
  gate_.tick(now);
  while (!jobs_.empty() && jobs_.front().deadline <= now) {
    auto x = jobs_.begin();
    settle(*x, {errc::timeout});
    if (x->is_called) {
      x->is_late = true;
      late_.splice(late_.end(), jobs_, x);
      continue;
    }
    auto& of = *x->in;
    auto& jobs = of.second.jobs;
    jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(of.second.called));
    jobs_.erase(x);
    if (jobs.empty())
      forget(of);
  }
}

auto append_queue::next_tick() const -> std::optional<clock::time_point> {
  std::optional<clock::time_point> next;
  if (!jobs_.empty())
    next = jobs_.front().deadline;
  return earlier(next, gate_.next_tick());
}

void append_queue::fail_all() {
  for (auto& x : jobs_)
    settle(x, {errc::bus_unavailable});
  jobs_.clear();
  late_.clear();
  ready_.clear();
  in_flight_.clear();
  channels_.clear();
}

void append_queue::fail_ready() {
  for (auto* x : std::exchange(ready_, {})) {
    for (auto i : x->second.jobs) {
      settle(*i, {errc::bus_unavailable});
      jobs_.erase(i);
    }
    channels_.erase(channels_.find(x->first));
  }
}

// The channel has no jobs. If it is ready, it has been so for longest.
void append_queue::forget(entry& what) {
  if (what.second.is_ready)
    ready_.erase(std::ranges::find(ready_, &what));
  channels_.erase(channels_.find(what.first));
}

void append_queue::settle(job& x, publish_receipt receipt) {
  if (!x.is_late)
    atrium::settle(x, receipt, accounting_, log_);
}

void append_queue::erase(job_list::iterator x) {
  (x->is_late ? late_ : jobs_).erase(x);
}

} // namespace atrium
