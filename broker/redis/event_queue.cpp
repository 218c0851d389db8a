#include "atrium/broker/redis/event_queue.hpp"

#include "atrium/broker/redis/leased_room.hpp"
#include "atrium/broker/redis/redis_caller.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace atrium {

namespace {

using kind = backend_event::kind;

} // namespace

event_queue::event_queue(const redis_terms& terms, event_queue_config config,
                         event_backlog& from, std::function<unix_time()> now)
  : terms_(terms),
    config_(std::move(config)),
    from_(from),
    now_(std::move(now)) {
  // nop
}

// -- what happens -------------------------------------------------------------

void event_queue::on_lease(const std::string& id) {
  has_lease_ = true;
  if (id == lease_id_)
    return;
  if (!lease_id_.empty())
    former_.push_back(std::exchange(lease_id_, {}));
  lease_id_ = id;
  is_listed_ = must_list_ = false;
  tell_again();
}

void event_queue::tell_again() {
  again_.clear();
  for (auto& [field, user] : there_)
    again_.push_back(field);
}

// Of many servers that of the events may have started anew, and lost what it
// was told, while another one has the lease.
void event_queue::on_up(clock::time_point) {
  gate_.on_up();
  auto server = terms_.incarnation(config_.names.events());
  if (!told_to_.empty() && !server.empty() && server != told_to_)
    tell_again();
}

// Redis may have heard it or not. Who claims the leases of dead nodes is
// settled anew.
void event_queue::on_lost() {
  has_lease_ = false;
  sent_.clear();
  corpses_.clear();
}

void event_queue::on_script(std::string_view sha) {
  gate_.on_script(sha);
}

void event_queue::on_script_refused(std::string_view error) {
  gate_.on_script_refused(error);
}

void event_queue::reap(const std::string& lease_id) {
  auto is_it = [&](auto& x) { return x.lease_id == lease_id; };
  if (std::ranges::none_of(corpses_, is_it))
    corpses_.push_back({lease_id});
}

void event_queue::tick(clock::time_point now) {
  gate_.tick(now);
  if (pause_ && *pause_ <= now)
    pause_.reset();
}

auto event_queue::next_tick() const -> std::optional<clock::time_point> {
  return earlier(gate_.next_tick(), pause_);
}

// -- writing ------------------------------------------------------------------

// The lease is marked each time, before anything stands under it: who finds
// this node dead by mistake takes the mark out, and what Redis hears late has
// to be found once more.
void event_queue::compose(std::string& out, std::size_t, clock::time_point) {
  if (!is_open() || !sent_.empty())
    return;
  if (batch_.empty() && !reaping_ && !fill()) {
    if (is_done() && (is_listed_ || must_list_))
      write_listing("SREM", verb::unlist, out);
    else if (must_list_)
      write_listing("SADD", verb::list, out);
    return;
  }
  if (std::exchange(was_sent_, true))
    ++repeated_;
  else
    batch_lease_ = lease_id_;
  event_call call{gate_.sha(), config_, number_};
  if (reaping_) {
    append_reap_call(out, call, reaping_->lease_id, reaping_->cursor);
    sent_.push_back(verb::reap);
    return;
  }
  write_listing("SADD", verb::list, out);
  told_to_ = terms_.incarnation(config_.names.events());
  append_tell_call(out, call, lease_id_, former_, batch_);
  sent_.push_back(verb::tell);
}

// Decides what comes next; false: nothing.
bool event_queue::fill() {
  if (!is_allowed_)
    return false;
  was_sent_ = false;
  if (fill_again())
    return true;
  if (!corpses_.empty() && (!reaped_last_ || from_.is_empty())) {
    reaped_last_ = true;
    reaping_ = corpses_.front();
    return true;
  }
  reaped_last_ = false;
  for (auto& x : from_.take(max_batch, max_batch_bytes))
    batch_.push_back(make_event_line(x, config_.node));
  return !batch_.empty();
}

bool event_queue::fill_again() {
  for (; !again_.empty() && batch_.size() < max_batch; again_.pop_front()) {
    auto i = there_.find(again_.front());
    if (i == there_.end())
      continue;
    auto& [field, user] = *i;
    auto space = std::min(field.find(' '), field.size());
    backend_event x{kind::connected, now_(), user, field.substr(0, space)};
    if (space != field.size()) {
      x.what = kind::joined;
      x.room = field.substr(space + 1);
    }
    batch_.push_back(make_event_line(x, config_.node));
  }
  if (batch_.empty())
    former_.clear(); // all has moved
  return !batch_.empty();
}

bool event_queue::is_open() const noexcept {
  return has_lease_ && !pause_ && gate_.is_open();
}

bool event_queue::has_told() const noexcept {
  return batch_.empty();
}

bool event_queue::is_done() const {
  return leaves_ && there_.empty() && corpses_.empty() && from_.is_empty();
}

void event_queue::write_listing(std::string_view command, verb what,
                                std::string& out) {
  append_command(
    out, {command, leased_rooms_key(config_.names, lease_id_), leased_events});
  sent_.push_back(what);
}

// -- reading ------------------------------------------------------------------

std::string_view event_queue::on_reply(resp_reply reply,
                                       clock::time_point now) {
  if (sent_.empty())
    return "an answer to no command";
  auto what = sent_.front();
  sent_.pop_front();
  if (is_error(reply)) {
    on_refused(what, reply, now);
    return {};
  }
  if (what == verb::list || what == verb::unlist) {
    is_listed_ = what == verb::list;
    must_list_ = false;
    return {};
  }
  auto answer = read_event_answer(reply);
  if (!answer)
    return "an answer that makes no sense";
  ++number_;
  std::ranges::move(answer->texts, std::back_inserter(told_));
  what == verb::tell ? on_told(*answer) : on_reap(*answer);
  return {};
}

// Of many servers the one may take the events, and the other not the mark of
// the lease.
void event_queue::on_refused(verb what, resp_reply error,
                             clock::time_point now) {
  if (what == verb::list && (is_lost(error) || is_unreachable(error)))
    must_list_ = true;
  if (is_not_ready(error))
    gate_.wait(now);
  else if (!is_no_script(error) && !is_lost(error))
    pause_ = now + refusal_pause;
}

// What was told under an earlier lease stands there, and has to move.
void event_queue::on_told(const event_answer& x) {
  delivered_ += x.events;
  for (auto& line : std::exchange(batch_, {})) {
    note(line);
    if (batch_lease_ != lease_id_ && there_.contains(line.field))
      again_.push_back(line.field);
  }
}

// The claim may be over: then this lease is not on the list any more.
void event_queue::on_reap(const event_answer& x) {
  delivered_ += x.events;
  auto done = *std::exchange(reaping_, std::nullopt);
  if (corpses_.empty() || corpses_.front().lease_id != done.lease_id)
    return;
  corpses_.front().cursor = x.cursor;
  if (x.cursor != "end")
    return;
  corpses_.pop_front();
  reaped_.push_back(std::move(done.lease_id));
}

void event_queue::note(const event_line& x) {
  if (x.what == kind::connected || x.what == kind::joined)
    there_[x.field] = x.user;
  else if (x.what != kind::dead_letter)
    there_.erase(x.field);
}

bool event_queue::is_settled() const {
  if (!has_lease_ || gate_.is_refused())
    return true; // what stands there ends with the lease
  if (!sent_.empty())
    return false;
  return batch_.empty() && !reaping_ && from_.is_empty() && !must_list_
         && (!is_done() || !is_listed_);
}

void event_queue::count(event_sink_stats& to) const {
  to.connected = is_open();
  to.waiting += batch_.size();
  for (auto& x : batch_)
    to.bytes += x.event.size();
  to.delivered += delivered_;
  to.repeated += repeated_;
}

} // namespace atrium
