#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace atrium {

/// Asks whether a connection's client is still there. Answered once, by whoever
/// has the connection and knows first; a question that nobody has answered when
/// its last copy is gone was about a connection that is gone, and is answered
/// with no. Any thread.
class probe {
public:
  /// From any thread; must not throw.
  using answer_function = std::function<void(bool alive)>;

  explicit probe(answer_function done) : done_(std::move(done)) {
    // nop
  }

  probe(const probe&) = delete;
  probe& operator=(const probe&) = delete;

  ~probe() {
    answer(false);
  }

  void answer(bool alive) {
    if (!answered_.exchange(true))
      done_(alive);
  }

private:
  answer_function done_;
  std::atomic<bool> answered_ = false;
};

using probe_ptr = std::shared_ptr<probe>;

} // namespace atrium
