#pragma once

#include "atrium/broker/inbox.hpp"
#include "atrium/broker/inbox_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Where a connection of a device stands in its user's inbox, and what it needs
/// next. Messages come in pages of the inbox and, once the connection has
/// caught up, by the bus; each goes to the client once, in order, as long as
/// the inbox keeps its promises.
///
///     behind ──asked()──▶ reading ──finish()──▶ up to date ──▶ offer()
///       ▲  ▲                 │                      │
///       │  └── error, more ──┘    a gap, miss() ────┤
///       └───────────────────────────────────────────┘
///
/// Pure logic, for one thread. Whoever has it reads when `is_due`, or else
/// postpones that.
class inbox_cursor {
public:
  /// Returns whether a page has to be asked for now.
  bool is_due() const {
    return is_behind_ && waits_for_ == cause::none;
  }

  /// Returns whether the client may lack something that the inbox has.
  bool is_behind() const {
    return is_behind_ || waits_for_ == cause::page;
  }

  /// Id of the newest message that the client has been sent, or need not be;
  /// empty: of none, so that the device's own cursor counts.
  std::string sent() const {
    return sent_ ? to_string(*sent_) : std::string{};
  }

  /// The page after `sent` was asked for.
  void asked();

  /// Not now: `resume` says when.
  void postpone() {
    waits_for_ = cause::time;
  }

  void resume() {
    waits_for_ = cause::none;
  }

  /// Something may not have come by the bus.
  void miss() {
    is_behind_ = true;
  }

  /// A message comes by the bus. Returns whether it goes to the client now;
  /// otherwise the client has it, or it will be read.
  bool offer(std::string_view id, std::string_view previous);

  /// A message of a page. Returns whether it goes to the client.
  bool pass(std::string_view id);

  /// The page is through, all its messages have been passed. After an error
  /// another attempt is due.
  void finish(const inbox_page& x);

private:
  enum class cause : std::uint8_t { none, page, time };

  cause waits_for_ = cause::none;
  bool is_behind_ = true;
  std::optional<inbox_id> sent_;  // nothing is before all ids
  std::optional<inbox_id> heard_; // by the bus since the page was asked for
};

} // namespace atrium
