#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/cluster/cluster_command.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// The callers of a `cluster_pipeline`: takes what they compose, and hands them
/// the answers, each exactly once; those that do not take them in any order get
/// them in the order of their commands. Pure state, for one thread.
class caller_table {
public:
  /// What one caller adds at a time, but for one larger command.
  static constexpr std::size_t share = std::size_t{256} << 10;

  /// Who has so much without an answer adds nothing.
  static constexpr std::size_t window = std::size_t{512} << 10;

  explicit caller_table(bus_log log) : log_(std::move(log)) {
    // nop
  }

  using record_ptr = std::shared_ptr<caller_record>;

  record_ptr add(redis_caller& who, const redis_caller::profile& what);

  /// Calls it no more. Its commands stay until they are settled. Null: there is
  /// no such caller.
  record_ptr remove(redis_caller& who);

  const std::vector<record_ptr>& all() const noexcept {
    return callers_;
  }

  /// Lets each caller compose, and gives what it has composed to `route`.
  void gather(const std::function<void(cluster_command&)>& route);

  /// Answers a command, or keeps the answer until it is its turn: the command
  /// may be gone then. Returns why the link must be dropped, or nothing.
  std::string_view settle(cluster_command& x, resp_reply reply);

  /// The caller need not wait until this command is answered.
  void excuse(cluster_command& x);

  /// Returns the bytes of commands that are excused.
  std::size_t excused() const noexcept {
    return excused_;
  }

  /// Returns how many commands are not answered to their callers.
  std::size_t unanswered() const noexcept {
    return unanswered_;
  }

  /// A server is up; what it knew may be gone.
  void on_up();

  void on_read_end();

  /// Logs what Redis refuses, the same complaint once.
  void report(caller_record& whose, std::string_view error);

private:
  void gather(caller_record& whose,
              const std::function<void(cluster_command&)>& route);
  std::string_view hand_over(caller_record& whose, std::size_t which,
                             resp_reply reply);
  static std::size_t place_of(const cluster_command& x);
  void drop_early(caller_record& whose);
  std::unique_ptr<cluster_command> take(caller_record& whose,
                                        std::size_t which);

  const bus_log log_;
  std::vector<record_ptr> callers_; // in the order of `add`
  std::string composed_;
  std::uint64_t last_serial_ = 0;
  std::size_t excused_ = 0;
  std::size_t unanswered_ = 0;
};

/// The answer to a command that may have taken effect: its link was lost.
resp_reply lost_reply() noexcept;

/// The answer to a command that had no effect: nobody takes it.
resp_reply unreachable_reply() noexcept;

} // namespace atrium
