#pragma once

#include "atrium/broker/inbox.hpp"
#include "atrium/broker/inbox_id.hpp"
#include "atrium/broker/memory/recent_ids.hpp"
#include "atrium/broker/memory/sinking_bound.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// The inboxes of all users of a node that runs alone, within a bound in bytes:
/// over it the oldest dead letters go, and then messages are refused; none that
/// was taken is lost. Pure state, for one thread at a time.
class inbox_store {
public:
  using clock = std::chrono::steady_clock;

  /// Ids have the time of the machine, which may be set; nothing expires by it.
  struct moment {
    unix_time wall;
    clock::time_point at;
  };

  /// A packet that is now to be published to a user.
  using push = std::pair<std::string, shared_bytes>;

  explicit inbox_store(const inbox_rule& rule)
    : rule_(rule), bound_(rule.bytes), ids_(rule.bytes / 8) {
    // nop
  }

  /// What is kept follows the new rule when it is looked at next.
  void change(const inbox_rule& to) {
    rule_ = to;
    bound_.resize(to.bytes, bytes_);
    ids_.resize(to.bytes / 8);
  }

  inbox_receipt put(const std::string& user, const inbox_entry& what,
                    moment now);
  inbox_page read(const inbox_query& what, moment now);
  errc acknowledge(const std::string& user, const std::string& device,
                   std::string_view id, moment now);
  dead_letter_page list(const dead_letter_query& what, moment now);
  dead_letter_outcome replay(const std::string& user, std::string_view id,
                             moment now);
  dead_letter_outcome purge(const std::string& user, std::string_view id);

  /// Gives up what has expired, of a few users.
  void sweep(moment now);

  /// Returns when `sweep` has something to do.
  std::optional<clock::time_point> next_sweep() const;

  /// Returns what is to be published since the last call, in order.
  std::vector<push> take_pushes() {
    return std::exchange(pushes_, {});
  }

  /// Returns what was given up since the last call.
  std::vector<dead_letter> take_dead() {
    return std::exchange(given_up_, {});
  }

  /// Counts a question or command that comes too late.
  void refuse() {
    ++stats_.failed;
  }

  inbox_stats stats() const {
    return stats_;
  }

private:
  struct message {
    inbox_id id;
    inbox_id previous;
    shared_bytes packet;
    clock::time_point since{};
  };

  struct letter {
    inbox_id message;
    dead_letter::cause why = dead_letter::cause::expired;
    unix_time time{};
    shared_bytes packet;
    clock::time_point until{};
  };

  struct device {
    inbox_id acked;
    clock::time_point seen{};
  };

  struct mailbox;
  using mailbox_map = std::map<std::string, mailbox, std::less<>>;
  using entry = mailbox_map::value_type; // stays in place
  using schedule = std::multimap<clock::time_point, entry*>;

  struct mailbox {
    inbox_id top;
    inbox_id acked; // by any device that there ever was
    std::deque<message> messages;
    std::map<inbox_id, letter> letters;
    std::map<std::string, device, std::less<>> devices;
    schedule::iterator due;
  };

  entry& open(const std::string& user, moment now);
  device& use(entry& of, const std::string& name, moment now);
  inbox_id next_id(moment now);
  inbox_id add(entry& to, shared_bytes packet, moment now);
  message take_front(entry& of);
  static std::size_t cost_of(const shared_bytes& packet);
  void give_up(entry& of, dead_letter::cause why, moment now);
  void trim(entry& of);
  void drop(entry& of, std::map<inbox_id, letter>::iterator x);
  bool make_room(std::size_t bytes);
  void reschedule(entry& x, moment now);
  void expire(entry& x, moment now);
  void append(dead_letter_page& to, const entry& of, const inbox_id& after,
              const dead_letter_query& what, std::size_t& bytes) const;

  inbox_rule rule_;
  sinking_bound bound_;
  std::size_t bytes_ = 0;
  inbox_id top_; // of all users: an id outlives what is known of its user
  mailbox_map users_;
  schedule ends_;                      // when to look at each user
  std::map<inbox_id, entry*> letters_; // of all users, oldest first
  recent_ids ids_;
  std::vector<push> pushes_;
  std::vector<dead_letter> given_up_;
  inbox_stats stats_;
};

} // namespace atrium
