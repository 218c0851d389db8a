#pragma once

#include "atrium/broker/publish_receipt.hpp"
#include "atrium/broker/util/errc.hpp"
#include "atrium/broker/util/shared_bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// How much of a channel is kept.
struct history_rule {
  std::size_t count = 0;       ///< The newest messages, so many at most.
  std::chrono::seconds ttl{0}; ///< How long after the newest of them.

  /// Whether anything is kept.
  bool is_on() const noexcept {
    return count != 0;
  }

  bool operator==(const history_rule&) const = default;
};

/// What a log has to know of a message that it is to keep.
struct log_entry {
  shared_bytes packet;
  history_rule rule;

  /// The message's id. A log knows by it what it has kept before.
  std::string event_id;

  /// The publisher has chosen the id, and may publish the same message again.
  bool is_chosen = false;
};

/// What is asked of a log.
struct history_query {
  history_rule rule;

  /// Only what comes after it, or with `newest_first` before it. Nothing: from
  /// the oldest message, or the newest.
  std::optional<position> from = std::nullopt;

  std::size_t limit = 0; ///< Messages at most; 0: only the position.

  /// Bytes of packets at most, though never less than one message.
  std::size_t max_bytes = std::size_t{256} << 10;

  bool newest_first = false;

  /// Somebody has had the message at `from`. A log that does not have it,
  /// though it has not trimmed it, has lost it; then it begins a new epoch, and
  /// whoever has not had the message is told, too.
  bool was_seen = false;
};

/// A message in a log.
struct stored_message {
  std::uint64_t offset = 0;

  /// Offset of the message before it. One less, except where the server has
  /// started anew: numbers that it may have given out before are left out.
  std::uint64_t previous = 0;

  shared_bytes packet;
};

/// What a log answers.
struct history_page {
  /// `none`, `bus_unavailable` or `timeout`; the rest is empty then.
  errc error = errc::none;

  /// The log does not have all that comes after `from`: it is of another epoch,
  /// the log has been trimmed past it, or has lost it. No messages then.
  bool is_lost = false;

  /// With `is_lost`: the lowest offset after which the log has everything.
  std::uint64_t floor = 0;

  bool has_more = false; ///< There are further messages in that direction.

  position top; ///< Of the newest message; of epoch and offset 0: none yet.

  std::vector<stored_message> messages;
};

/// Counters of a log since its start.
struct history_stats {
  std::uint64_t stored = 0;     ///< Messages it has kept.
  std::uint64_t duplicates = 0; ///< It had those already.
  std::uint64_t reads = 0;      ///< Questions it has answered.
  std::uint64_t read = 0;       ///< Messages in those answers.
  std::uint64_t lost = 0;       ///< Answers that said `is_lost`.
  std::uint64_t failed = 0;     ///< Questions without an answer.
  std::uint64_t evicted = 0;    ///< Messages that gave way to others' bytes.
  std::size_t bytes = 0;        ///< In memory; 0 where Redis has them.
};

/// Keeps the newest messages of channels, numbers them, and gives them to the
/// subscribers of the channel on the bus to which the log belongs, all in one
/// step: subscribers of all nodes see the order of the log, and what they get
/// says its position. Any thread; nothing blocks.
class history_log {
public:
  /// Called once for each question, from any thread, possibly before `read`
  /// returns.
  using page_handler = std::function<void(history_page)>;

  virtual ~history_log() = default;

  /// Keeps and publishes a packet (`encode_packet`). The receipt, which comes
  /// once, says at which position. A message of which the log knows the
  /// `event_id` is not kept again, nor published: the receipt has the position
  /// of the first.
  virtual void append(std::string channel, log_entry what,
                      std::function<void(publish_receipt)> done)
    = 0;

  /// Reads from the log of a channel.
  virtual void read(std::string channel, history_query what, page_handler done)
    = 0;

  /// Removes all that is kept of a channel. Its epoch and its numbers go on, so
  /// whoever has missed what is gone hears that it is lost; a message that
  /// comes again by a chosen id is still known for a while. Calls `done` once,
  /// from any thread, with `none`, `bus_unavailable` or `timeout`.
  virtual void remove(std::string channel, std::function<void(errc)> done) = 0;

  /// Returns the counters; a snapshot.
  virtual history_stats stats() const = 0;
};

} // namespace atrium
