#include "atrium/net/lane/lane_timers.hpp"

#include <algorithm>

namespace atrium {

lane_timers::lane_timers(boost::asio::io_context& io,
                         std::chrono::seconds interval)
  : timer_(io), slots_(static_cast<std::size_t>(interval.count())) {
  timer_.expires_after(std::chrono::seconds{0});
  wait();
}

void lane_timers::start(timed& x) {
  // The slot of this second, whose turn is a whole interval away: so visits are
  // spread over the interval as the connections came.
  slots_[now_ % slots_.size()].push_back(x);
}

void lane_timers::expire_after(timed& x, std::chrono::seconds time) {
  cancel_deadline(x);
  // The current second has begun already: one more, so that nobody gets less.
  x.deadline_ = now_ + static_cast<std::uint64_t>(time.count()) + 1;
  deadlines_.push_back(x);
}

void lane_timers::cancel_deadline(timed& x) {
  static_cast<auto_unlink_hook<deadline_tag>&>(x).unlink();
}

void lane_timers::expire_all() {
  // Whoever gets another deadline as it expires, such as that of a close, keeps
  // it.
  decltype(deadlines_) due;
  due.swap(deadlines_);
  while (!due.empty()) {
    auto& x = due.front();
    cancel_deadline(x);
    x.expire();
  }
}

// By whole slots, which hold about as many each.
void lane_timers::doubt(const address_filter& whom) {
  constexpr std::size_t most = 1'000;
  std::size_t doubted = 0;
  // Also for those who are doubted already: they have a clock of their own.
  settling_ = patience;
  for (std::size_t i = 0; i < slots_.size() && doubted < most; ++i)
    for (auto& x : slots_[next_doubt_++ % slots_.size()])
      doubted += x.doubt(whom) ? 1 : 0;
}

void lane_timers::settle_doubts() {
  for (auto& slot : slots_)
    for (auto i = slot.begin(); i != slot.end();)
      (i++)->settle_doubt();
}

void lane_timers::stop() {
  stopped_ = true; // the timer may have expired already
  timer_.cancel();
}

void lane_timers::wait() {
  // A process that was frozen does not make up for the intervals it has missed.
  auto next = timer_.expiry() + std::chrono::seconds{1};
  timer_.expires_at(std::max(next, std::chrono::steady_clock::now()));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error || stopped_)
      return;
    tick();
    wait();
  });
}

void lane_timers::tick() {
  ++now_;
  if (settling_ > 0) {
    --settling_;
    settle_doubts();
  }
  // Whoever is visited may leave its list: take the next one first.
  auto& turn = slots_[now_ % slots_.size()];
  for (auto i = turn.begin(); i != turn.end();)
    (i++)->on_interval();
  for (auto i = deadlines_.begin(); i != deadlines_.end();) {
    auto& x = *i++;
    if (x.deadline_ > now_)
      continue;
    cancel_deadline(x);
    x.expire();
  }
}

} // namespace atrium
