#pragma once

#include "atrium/broker/redis/resp.hpp"
#include "atrium/broker/util/string_map.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

namespace atrium {

/// Learns from a `subscription_tracker` what the server says.
class subscription_events {
public:
  virtual ~subscription_events() = default;

  /// The server holds the channel for us and has been told nothing else since.
  virtual void on_acknowledged(std::string_view channel) = 0;

  /// The server refuses the channel; it is not wanted any more.
  virtual void on_refused(std::string_view channel, std::string_view reason)
    = 0;

  /// The server has given the channel to another one; it is not wanted any
  /// more. `where` is what it says of that, `MOVED slot host:port`; or nothing.
  virtual void on_given_away(std::string_view channel, std::string_view where)
    = 0;
  /// A message came in, perhaps for a channel that is not wanted any more.
  virtual void on_message(std::string_view channel, std::string_view payload)
    = 0;
};

/// Makes the channels that a connection is subscribed to the ones we want.
///
/// For each channel it knows what we want, what we asked for last and how many
/// of our commands are unanswered. Where the first two differ, a command is
/// due; commands are composed from that difference only when the connection can
/// take them, so nothing piles up. A channel counts as acknowledged when the
/// last command was SUBSCRIBE and no answer is outstanding: in a fast
/// subscribe, unsubscribe, subscribe the first answer means nothing.
///
/// The server answers a SUBSCRIBE once per channel, but refuses it as a whole
/// with one error; the channels of a refused batch are asked for one by one.
/// Pure state, for one thread.
class subscription_tracker {
public:
  /// Channels in one command.
  static constexpr std::size_t batch_size = 512;

  /// How an answer was understood.
  enum class verdict {
    ok,
    not_ready, ///< The server cannot subscribe now: reconnect, try later.
    confused,  ///< The answer fits no command: reconnect.
  };

  /// By which commands a server is told.
  enum class kind : std::uint8_t {
    plain,   ///< SUBSCRIBE.
    sharded, ///< SSUBSCRIBE, of one channel each: they may be in other slots.
  };

  explicit subscription_tracker(subscription_events& events,
                                kind how = kind::plain)
    : events_(events), how_(how) {
    // nop
  }

  /// Wants `channel`; returns whether it is acknowledged already.
  bool want(std::string_view channel);

  /// Stops to want `channel`.
  void unwant(std::string_view channel);

  /// Appends the commands that are due to `out`, at most one batch of each
  /// kind. Call again when those are written.
  void compose(std::string& out);

  /// Takes what the server sends, answers as well as messages.
  verdict on_reply(resp_reply reply);

  /// Forgets what the server knew: the connection was lost.
  void on_lost();

  /// Returns whether no answer is outstanding.
  bool idle() const noexcept {
    return issued_.empty();
  }

  /// Returns whether the server holds exactly what we want.
  bool settled() const noexcept {
    return issued_.empty() && due_.empty();
  }

  /// Returns how many channels are wanted.
  std::size_t wanted() const noexcept {
    return wanted_;
  }

private:
  struct channel_state
    : boost::intrusive::list_base_hook<
        boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    std::string_view name; // the key of the map
    bool wanted = false;
    bool asked = false;          // our last command was SUBSCRIBE
    bool alone = false;          // was in a refused batch
    std::size_t outstanding = 0; // commands without an answer
  };

  using channel_list
    = boost::intrusive::list<channel_state,
                             boost::intrusive::constant_time_size<false>>;

  // A channel of a command. One with an answer outstanding stays in the map.
  struct awaited {
    channel_state* channel = nullptr;
    bool subscribes = false;
    bool is_last = false; // of its command
  };

  void update_due(channel_state& channel);
  void issue(std::string& out, bool subscribes,
             std::span<channel_state* const> channels);
  verdict on_confirmation(std::string_view verb, std::string_view channel);
  verdict on_error(std::string_view reason);
  bool is_late(std::string_view reason) const;
  void give_away(channel_state& channel, std::string_view where);
  void refuse(channel_state& channel, std::string_view reason);
  void drop_if_unused(const channel_state& channel);

  subscription_events& events_;
  const kind how_;
  string_map<channel_state> channels_;
  channel_list due_; // where wanted != asked
  std::deque<awaited> issued_;
  std::size_t wanted_ = 0;
};

} // namespace atrium
