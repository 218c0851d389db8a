#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/presence.hpp"
#include "atrium/broker/redis/admission.hpp"
#include "atrium/broker/redis/command_queue.hpp"
#include "atrium/broker/util/string_map.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// One question who is in a room.
struct presence_question {
  presence_room where;
  std::size_t limit = 0;
  presence::answer done;
  std::chrono::steady_clock::time_point deadline{}; ///< Then: `timeout`.
};

/// Reads from Redis who is in a room, on all nodes. A room is read once at a
/// time, and those who ask meanwhile share the next reading. Each question is
/// answered exactly once: without a link, or when Redis refuses, by
/// `bus_unavailable`. Pure state, for one thread where nothing else is said.
///
/// A room with more users than asked for is read in part: then a user may have
/// further connections, on other nodes.
class presence_reader final : public command_queue {
public:
  /// So many questions may wait, and their rooms' names be so long.
  static constexpr std::size_t max_pending = 16'384;
  static constexpr std::size_t max_pending_bytes = std::size_t{4} << 20;

  /// So many rooms are read at once.
  static constexpr std::size_t max_readings = 16;

  /// So many entries, or few more, are read with one command.
  static constexpr std::size_t max_part = 500;

  explicit presence_reader(bus_log log = {}) : log_(std::move(log)) {
    // nop
  }

  /// Admits one question, or returns false if too many wait. Any thread.
  bool admit(const presence_room& where) noexcept;

  /// Takes the admission of a question back. Any thread.
  void release(const presence_room& where) noexcept;

  /// Answers a question that was not admitted. Any thread.
  void refuse(const presence::answer& done);

  /// Takes an admitted question; deadlines never decrease.
  void push(presence_question x);

  void compose(std::string& out, std::size_t limit) override;
  bool on_reply_to(std::size_t which, resp_reply reply) override;
  void on_excused(std::size_t which) override;
  void on_lost() override;
  void on_up() override;
  void tick(clock::time_point now) override;
  std::optional<clock::time_point> next_tick() const override;
  void fail_all() override;

  std::size_t in_flight() const override {
    return in_flight_.size();
  }

  /// Adds what it counts. Any thread.
  void count(presence_stats& to) const noexcept;

private:
  using question = std::shared_ptr<presence_question>; // `done` null: answered

  /// A user on one node.
  struct found_entry {
    std::string lease_id;
    std::size_t connections = 0;
    unix_time since;
    std::string info;
  };

  using found_user = std::vector<found_entry>; // one for each run

  /// What is asked of one room, and the reading that is under way.
  struct reading {
    std::vector<question> waiting; // for the next one
    std::vector<question> askers;  // of this one; none: there is none
    std::size_t limit = 0;
    std::size_t present = 0;
    string_map<found_user> users;
    std::string cursor{};       // where the scan goes on; empty: nowhere
    std::size_t unanswered = 0; // commands
    bool is_refused = false;
    bool is_excused = false; // it is no reading that counts
  };

  using room = string_map<reading>::value_type; // stays in place

  void begin(room& x, std::string& out);
  void scan(room& x, std::string& out);
  bool take(reading& x, resp_reply reply);
  bool take_entries(reading& x, resp_reply entries);
  static presence_page page_for(const presence_question& x,
                                const reading& from);
  static present_user sum_of(const std::string& name, const found_user& x);
  void end(room& x);
  void answer(presence_question& x, presence_page page);

  const bus_log log_;
  admission admitted_{max_pending, max_pending_bytes};
  std::atomic<std::uint64_t> reads_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  bool is_up_ = false;
  string_map<reading> rooms_;
  std::deque<room*> ready_;        // with questions, and not read
  std::deque<room*> to_scan_;      // whose reading goes on
  std::deque<room*> in_flight_;    // one for each command
  std::size_t readings_ = 0;       // rooms with askers, but for those excused
  std::deque<question> questions_; // by their deadlines
};

} // namespace atrium
