#pragma once

#include "atrium/broker/redis/known_master.hpp"
#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/redis_link.hpp"
#include "atrium/broker/redis/sentinel_asker.hpp"
#include "atrium/broker/redis/sentinel_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Knows which server is the master, by what sentinels say: asks one of them
/// when it starts, every five seconds, and whenever somebody wants to connect;
/// and hears from it at once when there is another one (`+switch-master`). A
/// sentinel that does not answer, does not know the master or has not heard of
/// a failover gives way to the next one. For one thread, that of the context.
class sentinel_watch {
public:
  /// Hears that there is another master, and why connections have to end.
  using handler = std::function<void(std::string_view why)>;

  /// Where the master is, or why nobody says.
  struct answer {
    redis_host master = {};
    std::string error = {};
  };

  using answer_handler = std::function<void(answer)>;

  /// Sentinels may have been asked in vain for nearly `resolve_timeout` before
  /// that is an answer, so that one that is silent does not count. The context
  /// has to outlive the watch. `serves` says whether the known master does.
  sentinel_watch(boost::asio::io_context& io, const redis_client_config& config,
                 handler on_moved, std::function<bool()> serves = nullptr);
  sentinel_watch(const sentinel_watch&) = delete;
  sentinel_watch& operator=(const sentinel_watch&) = delete;

  void start();

  /// Closes both links for good; whoever has asked hears nothing more.
  void stop();

  /// Calls `done` with what a sentinel says, never before it returns. Who asks
  /// while another waits gets the same answer. It is dropped where `who` is
  /// gone meanwhile.
  void ask(std::weak_ptr<void> who, answer_handler done);

  /// Returns what is asked about, for logs.
  std::string what() const {
    return "the master " + name_;
  }

private:
  struct question {
    std::weak_ptr<void> who;
    answer_handler done;
  };

  std::string on_answer(const std::optional<sentinel_asker::answer>& x);
  void on_move(const redis_host& from, const redis_host& to);
  void ask_now();
  void look_again();
  void wait_for_answer();
  void tell_moved(const redis_host& from);
  void tell(const answer& x);

  const redis_client_config config_; // of the links to sentinels
  const std::string name_;           // of the master
  const handler on_moved_;
  const std::function<bool()> serves_; // null: nobody knows
  known_master known_;
  std::vector<question> open_;
  std::size_t unaware_ = 0; // sentinels in turn that know no such master
  sentinel_asker asker_;
  sentinel_listener listener_;
  redis_link questions_;
  redis_link events_;
  boost::asio::steady_timer again_;
  boost::asio::steady_timer patience_;
};

} // namespace atrium
