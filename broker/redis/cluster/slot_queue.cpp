#include "atrium/broker/redis/cluster/slot_queue.hpp"

#include <algorithm>

namespace atrium {

void slot_queue::push(cluster_command& x) noexcept {
  x.next = nullptr;
  (last_ == nullptr ? first_ : last_->next) = &x;
  last_ = &x;
}

cluster_command& slot_queue::send_to(server_lane& to) noexcept {
  auto& x = *first_;
  first_ = x.next;
  if (first_ == nullptr)
    last_ = nullptr;
  ++in_flight_;
  with_ = &to;
  return x;
}

// Answers come in order, so that only others that have bounced are older.
void slot_queue::on_bounce(cluster_command& x, clock::time_point now,
                           clock::time_point until) noexcept {
  --in_flight_;
  x.has_bounced = true;
  auto** at = &first_;
  while (*at != nullptr && (*at)->serial < x.serial)
    at = &(*at)->next;
  x.next = *at;
  *at = &x;
  if (x.next == nullptr)
    last_ = &x;
  resumes_ = std::max(resumes_, until);
  on_nobody(now);
}

} // namespace atrium
