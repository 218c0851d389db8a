#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/room/entrance.hpp"
#include "atrium/actors/room/join_queue.hpp"
#include "atrium/actors/room/replay_cache.hpp"
#include "atrium/actors/room/stretch.hpp"
#include "atrium/broker/history.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace atrium {

/// Who gets old messages of a room: joins that say what they have, joins that
/// get the newest messages, and members who have not caught up yet. One answer
/// of the history serves everybody whose position is in it, also those who come
/// a moment later, so a thousand clients that come back cost a read or two.
/// Pure state, for one thread.
class replay_queue {
public:
  /// Who waits: a join, or else a member that has not caught up yet.
  struct reader {
    std::optional<join_queue::entry> join;
    actor_number member = 0;
    std::uint64_t after = 0; ///< The offset that this reader has.
  };

  /// What a reader gets.
  struct portion {
    reader to;
    entrance what;
    bool is_lost = false; ///< The history does not have it any more.
  };

  /// `most`: how much is read at a time, and nobody gets more at a time;
  /// `newest`: how many of the newest messages a join gets that has none;
  /// `bound`: of what all rooms keep of what they have read.
  void start(history_query most, std::size_t newest,
             std::shared_ptr<semaphore> bound) {
    most_ = std::move(most);
    newest_ = newest;
    cache_.start(std::move(bound));
  }

  /// Whether joins get messages that have none.
  bool gives_newest() const noexcept {
    return newest_ != 0;
  }

  /// Takes somebody who has all messages up to `x.after`, of this epoch.
  void add(reader x) {
    readers_.push_back(std::move(x));
  }

  /// Takes a join that gets the newest messages.
  void add_newest(join_queue::entry x) {
    newcomers_.push_back(std::move(x));
  }

  /// Returns who gets what without a question, by what is known already. `at`
  /// is where the members are.
  std::vector<portion> hand_out_known(const position& at);

  /// Returns what is to be asked now, if anything is: one question at a time.
  std::optional<history_query> ask(const position& at);

  /// Members get this.
  void note(const incoming& x);

  /// Forgets what is known without a question.
  void forget_known() {
    cache_.clear();
  }

  /// Takes the answer; `messages` are those of the page, decoded, and `at` is
  /// where the members are. Returns who gets what.
  std::vector<portion> answer(const history_page& page,
                              std::vector<incoming> messages,
                              const position& at);

  /// The question has no answer. Returns the joins that waited for it;
  /// members go on waiting.
  join_queue::entries fail();

  /// The epoch has ended, or the room does. Returns everybody.
  std::vector<reader> clear();

  /// A member is gone.
  void remove(actor_number connection);

  /// Returns how many joins wait.
  std::size_t joins() const;

private:
  enum class question : std::uint8_t { none, missed, newest };

  std::vector<portion> hand_out(const history_page& page, const stretch& all,
                                const position& at);
  std::vector<portion> hand_out_newest(const stretch& all, const position& at);

  history_query most_;
  std::size_t newest_ = 0;
  std::vector<reader> readers_;
  join_queue::entries newcomers_;
  question asking_ = question::none;
  position from_;             // of the question
  std::size_t asked_for_ = 0; // so many newcomers came before the question
  stretch noted_;             // what members have got since
  replay_cache cache_;
};

} // namespace atrium
