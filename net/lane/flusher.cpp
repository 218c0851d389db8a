#include "atrium/net/lane/flusher.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

void flusher::schedule() {
  scheduled_ = true;
  if (clock::now() >= due_) {
    boost::asio::post(io_, [this] { flush(); });
    return;
  }
  timer_.expires_at(due_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error)
      flush();
  });
}

void flusher::flush() {
  scheduled_ = false;
  auto start = clock::now();
  // What is marked from here on belongs to the next round.
  list now;
  now.swap(marked_);
  while (!now.empty()) {
    auto& x = now.front();
    now.pop_front();
    x.flush();
  }
  auto end = clock::now();
  due_ = end + std::min<clock::duration>(window_, end - start);
  meter_.flushed();
  counters().flushes.add();
}

void flusher::watch() {
  constexpr std::chrono::milliseconds pause{100};
  if (std::exchange(watching_, true))
    return;
  watch_.expires_after(pause);
  watch_.async_wait([this](boost::system::error_code error) {
    watching_ = false;
    if (!error)
      judge();
  });
}

// Whoever is judged may leave the list: take the next one first.
void flusher::judge() {
  for (auto i = stalled_.begin(); i != stalled_.end();)
    (i++)->judge();
}

bool flusher::is_behind() {
  constexpr std::chrono::milliseconds pause{2};
  if (behind_ == 0)
    return false;
  if (auto now = clock::now(); now - judged_ >= pause) {
    judged_ = now;
    judge();
  }
  return behind_ > 0;
}

void flusher::survey() {
  std::size_t sum = 0;
  std::size_t most = 0;
  for (auto& x : stalled_) {
    auto bytes = x.queued_bytes();
    sum += bytes;
    most = std::max(most, bytes);
  }
  counters().outbox_bytes.set(sum);
  counters().outbox_bytes_max.set(most);
}

} // namespace atrium
