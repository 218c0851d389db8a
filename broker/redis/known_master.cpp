#include "atrium/broker/redis/known_master.hpp"

#include <algorithm>

namespace atrium {

auto known_master::on_answer(const redis_host& master, std::uint64_t epoch,
                             steady now, bool serves) -> verdict {
  auto is_other = knows() && master != master_;
  if (is_other && epoch < epoch_ && (serves || now - named_at_ < trust))
    return verdict::outdated;
  // A sentinel with another epoch may know as well who it is.
  epoch_ = is_other ? epoch : std::max(epoch_, epoch);
  master_ = master;
  named_at_ = now;
  return is_other ? verdict::moved : verdict::same;
}

bool known_master::on_move(const redis_host& from, const redis_host& to,
                           steady now) {
  if (from != master_ || to == from)
    return false;
  // It comes without an epoch, but that is greater than the one before.
  ++epoch_;
  master_ = to;
  named_at_ = now;
  return true;
}

} // namespace atrium
