#pragma once

#include "atrium/broker/history.hpp"
#include "atrium/broker/memory/recent_ids.hpp"
#include "atrium/broker/memory/sinking_bound.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <unordered_map>

namespace atrium {

/// The newest messages of the channels of a node that runs alone: each channel
/// as its rule says, all together within a bound in bytes, over which the
/// channels to which nobody has published for longest give way. Pure state, for
/// one thread at a time; no call takes longer for more channels than by the
/// logarithm of how many there are.
class memory_log {
public:
  using clock = std::chrono::steady_clock;

  /// So long after its last message or question a channel keeps its numbers,
  /// beyond the lifetime of its messages.
  static constexpr std::chrono::hours memory_of_numbers{24};

  explicit memory_log(std::size_t max_bytes)
    : bound_(max_bytes), ids_(max_bytes / 8) {
    // nop
  }

  /// Has another bound from now on, which is reached over some messages.
  void resize(std::size_t max_bytes) {
    bound_.resize(max_bytes, stats_.bytes);
    ids_.resize(max_bytes / 8);
  }

  /// What became of a message.
  struct outcome {
    position at;
    bool is_known = false; ///< It was there before.
  };

  /// Keeps a message of a channel, unless it is known.
  outcome append(const std::string& name, log_entry what,
                 clock::time_point now);

  /// Answers a question, without an error.
  history_page read(const std::string& name, const history_query& what,
                    clock::time_point now);

  /// Removes the messages of a channel; its numbers stay.
  void remove(const std::string& name, clock::time_point now);

  history_stats stats() const;

private:
  struct channel_log;
  using channel_map = std::unordered_map<std::string, channel_log>;
  using channel = channel_map::value_type; // stays in place
  using schedule = std::multimap<clock::time_point, channel*>;

  struct channel_log {
    std::string epoch;
    std::uint64_t top = 0;
    std::deque<shared_bytes> messages; // the last one has the offset `top`
    clock::time_point kept_until{};    // the messages
    clock::time_point known_until{};   // the numbers
    schedule::iterator due;
    std::list<channel*>::iterator place; // in `order_`, if it has messages

    // The offset before the oldest message.
    std::uint64_t floor() const noexcept {
      return top - messages.size();
    }
  };

  channel& open(const std::string& name, const history_rule& rule,
                clock::time_point now);
  void keep(channel& in, shared_bytes packet, const history_rule& rule,
            clock::time_point now);
  void drop_oldest(channel& in);
  void drop_messages(channel& in);
  void forget(channel& x);
  void reschedule(channel& x);
  void sweep(clock::time_point now);
  void give_way();

  sinking_bound bound_;
  channel_map channels_;
  schedule ends_;             // when to look at each channel
  std::list<channel*> order_; // with messages, by when they were published to
  recent_ids ids_;
  history_stats stats_;
};

} // namespace atrium
