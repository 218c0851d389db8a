#pragma once

#include "atrium/broker/presence.hpp"
#include "atrium/broker/util/string_map.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What a node knows of its own connections in rooms, and what of that others
/// still have to hear: how things stand, never what has happened, so that what
/// is told twice does no harm. Pure state, for one thread.
///
/// Who leaves with the last connection is there until the grace is over. Who
/// was never told of goes without a trace: entries are of users that are in a
/// room, or are believed to be. Each has some 250 bytes, a name and an info.
class presence_book {
public:
  using clock = std::chrono::steady_clock;

  explicit presence_book(std::chrono::milliseconds grace) : grace_(grace) {
    // nop
  }

  /// A connection has come to the room at `at`, unless it is there already.
  void enter(const presence_room& where, presence_member who, unix_time at);

  /// It is there no more. One that is not there changes nothing.
  void leave(const presence_room& where, std::string_view user,
             std::uint64_t connection, clock::time_point now);

  /// Takes out those whose grace is over.
  void tick(clock::time_point now);

  /// Returns when `tick` has something to do next.
  std::optional<clock::time_point> next_tick() const;

  /// How a user stands in a room.
  struct change {
    std::string_view user;
    std::size_t connections = 0; ///< None: the user has gone.
    unix_time since;             ///< When the first one came.
    shared_bytes info;           ///< That of the first one; null: none.
    bool is_new = false;         ///< Others know nothing of the user.
  };

  /// Changes of one room, which are valid until the book is called again.
  struct batch {
    const presence_room* where = nullptr; ///< Null: nothing is to be told.
    std::vector<change> changes;
  };

  /// Returns what is to be told next: changes of the room that waits for
  /// longest, as many as `limit` and but for one no more than `bytes`. The room
  /// has no other batch before that one is settled.
  batch take(std::size_t limit, std::size_t bytes);

  /// Others have heard what was taken of this room.
  void settle(std::string_view channel);

  /// Nobody knows whether they have: it is to be told again.
  void requeue(std::string_view channel);

  /// Others know nothing any more, and what was taken is void.
  void tell_all_again();

  /// Others may have forgotten rooms like these: they are told again.
  void tell_again(const std::function<bool(const presence_room&)>& which);

  /// Returns rooms in which nobody is left, and of which others have heard.
  std::vector<presence_room> take_emptied();

  /// Returns whether the book has anybody of this room.
  bool has(std::string_view channel) const {
    return rooms_.contains(channel);
  }

  /// Returns who is there of this node, and how many.
  presence_page read(std::string_view channel, std::size_t limit) const;

  /// Adds what it counts: `rooms`, `users`, `waiting`.
  void count(presence_stats& to) const noexcept;

private:
  struct room;
  using hook = boost::intrusive::list_member_hook<
    boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  struct entry {
    room* in = nullptr;
    std::string_view user;
    std::vector<std::uint64_t> connections;
    unix_time since;
    shared_bytes info;
    std::uint32_t told = 0; // connections that others know of
    std::uint32_t sent = 0; // while `is_out`
    bool is_out = false;    // taken, and neither settled nor queued again
    bool must_tell = false; // whatever `told` says
    hook changed;           // in the room's list
    hook away;              // has left, until `deadline`
    clock::time_point deadline;

    bool is_here() const noexcept {
      return !connections.empty() || away.is_linked();
    }
  };

  template <class T, hook T::*Hook>
  using list
    = boost::intrusive::list<T, boost::intrusive::member_hook<T, hook, Hook>,
                             boost::intrusive::constant_time_size<false>>;

  struct room {
    explicit room(presence_room x) : where(std::move(x)) {
      // nop
    }

    presence_room where;
    std::size_t present = 0;
    bool was_told = false;
    std::vector<entry*> out;
    list<entry, &entry::changed> changed; // oldest first
    string_map<entry> users;
    hook ready; // has changes, and no batch is out
  };

  static std::uint32_t standing(const entry& x);
  void update(entry& x);
  void make_ready(room& x);
  void depart(entry& x);
  void erase(entry& x);
  void forget(room& x);

  const std::chrono::milliseconds grace_;
  std::size_t users_ = 0;
  std::size_t waiting_ = 0; // entries that are in `changed`, or out
  std::vector<presence_room> emptied_;
  list<entry, &entry::away> away_; // by their deadlines
  list<room, &room::ready> ready_;
  string_map<room> rooms_; // by their channels
};

} // namespace atrium
