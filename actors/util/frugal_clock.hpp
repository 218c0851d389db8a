#pragma once

#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/mailbox_element.hpp>

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace atrium {

/// Keeps what actors send with a delay. CAF 0.17's own clock wakes its thread
/// for each actor that ends and for each message, and keeps an actor in memory
/// until its last message was due. This one wakes when a message is due, and
/// drops what waits for an actor that ends. Timeouts of requests stay with
/// CAF's clock, which hears of the end of those actors only that had one. A
/// message comes no earlier than it is due. Any thread.
///
/// Of CAF's class it is for the sake of `coordinator::clock` alone, and uses
/// nothing of it.
class frugal_clock final : public caf::detail::thread_safe_actor_clock {
public:
  /// Leaves timeouts to a clock that outlives this one.
  explicit frugal_clock(caf::actor_clock& timeouts);

  // -- the work of one thread -------------------------------------------------

  /// Sends what becomes due until `stop`.
  void run();

  /// Ends `run` and drops what is not due yet.
  void stop();

  // -- numbers ----------------------------------------------------------------

  /// Returns how many messages wait.
  std::size_t waiting() const;

  /// Returns how often the thread has gone to sleep.
  std::size_t sleeps() const;

  // -- actor_clock ------------------------------------------------------------

  void set_ordinary_timeout(time_point due, caf::abstract_actor* self,
                            caf::atom_value type, std::uint64_t id) override;
  void set_multi_timeout(time_point due, caf::abstract_actor* self,
                         caf::atom_value type, std::uint64_t id) override;
  void set_request_timeout(time_point due, caf::abstract_actor* self,
                           caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self,
                               caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self,
                              caf::message_id id) override;

  /// CAF calls this for each actor that ends.
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point due, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point due, caf::group target,
                        caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

private:
  struct delayed {
    caf::strong_actor_ptr to;
    caf::mailbox_element_ptr what;
  };

  using schedule = std::multimap<time_point, delayed>;
  using receivers = std::unordered_multimap<caf::actor_id, schedule::iterator>;

  void will_time_out(caf::abstract_actor* self);
  delayed take_first();
  void clear();

  caf::actor_clock& timeouts_;
  mutable std::mutex mutex_; // of everything below
  std::condition_variable changed_;
  schedule messages_;
  receivers by_receiver_;
  std::unordered_set<caf::actor_id> timed_; // have had a timeout
  std::size_t sleeps_ = 0;
  bool stops_ = false;
};

} // namespace atrium
