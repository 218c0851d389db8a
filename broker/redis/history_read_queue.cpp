#include "atrium/broker/redis/history_read_queue.hpp"

#include "atrium/broker/redis/history_script.hpp"
#include "atrium/broker/redis/redis_caller.hpp"
#include "atrium/broker/util/take_at.hpp"

#include <algorithm>

namespace atrium {

namespace {

// What an answer may have. That to a question for the position has nothing, as
// that to a removal.
std::size_t promise(const history_read_job& x) {
  return x.what.limit == 0 ? 0 : x.what.max_bytes - x.bytes;
}

} // namespace

history_read_job history_removal(std::string channel,
                                 std::function<void(errc)> done) {
  history_read_job result{
    std::move(channel), {}, [done = std::move(done)](const history_page& page) {
      done(page.error);
    }};
  result.removes = true;
  return result;
}

bool history_read_queue::admit() noexcept {
  if (pending_.fetch_add(1) < max_pending)
    return true;
  --pending_;
  return false;
}

void history_read_queue::push(history_read_job job) {
  waiting_.push_back(std::move(job));
}

void history_read_queue::refuse(const history_log::page_handler& done) {
  ++counters_.failed;
  history_page page;
  page.error = errc::bus_unavailable;
  done(std::move(page));
}

// -- writing ------------------------------------------------------------------

void history_read_queue::compose(std::string& out, std::size_t limit) {
  while (gate_.is_refused() && !waiting_.empty()) {
    fail(waiting_.front(), errc::bus_unavailable);
    waiting_.pop_front();
  }
  while (gate_.is_open() && !waiting_.empty() && out.size() < limit
         && in_flight_.size() - excused_ < max_calls
         && promised_ < max_answers) {
    call(waiting_.front(), out);
    in_flight_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    promised_ += promise(in_flight_.back());
  }
}

// What follows a part of a page comes after the last message of that.
void history_read_queue::call(const history_read_job& x, std::string& out) {
  if (x.removes)
    return append_history_remove(out, x.channel);
  auto& page = x.page;
  history_part part;
  part.from = page.messages.empty()
                ? x.what.from
                : position{page.top.epoch, page.messages.back().offset};
  part.limit = std::min(x.what.limit - page.messages.size(), max_part);
  part.max_bytes = x.what.max_bytes - x.bytes;
  part.newest_first = x.what.newest_first;
  part.was_seen = x.what.was_seen && page.messages.empty();
  append_history_read(
    out, {gate_.sha(), x.channel, terms_.incarnation(x.channel), x.what.rule},
    part);
}

// -- reading ------------------------------------------------------------------

bool history_read_queue::on_reply_to(std::size_t which, resp_reply reply) {
  if (which >= in_flight_.size())
    return false;
  std::optional<history_page> part;
  if (!is_error(reply)) {
    part = in_flight_[which].removes ? read_history_removal(reply)
                                     : read_history_page(reply);
    if (!part)
      return false;
  }
  auto job = take_at(in_flight_, which);
  if (std::exchange(job.is_excused, false))
    --excused_;
  else
    promised_ -= promise(job);
  if (is_not_ready(reply))
    gate_.wait(clock::now());
  auto goes_on
    = part ? add(job, std::move(*part))
           : is_no_script(reply) || is_not_ready(reply) || is_lost(reply);
  if (goes_on)
    repeat(std::move(job));
  else if (part)
    answer(job);
  else
    fail(job, errc::bus_unavailable);
  return true;
}

// Returns whether the page is to be read on. What was lost between two parts
// the next question hears.
bool history_read_queue::add(history_read_job& to, history_page part) {
  auto& page = to.page;
  if (page.messages.empty()) {
    page = std::move(part);
    for (auto& x : page.messages)
      to.bytes += x.packet->size();
  } else if (part.is_lost) {
    page.has_more = true;
    return false;
  } else {
    page.top = std::move(part.top);
    page.has_more = part.has_more;
    for (auto& x : part.messages) {
      if (to.bytes + x.packet->size() > to.what.max_bytes) {
        page.has_more = true;
        return false;
      }
      to.bytes += x.packet->size();
      page.messages.push_back(std::move(x));
    }
  }
  auto read = page.messages.size();
  return page.has_more && read > 0 && read % max_part == 0
         && read < to.what.limit && to.bytes < to.what.max_bytes;
}

// Ahead of the others, which came later.
void history_read_queue::repeat(history_read_job x) {
  if (x.done)
    waiting_.push_front(std::move(x));
}

void history_read_queue::answer(history_read_job& x) {
  if (!x.done)
    return; // in time for nobody
  counters_.reads += x.removes ? 0 : 1;
  counters_.read += x.page.messages.size();
  counters_.lost += x.page.is_lost ? 1 : 0;
  --pending_;
  auto done = std::exchange(x.done, nullptr);
  call_guarded(log_, [&] { done(std::move(x.page)); });
}

void history_read_queue::fail(history_read_job& x, errc why) {
  if (!x.done)
    return;
  ++counters_.failed;
  --pending_;
  history_page page;
  page.error = why;
  auto done = std::exchange(x.done, nullptr);
  call_guarded(log_, [&] { done(std::move(page)); });
}

// -- what happens -------------------------------------------------------------

void history_read_queue::on_excused(std::size_t which) {
  auto& job = in_flight_[which];
  if (std::exchange(job.is_excused, true))
    return;
  ++excused_;
  promised_ -= promise(job);
}

void history_read_queue::on_lost() {
  for (; !in_flight_.empty(); in_flight_.pop_back()) {
    in_flight_.back().is_excused = false;
    repeat(std::move(in_flight_.back()));
  }
  promised_ = 0;
  excused_ = 0;
}

void history_read_queue::on_up() {
  gate_.on_up();
}

void history_read_queue::on_script(std::string_view sha) {
  gate_.on_script(sha);
}

void history_read_queue::on_script_refused(std::string_view error) {
  gate_.on_script_refused(error);
}

// One in flight stays there for its answer.
void history_read_queue::tick(clock::time_point now) {
  gate_.tick(now);
  for (auto& x : in_flight_)
    if (x.deadline <= now)
      fail(x, errc::timeout);
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    fail(waiting_.front(), errc::timeout);
    waiting_.pop_front();
  }
}

auto history_read_queue::next_tick() const -> std::optional<clock::time_point> {
  auto next = gate_.next_tick();
  for (auto& x : in_flight_)
    if (x.done)
      next = earlier(next, x.deadline);
  return waiting_.empty() ? next : earlier(next, waiting_.front().deadline);
}

void history_read_queue::fail_all() {
  on_lost();
  for (; !waiting_.empty(); waiting_.pop_front())
    fail(waiting_.front(), errc::bus_unavailable);
}

} // namespace atrium
