#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/history.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace atrium::test {

/// The history of one channel as a list: what a room should be able to rely on.
/// Every message has a value of its own, and remembers which one it follows.
class log_model {
public:
  struct entry {
    std::uint64_t offset = 0;
    std::uint64_t previous = 0;
    int value = 0;
  };

  /// Stores a message; returns what subscribers are sent.
  incoming append() {
    entry x{top_ + 1, top_, ++last_value_};
    if (restarted_)
      x.offset = std::max(x.offset, ++restarts_ * jump);
    restarted_ = false;
    follows_[x.value] = value_at(top());
    top_ = x.offset;
    entries_.push_back(x);
    values_[{epoch_, x.offset}] = x.value;
    return message(x);
  }

  /// The server restarts and has lost so many of the newest messages.
  void restart(std::size_t lost) {
    for (; lost > 0 && !entries_.empty(); --lost) {
      top_ = entries_.back().previous;
      entries_.pop_back();
    }
    restarted_ = true;
  }

  /// All is gone.
  void flush() {
    entries_.clear();
    top_ = 0;
    epoch_ = "e" + std::to_string(++epochs_);
  }

  /// Only so many are left.
  void trim(std::size_t left) {
    while (entries_.size() > left)
      entries_.erase(entries_.begin());
  }

  history_page read(const history_query& what) {
    if (what.was_seen && what.from)
      check_seen(*what.from);
    history_page page;
    page.top = top();
    if (what.limit == 0)
      return page;
    return what.newest_first ? read_newest(page, what) : read_missed(page, what);
  }

  /// What `decode_stored` makes of a page.
  std::vector<incoming> decode(const history_page& page) const {
    std::vector<incoming> result;
    for (auto& x : page.messages)
      result.push_back(message({x.offset, x.previous, std::stoi(*x.packet)}, page.top.epoch));
    return result;
  }

  position top() const {
    return {epoch_, top_};
  }

  int last_value() const {
    return value_at(top());
  }

  /// The value that this one was stored behind; 0: none.
  int before(int value) const {
    return follows_.at(value);
  }

  static int value_of(const publication& x) {
    return std::stoi(std::string{x.data()});
  }

  /// Also of an epoch that is over, or a message that was trimmed.
  int value_at(const position& at) const {
    auto i = values_.find({at.epoch, at.offset});
    return i == values_.end() ? 0 : i->second;
  }

private:
  // In place of the clock from which a server that has restarted takes numbers
  // that it cannot have given out before.
  static constexpr std::uint64_t jump = 1'000'000;

  incoming message(const entry& x) const {
    return message(x, epoch_);
  }

  static incoming message(const entry& x, const std::string& epoch) {
    envelope e;
    e.event_id = std::to_string(x.value);
    e.target = std::string{"r"}; // g++ 12 takes a literal for an overlap
    e.data = std::to_string(x.value);
    auto bytes = std::make_shared<const std::string>(
      with_position(encode_packet(e, false), {epoch, x.offset, x.previous}));
    auto content
      = std::make_shared<const publication>(bytes, std::get<packet>(decode_packet(*bytes)));
    return {content,
            {},
            nullptr,
            std::make_shared<const log_place>(log_place{{epoch, x.offset}, x.previous})};
  }

  // What somebody has had, and nobody has trimmed, the server has lost.
  void check_seen(const position& at) {
    auto next = std::ranges::upper_bound(entries_, at.offset, {}, &entry::offset);
    auto is_here = next == entries_.end() ? at.offset <= top_ : next->previous >= at.offset;
    if (at.epoch != epoch_ || is_here)
      return;
    epoch_ = "e" + std::to_string(++epochs_);
    for (auto& x : entries_)
      values_[{epoch_, x.offset}] = x.value;
  }

  history_page read_newest(history_page page, const history_query& what) const {
    for (auto i = entries_.rbegin(); i != entries_.rend(); ++i)
      if (page.messages.size() < what.limit)
        add(page, *i);
    return page;
  }

  history_page read_missed(history_page page, const history_query& what) const {
    auto& from = *what.from;
    auto i = std::ranges::upper_bound(entries_, from.offset, {}, &entry::offset);
    auto is_whole = i == entries_.end() ? from.offset == top_ : i->previous == from.offset;
    if (from.epoch != epoch_ || !is_whole) {
      page.is_lost = true;
      page.floor = entries_.empty() ? top_ : entries_.front().previous;
      return page;
    }
    for (; i != entries_.end() && page.messages.size() < what.limit; ++i)
      add(page, *i);
    page.has_more = i != entries_.end();
    return page;
  }

  static void add(history_page& page, const entry& x) {
    page.messages.push_back(
      {x.offset, x.previous, std::make_shared<const std::string>(std::to_string(x.value))});
  }

  std::vector<entry> entries_;
  std::string epoch_ = "e0";
  int epochs_ = 0;
  std::uint64_t top_ = 0;
  int last_value_ = 0;
  bool restarted_ = false;
  std::uint64_t restarts_ = 0;
  std::map<int, int> follows_;
  std::map<std::pair<std::string, std::uint64_t>, int> values_;
};

} // namespace atrium::test
