#include "atrium/net/lane/asio_unit.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <chrono>

namespace atrium {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t messages_per_turn = 64; // then sockets get theirs
constexpr std::chrono::milliseconds longest_turn{5};
constexpr std::size_t slice = 8; // messages between two looks at the clock

} // namespace

void asio_unit::exec_later(caf::resumable* job) {
  // A pinned actor passes its unit along when it sends, so jobs of the pool
  // come by here, too.
  if (job->subtype() != caf::resumable::io_actor) {
    system().scheduler().enqueue(job);
    return;
  }
  // Never at once: the sender may be an actor of this thread, or a handler of a
  // socket, in the middle of something.
  boost::asio::post(io_, [this, job] { run(job); });
}

// A few large messages may take as long as many small ones.
void asio_unit::run(caf::resumable* job) {
  auto end = clock::now() + longest_turn;
  for (std::size_t n = 0; n < messages_per_turn && !is_busy_(); n += slice) {
    if (job->resume(this, slice) != caf::resumable::resume_later)
      // Nothing left to do, or dead: the reference that came with the job goes.
      // The next message brings another one.
      return caf::intrusive_ptr_release(job);
    if (clock::now() >= end)
      break;
  }
  boost::asio::post(io_, [this, job] { run(job); });
}

} // namespace atrium
