#pragma once

#include "atrium/actors/room/room_timers.hpp"
#include "atrium/actors/room_context.hpp"
#include "atrium/actors/room_task.hpp"
#include "atrium/actors/testing/fake_outcome.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What the logic in a `fake_room` does to its room, and what comes of it:
/// words for the members, answers, timers and tasks. Calls no hook.
class fake_context final : public room_context {
public:
  using texts = std::vector<std::string>;
  using time_point = room_timers::time_point;

  /// A task without a result.
  struct begun_task {
    room_task task;
    time_point deadline;
  };

  explicit fake_context(std::string name) : name_(std::move(name)) {
    // nop
  }

  // -- the logic is asked about a message or somebody who joins ---------------

  /// What waits for what the logic decides.
  struct held_words {
    texts told;  ///< For the newcomer.
    texts after; ///< For all.
  };

  void begin_join(const member& who);
  answer_ticket begin_message();
  held_words end();

  /// Returns what an answer comes to.
  fake_outcome check(std::string answer);

  /// The message that was asked about has no answer yet.
  void put_off(std::shared_ptr<fake_outcome> outcome,
               std::chrono::milliseconds patience);

  // -- members and what they get ----------------------------------------------

  void add(member who, texts told);
  std::optional<member> remove(const member& who);

  /// Returns whether it is JSON, or else notes that it is dropped.
  bool take_json(const std::string& x);

  /// Has all members hear it as soon as it is delivered: no hook is running.
  void send(std::string data);
  void deliver();

  // -- time -------------------------------------------------------------------

  /// In that many milliseconds, or a century if that is less.
  time_point later(std::chrono::milliseconds x) const;

  /// The logic has failed: nothing of what it has begun goes on.
  void restart();

  std::optional<time_point> earliest() const;
  void expire_answers();

  /// Takes out the first task that `fits`.
  template <class Predicate>
  std::optional<begun_task> take_task(Predicate fits) {
    for (auto i = tasks.begin(); i != tasks.end(); ++i)
      if (fits(*i))
        return std::move(tasks.extract(i).mapped());
    return std::nullopt;
  }

  // -- implementation of room_context -----------------------------------------

  const std::string& room_name() const override {
    return name_;
  }
  std::vector<member> members() const override {
    return members_;
  }
  unix_time now() const override;
  void publish(std::string data) override;
  void publish_after(std::string data) override;
  void tell(const member& who, std::string data) override;
  void reply(answer_ticket to, std::string data) override;
  void refuse(answer_ticket to, std::string_view reason) override;
  void set_timer(std::string name, std::chrono::milliseconds first,
                 std::chrono::milliseconds interval) override;
  bool cancel_timer(std::string_view name) override;
  void run(room_task task) override;

  // -- what tests see ---------------------------------------------------------

  time_point clock{};
  room_timers timers;
  std::map<std::uint64_t, begun_task> tasks; // in the order of their begin
  std::uint64_t last_task = 0;
  texts published;
  texts dropped;
  std::map<std::string, texts> heard; // by connection

private:
  struct waiting_answer {
    std::shared_ptr<fake_outcome> outcome;
    time_point deadline;
  };

  void give(answer_ticket to, fake_outcome x);
  std::vector<member>::const_iterator find(const member& who) const;

  std::string name_;
  std::vector<member> members_;
  std::optional<std::string> joining_; // a connection
  bool is_asking_ = false;
  held_words held_;
  texts on_the_way_; // by the bus
  std::uint64_t last_ticket_ = 0;
  std::optional<fake_outcome> early_; // for the last one, given by its hook
  std::map<std::uint64_t, waiting_answer> answers_;
};

} // namespace atrium
