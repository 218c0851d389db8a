#include "atrium/net/asio_unit.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace atrium {

namespace {

constexpr std::size_t messages_per_turn = 64; // then sockets get theirs

} // namespace

void asio_unit::exec_later(caf::resumable* job) {
  // A pinned actor passes its unit along when it sends, so jobs of the pool
  // come by here, too.
  if (job->subtype() != caf::resumable::io_actor) {
    system().scheduler().enqueue(job);
    return;
  }
  boost::asio::post(io_, [this, job] { run(job); });
}

void asio_unit::run(caf::resumable* job) {
  if (job->resume(this, messages_per_turn) == caf::resumable::resume_later)
    boost::asio::post(io_, [this, job] { run(job); });
  else
    caf::intrusive_ptr_release(job);
}

} // namespace atrium
