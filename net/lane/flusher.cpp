#include "atrium/net/lane/flusher.hpp"

#include "atrium/actors/util/prefetch.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

// What a writer reads, from its hook on.
constexpr std::size_t fetched_lines = 3;

} // namespace

// At the turn's end, so that all frames that the turn makes are written along.
void flusher::schedule() {
  scheduled_ = true;
  turn_.at_end(*this);
}

void flusher::on_turn_end() {
  if (clock::now() >= due_)
    return flush();
  timer_.expires_at(due_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error)
      flush();
  });
}

void flusher::flush() {
  scheduled_ = false;
  auto start = clock::now();
  auto& count = counters();
  auto frames = count.frames.value();
  auto writes = count.writes.value();
  // What is marked from here on belongs to the next round.
  list now;
  now.swap(marked_);
  while (!now.empty()) {
    auto& x = now.front();
    // Off the list first: what the socket does not take goes to `stalled_`, by
    // the same hook.
    now.pop_front();
    // While this one writes, which takes microseconds.
    if (!now.empty())
      prefetch_lines<fetched_lines>(&now.front());
    x.flush();
  }
  auto end = clock::now();
  frames = count.frames.value() - frames;
  writes = count.writes.value() - writes;
  // Gathering pays where frames share writes. Small rooms have one frame for
  // each socket, which would only be late.
  auto shared = frames > writes + writes / 16;
  due_ = end
         + (shared ? std::min<clock::duration>(window_, end - start)
                   : clock::duration::zero());
  meter_.flushed();
  count.flushes.add();
}

void flusher::watch() {
  constexpr std::chrono::milliseconds pause{100};
  if (std::exchange(watching_, true))
    return;
  watch_.expires_after(pause);
  watch_.async_wait([this](boost::system::error_code error) {
    // Before it is checked: who is still full then asks for the next look.
    watching_ = false;
    if (!error)
      check_backlog();
  });
}

// Whoever is checked may leave the list: take the next one first.
void flusher::check_backlog() {
  for (auto i = stalled_.begin(); i != stalled_.end();)
    (i++)->check_backlog();
}

bool flusher::is_behind() {
  constexpr std::chrono::milliseconds pause{2};
  if (behind_ == 0)
    return false;
  // Asked before every turn of an actor, and each look costs system calls.
  if (auto now = clock::now(); now - checked_ >= pause) {
    checked_ = now;
    check_backlog();
  }
  return behind_ > 0;
}

void flusher::measure_backlog() {
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
