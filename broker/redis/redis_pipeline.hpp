#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/redis_caller.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Shares the command link among its callers and hands each answer to the one
/// whose command it belongs to.
///
/// Nobody starves anybody: in each write every caller has a share of its own,
/// and a caller with `window` bytes in flight is held back until some of them
/// are answered. So a command waits for one window and one share of each other
/// caller at most, however much they have queued.
///
/// It also loads each caller's script, on every connection and whenever Redis
/// has forgotten it. Pure state, for one thread.
class redis_pipeline final : public redis_dialog {
public:
  /// What one caller adds to one write, but for one larger command.
  static constexpr std::size_t share = std::size_t{256} << 10;

  /// Who has so much in flight adds nothing.
  static constexpr std::size_t window = std::size_t{512} << 10;

  /// What to do when the server is no master: whatever the address, or only for
  /// those that are connected to `where`.
  using demotion_handler = std::function<void(
    std::string_view reason, const dial_protocol::endpoint* where)>;

  /// Calls `on_demoted` when the server was lost since it is no master, or was
  /// not got for that; `on_proven` when the link has shown that it works.
  redis_pipeline(bus_log log, demotion_handler on_demoted,
                 std::function<void()> on_proven);

  /// The caller has to live until it is removed.
  void add(redis_caller& who, const redis_caller::profile& what);

  /// Calls it no more; what it has not had an answer to is dropped.
  void remove(redis_caller& who);

  /// Returns the bytes of commands without an answer.
  std::size_t in_flight() const noexcept;

  void on_up() override;
  void on_down(gap_clock::steady proven, std::string_view reason) override;
  void on_turned_away(const dial_protocol::endpoint& from,
                      std::string_view reason) override;
  void compose(std::string& out) override;
  bool idle() const override {
    return turns_.empty();
  }
  void on_proven() override;
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override;

private:
  enum class script : std::uint8_t { none, due, loading, ready, refused };

  struct caller {
    redis_caller* who; // null: removed
    redis_caller::profile what;
    script state;
    std::size_t in_flight = 0; // bytes
    std::string last_error;    // what the log says already
    bool answered = false;     // since the last end of a read
  };

  /// Commands that a caller has added to one write, or one that loads its
  /// script.
  struct turn {
    std::shared_ptr<caller> whose;
    std::size_t commands;
    std::size_t bytes;
    bool loads = false;
  };

  void load_scripts(std::string& out);
  void compose(const std::shared_ptr<caller>& whose, std::string& out);
  void on_loaded(caller& whose, resp_reply reply);
  std::string_view on_answer(caller& whose, resp_reply reply);
  void report(caller& whose, std::string_view error);

  const bus_log log_;
  const demotion_handler on_demoted_;
  const std::function<void()> on_proven_;
  std::vector<std::shared_ptr<caller>> callers_; // in the order of `add`
  std::deque<turn> turns_;                       // without an answer
  bool up_ = false;
};

} // namespace atrium
