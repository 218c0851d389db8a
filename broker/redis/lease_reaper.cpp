#include "atrium/broker/redis/lease_reaper.hpp"

#include "atrium/broker/redis/event_script.hpp"
#include "atrium/broker/redis/lease_heir.hpp"
#include "atrium/broker/redis/presence_script.hpp"
#include "atrium/broker/redis/redis_caller.hpp"
#include "atrium/broker/util/take_at.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

// Redis serves nobody else until it has done what one client has sent.
constexpr std::size_t most_in_flight = 4;

constexpr std::string_view rooms_at_a_time = "100";

} // namespace

lease_reaper::lease_reaper(
  const redis_terms& terms, channel_names names,
  std::function<void(const std::string& lease_id)> emptied)
  : terms_(terms), names_(std::move(names)), emptied_(std::move(emptied)) {
  // nop
}

void lease_reaper::reap(const std::vector<std::string>& claimed,
                        clock::time_point until) {
  claimed_ = claimed;
  until_ = until;
  if (std::ranges::find(claimed_, current_) == claimed_.end())
    abandon();
  if (current_.empty())
    begin_next();
}

void lease_reaper::begin(std::string lease_id) {
  abandon();
  current_ = std::move(lease_id);
  list_cursor_ = "0";
  waiting_.push_back({verb::list, work_});
}

void lease_reaper::begin_next() {
  if (!claimed_.empty())
    begin(claimed_.front());
}

// Answers that are still to come count for nothing but their entries.
void lease_reaper::abandon() {
  current_.clear();
  is_inheriting_ = false;
  is_partial_ = false;
  retry_.reset();
  waiting_.clear();
  ++work_;
}

// -- writing ------------------------------------------------------------------

// A claim that is over may be another node's by now.
void lease_reaper::compose(std::string& out, std::size_t limit) {
  if (!gate_.is_open() || waiting_.empty() || clock::now() >= until_)
    return;
  while (!waiting_.empty() && out.size() < limit
         && in_flight_.size() < most_in_flight) {
    write(waiting_.front(), out);
    in_flight_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void lease_reaper::write(const job& x, std::string& out) const {
  auto rooms = leased_rooms_key(names_, current_);
  if (x.what == verb::list)
    return append_command(out,
                          {"SSCAN", rooms, x.cursor, "COUNT", rooms_at_a_time});
  if (x.what == verb::drop)
    return append_command(out, {"SREM", rooms, x.member});
  auto channel = names_.room(x.room.name);
  append_command(out,
                 {"EVALSHA", gate_.sha(), "2", presence_key(channel),
                  presence_users_key(channel), x.cursor, current_, x.room.name,
                  channel, letter_of(x.room.mode), terms_.publish_command()});
}

// -- reading ------------------------------------------------------------------

bool lease_reaper::on_reply_to(std::size_t which, resp_reply reply) {
  if (which >= in_flight_.size())
    return false;
  auto x = take_at(in_flight_, which);
  if (!is_error(reply))
    return on_answer(std::move(x), reply);
  on_refused(std::move(x), reply);
  return true;
}

// Whatever it is may pass, and the claim is for a while only. What cannot be
// reached holds nothing else up: it is found again when the lease is begun
// anew.
void lease_reaper::on_refused(job x, resp_reply error) {
  if (is_unreachable(error)) {
    if (x.work == work_) {
      is_partial_ = true;
      if (x.what == verb::list)
        list_cursor_ = "0"; // the end
    }
    return go_on_if_idle();
  }
  if (!is_no_script(error) && !is_lost(error))
    gate_.wait(clock::now());
  if (x.work == work_)
    waiting_.push_front(std::move(x));
}

bool lease_reaper::on_answer(job x, resp_reply reply) {
  auto is_sane = true;
  if (x.what == verb::list)
    is_sane = on_list(std::move(x), reply);
  else if (x.what == verb::reap)
    is_sane = on_reaped(std::move(x), reply);
  go_on_if_idle();
  return is_sane;
}

// Of a reply [cursor, [member, ...]].
bool lease_reaper::on_list(job x, resp_reply reply) {
  if (reply.size() < 3 || reply[2].type != resp_type::array)
    return false;
  if (x.work != work_)
    return true;
  list_cursor_ = reply[1].text;
  for (auto& member : reply.subspan(3)) {
    job next{verb::reap, work_, "0", std::string{member.text}};
    // What no node of this version has written would be there for ever.
    if (auto room = read_leased_room(member.text)) {
      next.room = std::move(*room);
    } else if (member.text == leased_events && heir_ != nullptr) {
      is_inheriting_ = true;
      heir_->inherit(current_);
      continue;
    } else {
      next.what = verb::drop;
    }
    waiting_.push_back(std::move(next));
  }
  return true;
}

void lease_reaper::on_inherited(const std::string& lease_id) {
  if (lease_id != current_ || !std::exchange(is_inheriting_, false))
    return;
  waiting_.push_back({verb::drop, work_, "0", std::string{leased_events}});
}

// Of a reply [cursor, number of entries].
bool lease_reaper::on_reaped(job x, resp_reply reply) {
  if (reply.size() != 3 || reply[2].type != resp_type::integer)
    return false;
  reaped_ += static_cast<std::uint64_t>(reply[2].value);
  if (x.work != work_)
    return true;
  x.cursor = reply[1].text;
  if (x.cursor == "end")
    x.what = verb::drop;
  waiting_.push_back(std::move(x));
  return true;
}

void lease_reaper::go_on_if_idle() {
  auto is_part = [this](auto& x) { return x.work == work_; };
  if (current_.empty() || !waiting_.empty() || is_inheriting_
      || std::ranges::any_of(in_flight_, is_part))
    return;
  if (list_cursor_ != "0") {
    waiting_.push_back({verb::list, work_, list_cursor_});
    return;
  }
  if (is_partial_) {
    retry_ = clock::now() + unreachable_pause;
    return;
  }
  auto done = std::exchange(current_, {});
  std::erase(claimed_, done);
  emptied_(done);
  begin_next();
}

// -- what happens -------------------------------------------------------------

// Whether the claim still stands the next answer about the lease says.
void lease_reaper::on_lost() {
  in_flight_.clear();
  claimed_.clear();
  abandon();
}

void lease_reaper::on_up() {
  gate_.on_up();
}

void lease_reaper::on_script(std::string_view sha) {
  gate_.on_script(sha);
}

void lease_reaper::on_script_refused(std::string_view error) {
  gate_.on_script_refused(error);
}

// Another lease comes first, if there is one.
void lease_reaper::tick(clock::time_point now) {
  gate_.tick(now);
  if (!retry_ || *retry_ > now)
    return;
  auto i = std::ranges::find(claimed_, current_);
  auto is_last = i == claimed_.end() || ++i == claimed_.end();
  begin(is_last ? claimed_.front() : *i);
}

auto lease_reaper::next_tick() const -> std::optional<clock::time_point> {
  return earlier(gate_.next_tick(), retry_);
}

void lease_reaper::fail_all() {
  on_lost();
}

} // namespace atrium
