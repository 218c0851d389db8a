#include "atrium/actors/room/room_log.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

auto room_log::order_of(const incoming& x) const -> order {
  if (!x.place)
    return order::next; // of a node that does not keep it
  if (!known_ || x.place->at.epoch != at_.epoch)
    return order::early;
  if (x.place->at.offset <= at_.offset)
    return order::old;
  return x.place->previous == at_.offset ? order::next : order::early;
}

void room_log::advance(const incoming& x) {
  if (x.place)
    at_.offset = x.place->at.offset;
}

std::vector<incoming> room_log::take(const arrived& x) {
  std::vector<incoming> result;
  result.reserve(x.batch.size());
  for (auto& one : x.batch) {
    auto where = order_of(one);
    // What waits goes first, also where this one would follow by itself.
    if (where == order::next && (waiting_.empty() || !one.place)) {
      advance(one);
      result.push_back(one);
    } else if (where != order::old) {
      waiting_.push_back({one, x.held, asked_});
      doubtful_ = true;
    }
  }
  return result;
}

std::optional<history_query> room_log::ask() {
  if (!is_on() || is_asking_ || holds_back_ || !doubtful_)
    return std::nullopt;
  is_asking_ = true;
  doubtful_ = false;
  ++asked_;
  history_query result{rule_};
  asked_at_ = at_;
  if (known_) {
    result.from = at_;
    result.limit = page_;
    result.was_seen = true;
  }
  return result;
}

// Members may have got further since the question was asked, by the bus. Then
// they may have got what the history has lost since: the page does not have
// it.
std::optional<position> room_log::loss_in(const history_page& page) const {
  if (page.is_lost)
    return page.top;
  auto next = std::ranges::upper_bound(page.messages, at_.offset, {},
                                       &stored_message::offset);
  if (next == page.messages.end() || next->previous == at_.offset)
    return std::nullopt;
  return position{at_.epoch, next->previous};
}

auto room_log::answer(const history_page& page, std::vector<incoming> messages)
  -> progress {
  is_asking_ = false;
  answered_ = asked_;
  progress result;
  if (!known_) {
    known_ = true;
    at_ = page.top;
  } else if (page.is_lost && at_ != asked_at_) {
    doubtful_ = true; // nothing was missing: the question was out of date
    return result;
  } else if (result.lost = loss_in(page); result.lost) {
    at_ = *result.lost;
  }
  // The page has all that comes after this position, but for what could not be
  // decoded.
  for (auto& x : messages)
    if (order_of(x) != order::old) {
      advance(x);
      result.messages.push_back(std::move(x));
    }
  if (!page.messages.empty())
    at_.offset = std::max(at_.offset, page.messages.back().offset);
  if (page.has_more)
    doubtful_ = true;
  else
    drain(result.messages);
  return result;
}

// What was there before the question was asked is in the answer, or was lost
// by the history; what came later may need another question.
void room_log::drain(std::vector<incoming>& out) {
  for (auto& x : std::exchange(waiting_, {})) {
    auto where = order_of(x.message);
    if (x.asked != asked_)
      continue;
    if (where == order::next && waiting_.empty()) {
      advance(x.message);
      out.push_back(std::move(x.message));
    } else if (where != order::old) {
      doubtful_ = true;
      waiting_.push_back(std::move(x));
    }
  }
}

} // namespace atrium
