#include "atrium/broker/redis/presence_queue.hpp"

#include "atrium/broker/redis/leased_room.hpp"
#include "atrium/broker/redis/presence_script.hpp"
#include "atrium/broker/redis/redis_caller.hpp"
#include "atrium/broker/util/take_at.hpp"

#include <algorithm>

namespace atrium {

// -- what happens -------------------------------------------------------------

void presence_queue::on_lease(const std::string& id) {
  has_lease_ = true;
  if (id == lease_id_)
    return;
  lease_id_ = id;
  for (auto& x : in_flight_)
    x.is_void = true;
  emptied_.clear();
  refused_.clear();
  unlisted_.clear();
  book_.tell_all_again();
}

// Of many servers one may have come that has lost what it knew of its rooms. If
// it has the leases, too, a new lease says so.
void presence_queue::on_up(clock::time_point) {
  gate_.on_up();
  if (told_to_.empty())
    return;
  book_.tell_again([this](const presence_room& x) {
    auto by = terms_.incarnation(x.channel);
    return !by.empty() && std::ranges::find(told_to_, by) == told_to_.end();
  });
}

// Redis may have heard it or not.
void presence_queue::on_lost() {
  has_lease_ = false;
  for (auto& x : in_flight_)
    if (x.is_void)
      continue;
    else if (x.what == verb::tell)
      book_.requeue(x.where.channel);
    else if (x.what == verb::unlist)
      emptied_.push_back(std::move(x.where));
  in_flight_.clear();
}

void presence_queue::on_script(std::string_view sha) {
  gate_.on_script(sha);
}

void presence_queue::on_script_refused(std::string_view error) {
  gate_.on_script_refused(error);
}

void presence_queue::tick(clock::time_point now) {
  gate_.tick(now);
  book_.tick(now);
  for (; !refused_.empty() && refused_.front().first <= now;
       refused_.pop_front())
    book_.requeue(refused_.front().second);
}

auto presence_queue::next_tick() const -> std::optional<clock::time_point> {
  auto next = earlier(gate_.next_tick(), book_.next_tick());
  if (!refused_.empty())
    next = earlier(next, refused_.front().first);
  // What cannot be written yet is written when that has changed.
  if (!unlisted_.empty() && is_open())
    next = earlier(next, unlisted_.front().first);
  return next;
}

// -- writing ------------------------------------------------------------------

// A room is taken out of the set before it can be in it again.
void presence_queue::compose(std::string& out, std::size_t limit,
                             clock::time_point now) {
  if (!is_open())
    return;
  for (auto& x : book_.take_emptied())
    emptied_.push_back(std::move(x));
  for (; !emptied_.empty() && out.size() < limit; emptied_.pop_front()) {
    write_listing("SREM", emptied_.front(), out);
    in_flight_.push_back({verb::unlist, std::move(emptied_.front())});
  }
  for (; !unlisted_.empty() && unlisted_.front().first <= now
         && out.size() < limit;
       unlisted_.pop_front())
    if (auto& where = unlisted_.front().second; book_.has(where.channel))
      list(where, out);
  while (out.size() < limit) {
    auto next = book_.take(max_batch, max_batch_bytes);
    if (next.where == nullptr)
      return;
    tell(next, out);
  }
}

// The room is put into the set each time: who finds this node dead by mistake
// takes it out, and what Redis hears late has to be found once more.
void presence_queue::tell(const presence_book::batch& x, std::string& out) {
  auto there
    = [](const presence_book::change& one) { return one.connections != 0; };
  if (std::ranges::any_of(x.changes, there))
    list(*x.where, out);
  append_presence_call(
    out, {gate_.sha(), lease_id_, *x.where, terms_.publish_command()},
    x.changes);
  in_flight_.push_back({verb::tell, *x.where});
  auto by = terms_.incarnation(x.where->channel);
  if (!by.empty() && std::ranges::find(told_to_, by) == told_to_.end())
    told_to_.emplace_back(by);
}

void presence_queue::list(const presence_room& where, std::string& out) {
  write_listing("SADD", where, out);
  in_flight_.push_back({verb::list, where});
}

void presence_queue::write_listing(std::string_view command,
                                   const presence_room& where,
                                   std::string& out) {
  append_command(out, {command, leased_rooms_key(names_, lease_id_),
                       write_leased_room({where.name, where.mode})});
}

// -- reading ------------------------------------------------------------------

std::string_view presence_queue::on_reply_to(std::size_t which,
                                             resp_reply reply,
                                             clock::time_point now) {
  if (which >= in_flight_.size())
    return "an answer to no command";
  auto x = take_at(in_flight_, which);
  if (is_not_ready(reply))
    gate_.wait(now);
  if (x.is_void)
    return {};
  if (x.what == verb::tell)
    return on_told(x, reply, now);
  if (x.what == verb::list && is_error(reply))
    on_unlisted(x.where, is_lost(reply) ? now : now + refusal_pause);
  else if (x.what == verb::unlist && (is_not_ready(reply) || is_lost(reply))
           && !book_.has(x.where.channel))
    emptied_.push_back(std::move(x.where));
  return {};
}

// Whose room is not in the set would stay there after a crash: a room that was
// not put into it is as good as one that was refused. Of many servers that of
// the room may have answered already.
void presence_queue::on_unlisted(const presence_room& where,
                                 clock::time_point again) {
  auto told = std::ranges::find_if(in_flight_, [&](auto& x) {
    return x.what == verb::tell && x.where.channel == where.channel;
  });
  if (told == in_flight_.end())
    unlisted_.emplace_back(again, where);
  else
    told->is_unlisted = true;
}

std::string_view presence_queue::on_told(const call& x, resp_reply reply,
                                         clock::time_point now) {
  if (is_no_script(reply) || is_not_ready(reply) || is_lost(reply)) {
    book_.requeue(x.where.channel);
    return {};
  }
  if (is_error(reply) || x.is_unlisted) {
    refused_.emplace_back(now + refusal_pause, x.where.channel);
    return {};
  }
  auto outcome = read_presence_outcome(reply);
  if (!outcome) {
    book_.requeue(x.where.channel);
    return "an answer that makes no sense";
  }
  joins_ += outcome->came;
  leaves_ += outcome->gone;
  book_.settle(x.where.channel);
  return {};
}

bool presence_queue::is_settled() const {
  if (!in_flight_.empty())
    return false;
  presence_stats left;
  book_.count(left);
  return !is_open() || !refused_.empty()
         || (unlisted_.empty() && left.waiting == 0);
}

void presence_queue::count(presence_stats& to) const noexcept {
  book_.count(to);
  to.connected = is_open();
  to.joins = joins_;
  to.leaves = leaves_;
}

} // namespace atrium
