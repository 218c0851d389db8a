#include "atrium/broker/redis/publish_queue.hpp"

#include <utility>

namespace atrium {

void publish_queue::push(publish_job job) {
  waiting_.push_back(std::move(job));
}

void publish_queue::compose(std::string& out, std::size_t limit) {
  auto command = terms_.publish_command();
  while (!waiting_.empty() && out.size() < limit) {
    auto& job = waiting_.front();
    append_command(out, {command, job.channel, *job.payload});
    // In its place: where there is no memory for it, the job keeps its handler.
    in_flight_.emplace_back(job);
    waiting_.pop_front();
  }
}

bool publish_queue::on_reply_to(std::size_t which, resp_reply reply) {
  if (which >= in_flight_.size())
    return false;
  settle_in_flight(which, is_error(reply) ? errc::bus_unavailable : errc::none);
  return true;
}

void publish_queue::on_lost() {
  while (!in_flight_.empty())
    settle_in_flight(0, errc::bus_unavailable);
}

void publish_queue::fail_all() {
  on_lost();
  for (; !waiting_.empty(); waiting_.pop_front())
    settle(waiting_.front(), errc::bus_unavailable);
}

// Oldest first, which is the order of the deadlines. An expired publish stays
// in flight until its answer comes, but the accounting does not count it any
// more: the window of the pipeline bounds the unanswered commands.
void publish_queue::tick(clock::time_point now) {
  while (expired_ < in_flight_.size() && in_flight_[expired_].deadline <= now)
    settle(in_flight_[expired_++], errc::timeout);
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    settle(waiting_.front(), errc::timeout);
    waiting_.pop_front();
  }
}

auto publish_queue::next_tick() const -> std::optional<clock::time_point> {
  if (expired_ < in_flight_.size())
    return in_flight_[expired_].deadline;
  if (!waiting_.empty())
    return waiting_.front().deadline;
  return std::nullopt;
}

// From the deque's nearer end: with many servers an answer is out of order by
// no more than what a slow one has not answered yet.
void publish_queue::settle_in_flight(std::size_t which, errc code) {
  if (which < expired_)
    --expired_;
  else
    settle(in_flight_[which], code);
  if (which == 0)
    in_flight_.pop_front();
  else
    in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(which));
}

} // namespace atrium
