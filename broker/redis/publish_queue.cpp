#include "atrium/broker/redis/publish_queue.hpp"

#include <utility>

namespace atrium {

void publish_queue::push(publish_job job) {
  waiting_.push_back(std::move(job));
}

void publish_queue::compose(std::string& out, std::size_t limit) {
  while (!waiting_.empty() && out.size() < limit) {
    auto& job = waiting_.front();
    append_command(out, {"PUBLISH", job.channel, *job.payload});
    in_flight_.push_back(std::move(job));
    waiting_.pop_front();
  }
}

bool publish_queue::on_reply(resp_reply reply) {
  if (in_flight_.empty())
    return false;
  settle_oldest(is_error(reply) ? errc::bus_unavailable : errc::none);
  return true;
}

void publish_queue::on_lost() {
  while (!in_flight_.empty())
    settle_oldest(errc::bus_unavailable);
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

void publish_queue::settle_oldest(errc code) {
  if (expired_ > 0)
    --expired_;
  else
    settle(in_flight_.front(), code);
  in_flight_.pop_front();
}

} // namespace atrium
