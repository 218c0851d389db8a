#pragma once

#include "atrium/broker/util/turn.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

namespace atrium {

/// Hands things of any thread over to the thread of a context. The first one
/// that is left wakes that thread, which takes all of them at once: at the end
/// of its turn, if it has turns and leaves the thing itself. `Things` is a
/// container, or a struct of some.
template <class Things>
class handoff : private turn_end_task {
public:
  /// Calls `wake` on the thread of `io` when there is something to `take`. Both
  /// have to live until the handoff is closed and what was posted has run.
  /// `turns` are those of the thread; null: it has none.
  handoff(boost::asio::io_context& io, std::function<void()> wake,
          turn* turns = nullptr)
    : io_(io), wake_(std::move(wake)), turns_(turns) {
    // nop
  }

  /// Calls `add` with the things that are there, which adds one and returns
  /// true, or refuses it. Returns false if it was refused, or the handoff is
  /// closed. Any thread.
  template <class F>
  bool leave(F&& add) {
    std::lock_guard guard{mutex_};
    if (closed_ || !add(things_))
      return false;
    if (std::exchange(woken_, true))
      return true;
    if (turns_ != nullptr && turns_->is_this_thread())
      turns_->at_end(*this);
    else
      boost::asio::post(io_, [this] { wake_(); });
    return true;
  }

  /// Returns what was left since the last call. What comes next is left in
  /// `next`, which is empty but may have room already. The thread of the
  /// context.
  Things take(Things next = {}) {
    std::lock_guard guard{mutex_};
    woken_ = false;
    return std::exchange(things_, std::move(next));
  }

  /// Takes no more; returns whether it did before. Any thread.
  bool close() {
    std::lock_guard guard{mutex_};
    return !std::exchange(closed_, true);
  }

private:
  void on_turn_end() override {
    wake_();
  }

  boost::asio::io_context& io_;
  const std::function<void()> wake_;
  turn* const turns_;
  std::mutex mutex_;
  Things things_;
  bool woken_ = false; // the thread is about to look
  bool closed_ = false;
};

/// Calls `f` on the thread of `io` and returns when that has ended, and with it
/// the handlers that it has posted or cancelled, or when none of it can happen
/// any more. Not from that thread.
///
/// The promise is kept by a handler of its own: what a thread of Asio posts is
/// behind what it has cancelled, but may be behind what others post, too.
template <class F>
void run_on(boost::asio::io_context& io, F f) {
  auto ended = std::make_shared<std::promise<void>>();
  auto end = ended->get_future();
  boost::asio::post(
    io, [&io, f = std::move(f), ended = std::move(ended)]() mutable {
      auto last = std::move(ended); // however this ends, nobody waits any more
      f();
      boost::asio::post(io, [last = std::move(last)] {});
    });
  end.wait();
}

} // namespace atrium
