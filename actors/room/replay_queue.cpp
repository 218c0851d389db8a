#include "atrium/actors/room/replay_queue.hpp"

#include <algorithm>
#include <iterator>

namespace atrium {

namespace {

// What members get while the history is asked: over it the joins read on.
constexpr std::size_t most_noted = std::size_t{1} << 20;

} // namespace

// -- questions ----------------------------------------------------------------

std::optional<history_query> replay_queue::ask(const position& at) {
  if (asking_ != question::none || (readers_.empty() && newcomers_.empty()))
    return std::nullopt;
  noted_.begin(at.offset);
  auto result = most_;
  from_ = at;
  if (!newcomers_.empty()) {
    asking_ = question::newest;
    asked_for_ = newcomers_.size();
    result.limit = newest_;
    result.newest_first = true;
    return result;
  }
  asking_ = question::missed;
  // Whoever has more than that is in the answer, too.
  from_.offset = std::ranges::min(readers_, {}, &reader::after).after;
  result.from = from_;
  return result;
}

void replay_queue::note(const incoming& x) {
  cache_.note(x);
  if (asking_ == question::none || !x.place)
    return;
  if (noted_.bytes >= most_noted)
    noted_.begin(x.place->at.offset);
  else
    noted_.add(x.content);
}

auto replay_queue::answer(const history_page& page,
                          std::vector<incoming> messages, const position& at)
  -> std::vector<portion> {
  auto asked = std::exchange(asking_, question::none);
  if (from_.epoch != at.epoch)
    return {}; // about another epoch than that of whoever waits now
  stretch all;
  all.begin(page.messages.empty() ? page.top.offset : from_.offset);
  if (asked == question::newest) {
    std::ranges::reverse(messages);
    all.begin(messages.empty() ? page.top.offset
                               : messages.front().place->previous);
  }
  for (auto& x : messages)
    all.add(x.content);
  if (!page.messages.empty())
    // Also behind what could not be decoded.
    all.until
      = std::max(page.messages.front().offset, page.messages.back().offset);
  // Else the room does not know yet that its epoch is over.
  auto is_current = page.top.epoch == at.epoch;
  if (is_current)
    all.join(std::exchange(noted_, {}));
  else
    all.begin(0);
  if (is_current && !page.is_lost)
    cache_.keep(all, at.offset);
  return asked == question::newest ? hand_out_newest(all, at)
                                   : hand_out(page, all, at);
}

auto replay_queue::hand_out_known(const position& at) -> std::vector<portion> {
  if (readers_.empty() || cache_.is_empty())
    return {};
  return hand_out({}, cache_.messages(), at);
}

// What comes after `at` comes to everybody who is in, from the bus.
auto replay_queue::hand_out(const history_page& page, const stretch& all,
                            const position& at) -> std::vector<portion> {
  std::vector<portion> result;
  std::vector<reader> left;
  // Whoever is at the end waits for what comes behind it.
  auto ends_early = !all.messages.empty() && all.until < at.offset;
  for (auto& x : std::exchange(readers_, {})) {
    position where{at.epoch, x.after};
    if (page.is_lost && (x.after == from_.offset || x.after < page.floor))
      result.push_back({std::move(x), {}, true});
    else if (page.is_lost || !all.has(x.after)
             || (ends_early && x.after == all.until))
      left.push_back(std::move(x));
    else {
      auto part = all.part(x.after, at.offset, most_.limit, most_.max_bytes);
      entrance what{std::move(where), true, std::move(part.messages),
                    part.until < at.offset};
      x.after = part.until;
      result.push_back({std::move(x), std::move(what), false});
    }
  }
  readers_ = std::move(left);
  return result;
}

auto replay_queue::hand_out_newest(const stretch& all, const position& at)
  -> std::vector<portion> {
  std::vector<portion> result;
  entrance what{at};
  // Where the two do not meet, the epoch has just changed, or so much has been
  // said meanwhile that it is better to give nothing than half of it.
  if (all.until >= at.offset) {
    what.messages = all.part(all.after, at.offset).messages;
    auto over = what.messages.size() - std::min(what.messages.size(), newest_);
    what.at->offset = over > 0 ? what.messages[over - 1]->offset() : all.after;
    what.at->offset = std::min(what.at->offset, at.offset);
    what.messages.erase(what.messages.begin(),
                        what.messages.begin()
                          + static_cast<std::ptrdiff_t>(over));
  }
  for (std::size_t i = 0; i < asked_for_; ++i) {
    auto& one = result.emplace_back();
    one.to.join = std::move(newcomers_[i]);
    one.to.after = at.offset;
    one.what = what;
  }
  newcomers_.erase(newcomers_.begin(),
                   newcomers_.begin()
                     + static_cast<std::ptrdiff_t>(asked_for_));
  return result;
}

// -- who waits no more --------------------------------------------------------

join_queue::entries replay_queue::fail() {
  asking_ = question::none;
  auto result = std::exchange(newcomers_, {});
  for (auto& x : readers_)
    if (x.join)
      result.push_back(std::move(*x.join));
  std::erase_if(readers_, [](auto& x) { return x.join.has_value(); });
  return result;
}

auto replay_queue::clear() -> std::vector<reader> {
  auto result = std::exchange(readers_, {});
  for (auto& x : std::exchange(newcomers_, {}))
    result.push_back({std::move(x), 0, 0});
  asked_for_ = 0;
  cache_.clear();
  from_.epoch.clear(); // what is on its way is an answer for nobody
  return result;
}

void replay_queue::remove(actor_number connection) {
  std::erase_if(readers_,
                [=](auto& x) { return !x.join && x.member == connection; });
}

std::size_t replay_queue::joins() const {
  auto waits = [](auto& x) { return x.join.has_value(); };
  return newcomers_.size()
         + static_cast<std::size_t>(std::ranges::count_if(readers_, waits));
}

} // namespace atrium
