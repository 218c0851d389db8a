#pragma once

#include "atrium/broker/dead_letter.hpp"
#include "atrium/broker/inbox_rule.hpp"
#include "atrium/broker/util/errc.hpp"
#include "atrium/broker/util/shared_bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace atrium {

/// Devices of a user; the one that was not seen for longest gives way.
inline constexpr std::size_t max_inbox_devices = 32;

/// What an inbox has to know of a message that is to be kept.
struct inbox_entry {
  shared_bytes packet;

  /// The message's id. An inbox knows by it what it has kept before.
  std::string event_id;

  /// The sender has chosen the id, and may send the same message again.
  bool is_chosen = false;
};

/// What became of a message to an inbox.
struct inbox_receipt {
  /// `none` (stored), `bus_unavailable` or `timeout`.
  errc error = errc::none;

  /// Only with success: where the message stands, `<number>-<number>`. Ids of
  /// one inbox grow, number by number, and are never used again.
  std::string id = {};
};

/// What a device of a user has not acknowledged.
struct inbox_query {
  std::string user;
  std::string device; ///< 1 to 64 characters of `0-9A-Za-z._-`.

  /// Only what comes after this id; empty: after what the device has
  /// acknowledged.
  std::string after = {};

  std::size_t limit = 100; ///< Messages at most.

  /// Bytes of packets at most, though never less than one message.
  std::size_t max_bytes = std::size_t{256} << 10;
};

/// A message in an inbox.
struct inbox_message {
  std::string id;
  shared_bytes packet; ///< Its header has the id, and that of the one before.
};

/// What an inbox answers.
struct inbox_page {
  /// `none`, `bus_unavailable` or `timeout`; the rest is empty then.
  errc error = errc::none;

  std::vector<inbox_message> messages; ///< Oldest first.
  bool has_more = false;

  /// Id of the newest message that the inbox has had; `0-0`: it had none.
  std::string top = {};
};

/// Counters of an inbox since its start: the metrics `atrium_inbox_*`.
struct inbox_stats {
  bool connected = false; ///< Messages can be stored.
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;   ///< Messages that it had already.
  std::uint64_t reads = 0;        ///< Questions that were answered.
  std::uint64_t read = 0;         ///< Messages in those answers.
  std::uint64_t acknowledged = 0; ///< Acknowledgements that were taken.
  std::uint64_t dead = 0;         ///< Messages that this node has given up.
  std::uint64_t evicted = 0;      ///< Of those, gone before their time.
  std::uint64_t failed = 0;       ///< Questions and commands without success.
};

/// Keeps the messages to users that must arrive, until a device of the user has
/// acknowledged them: each device has a cursor of its own. A message is stored
/// and then handed to the subscribers of the user's channel, in one step; who
/// may have missed that reads. So everything arrives at least once at each
/// device, in order. What every device has, goes; what none has acknowledged
/// within `inbox_rule` becomes a dead letter. Any thread; nothing blocks; each
/// function calls `done` once, from any thread, possibly before it returns.
class inbox {
public:
  virtual ~inbox() = default;

  /// Stores and publishes a packet (`encode_packet`) on the user's channel. A
  /// message of which the inbox knows the `event_id` is not stored again, nor
  /// published: the receipt is that of the first.
  virtual void put(std::string user, inbox_entry what,
                   std::function<void(inbox_receipt)> done)
    = 0;

  /// Reads what the device has not acknowledged. Nothing that comes later is
  /// removed before this device has acknowledged it, for the time of a rule.
  virtual void read(inbox_query what, std::function<void(inbox_page)> done) = 0;

  /// The device has all messages up to `id`. Cumulative: an id that is not
  /// newer than the last one changes nothing, nor does one of what the inbox
  /// has lost, newer than all it has. `bad_request` for what is no id.
  virtual void acknowledge(std::string user, std::string device, std::string id,
                           std::function<void(errc)> done)
    = 0;

  /// Lists dead letters.
  virtual void list(dead_letter_query what,
                    std::function<void(dead_letter_page)> done)
    = 0;

  /// Sends a dead letter again, as a new message; with no `id` all of the user,
  /// oldest first. Those for which the inbox has no room stay (`stayed`).
  virtual void replay(std::string user, std::string id,
                      std::function<void(dead_letter_outcome)> done)
    = 0;

  /// Removes a dead letter; with no `id` all of the user.
  virtual void purge(std::string user, std::string id,
                     std::function<void(dead_letter_outcome)> done)
    = 0;

  /// Called from any thread, once for each dead letter of which this node has
  /// learned; the letter comes without its packet. Set before the first
  /// message.
  virtual void on_dead_letter(std::function<void(const dead_letter&)> heard)
    = 0;

  /// Has another rule from now on; any thread. What is kept stays: its time is
  /// looked at by the new rule with the user's next message, or when the old
  /// time is over; then what are too many are given up, some at a time.
  virtual void change(const inbox_rule& to) = 0;

  /// Ends; what waits gets `bus_unavailable`. Called once, not from a callback.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual inbox_stats stats() const = 0;
};

} // namespace atrium
