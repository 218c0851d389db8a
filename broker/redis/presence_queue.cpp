#include "atrium/broker/redis/presence_queue.hpp"

#include "atrium/broker/redis/leased_room.hpp"
#include "atrium/broker/redis/presence_script.hpp"
#include "atrium/broker/redis/redis_caller.hpp"

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
  book_.tell_all_again();
}

void presence_queue::on_up(std::string_view, clock::time_point) {
  gate_.on_up();
}

// Redis may have heard it or not.
void presence_queue::on_lost() {
  has_lease_ = is_unlisted_ = false;
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
  if (refused_.empty())
    return next;
  return earlier(next, refused_.front().first);
}

// -- writing ------------------------------------------------------------------

// A room is taken out of the set before it can be in it again.
void presence_queue::compose(std::string& out, std::size_t limit,
                             clock::time_point) {
  if (!is_open())
    return;
  for (auto& x : book_.take_emptied())
    emptied_.push_back(std::move(x));
  for (; !emptied_.empty() && out.size() < limit; emptied_.pop_front()) {
    write_listing("SREM", emptied_.front(), out);
    in_flight_.push_back({verb::unlist, std::move(emptied_.front())});
  }
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
  if (std::ranges::any_of(x.changes, there)) {
    write_listing("SADD", *x.where, out);
    in_flight_.push_back({verb::list, *x.where});
  }
  append_presence_call(out, {gate_.sha(), lease_id_, *x.where}, x.changes);
  in_flight_.push_back({verb::tell, *x.where});
}

void presence_queue::write_listing(std::string_view command,
                                   const presence_room& where,
                                   std::string& out) {
  append_command(out, {command, leased_rooms_key(names_, lease_id_),
                       write_leased_room({where.name, where.mode})});
}

// -- reading ------------------------------------------------------------------

std::string_view presence_queue::on_reply(resp_reply reply,
                                          clock::time_point now) {
  if (in_flight_.empty())
    return "an answer to no command";
  auto x = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (is_not_ready(reply))
    gate_.wait(now);
  if (x.is_void)
    return {};
  if (x.what == verb::tell)
    return on_told(x, reply, now);
  if (x.what == verb::list)
    is_unlisted_ = is_error(reply);
  else if (is_not_ready(reply) && !book_.has(x.where.channel))
    emptied_.push_back(std::move(x.where));
  return {};
}

// Whose room is not in the set would stay there after a crash: a room that was
// not put into it is as good as one that was refused.
std::string_view presence_queue::on_told(const call& x, resp_reply reply,
                                         clock::time_point now) {
  auto is_unlisted = std::exchange(is_unlisted_, false);
  if (is_no_script(reply) || is_not_ready(reply)) {
    book_.requeue(x.where.channel);
    return {};
  }
  if (is_error(reply) || is_unlisted) {
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
  return !is_open() || !refused_.empty() || left.waiting == 0;
}

void presence_queue::count(presence_stats& to) const noexcept {
  book_.count(to);
  to.connected = is_open();
  to.joins = joins_;
  to.leaves = leaves_;
}

} // namespace atrium
