#include "atrium/broker/memory/memory_log.hpp"

#include "atrium/broker/util/random_id.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

constexpr std::size_t epoch_size = 8;

// With a guess at what the containers need.
std::size_t cost_of(const shared_bytes& packet) {
  constexpr std::size_t overhead = 80;
  return packet->size() + overhead;
}

std::size_t cost_of_channel(const std::string& name) {
  constexpr std::size_t overhead = 400;
  return name.size() + overhead;
}

// Takes messages as long as the query allows; `at` is the offset of the next
// one, which moves towards `end` by `step`.
template <class Packet>
void take(history_page& to, const history_query& what, std::uint64_t at,
          std::uint64_t end, int step, Packet packet_at) {
  std::size_t bytes = 0;
  for (; at != end; at += static_cast<std::uint64_t>(step)) {
    auto& packet = packet_at(at);
    bytes += packet->size();
    auto is_first = to.messages.empty();
    if (to.messages.size() == what.limit
        || (!is_first && bytes > what.max_bytes)) {
      to.has_more = true;
      return;
    }
    to.messages.push_back({at, at - 1, packet});
  }
}

} // namespace

auto memory_log::append(const std::string& name, log_entry what,
                        clock::time_point now) -> outcome {
  sweep(now);
  auto& in = open(name, what.rule, now);
  auto& log = in.second;
  if (what.is_chosen) {
    auto known = ids_.find(name, what.event_id, now);
    if (known != nullptr && known->epoch == log.epoch) {
      ++stats_.duplicates;
      return {*known, true};
    }
  }
  keep(in, std::move(what.packet), what.rule, now);
  outcome result{{log.epoch, log.top}};
  if (what.is_chosen)
    ids_.add(name, what.event_id, result.at, now);
  ++stats_.stored;
  give_way(); // may end the channel
  return result;
}

history_page memory_log::read(const std::string& name,
                              const history_query& what,
                              clock::time_point now) {
  sweep(now);
  auto& log = open(name, what.rule, now).second;
  history_page result;
  result.top = {log.epoch, log.top};
  ++stats_.reads;
  auto& from = what.from;
  auto is_trimmed = from && !what.newest_first && from->offset < log.floor();
  if (from
      && (from->epoch != log.epoch || from->offset > log.top || is_trimmed)) {
    result.is_lost = true;
    result.floor = log.floor();
    ++stats_.lost;
    return result;
  }
  if (!from && what.limit == 0)
    return result;
  auto packet_at = [&](std::uint64_t offset) -> const shared_bytes& {
    return log.messages[offset - log.floor() - 1];
  };
  if (!what.newest_first)
    take(result, what, (from ? from->offset : log.floor()) + 1, log.top + 1, 1,
         packet_at);
  else if (auto at = from ? from->offset : log.top + 1; at > log.floor())
    take(result, what, at - 1, log.floor(), -1, packet_at);
  stats_.read += result.messages.size();
  return result;
}

void memory_log::remove(const std::string& name, clock::time_point now) {
  sweep(now);
  auto i = channels_.find(name);
  if (i == channels_.end())
    return;
  drop_messages(*i);
  reschedule(*i);
}

history_stats memory_log::stats() const {
  return stats_;
}

// Finds or makes a channel, which lasts from now on as if it were new.
auto memory_log::open(const std::string& name, const history_rule& rule,
                      clock::time_point now) -> channel& {
  auto [i, is_new] = channels_.try_emplace(name);
  auto& x = *i;
  auto& log = x.second;
  if (is_new) {
    log.epoch = make_random_id(epoch_size);
    log.due = ends_.emplace(now, &x);
    stats_.bytes += cost_of_channel(name);
  } else if (log.kept_until <= now) {
    drop_messages(x);
  }
  log.known_until
    = std::max(log.known_until, now + rule.ttl + memory_of_numbers);
  reschedule(x);
  return x;
}

void memory_log::keep(channel& in, shared_bytes packet,
                      const history_rule& rule, clock::time_point now) {
  auto& log = in.second;
  if (log.messages.empty())
    log.place = order_.insert(order_.end(), &in);
  else
    order_.splice(order_.end(), order_, log.place);
  ++log.top;
  stats_.bytes += cost_of(packet);
  log.messages.push_back(std::move(packet));
  log.kept_until = now + rule.ttl;
  while (log.messages.size() > rule.count)
    drop_oldest(in);
  reschedule(in);
}

void memory_log::drop_oldest(channel& in) {
  auto& log = in.second;
  stats_.bytes -= cost_of(log.messages.front());
  log.messages.pop_front();
  if (log.messages.empty())
    order_.erase(log.place);
}

void memory_log::drop_messages(channel& in) {
  while (!in.second.messages.empty())
    drop_oldest(in);
}

void memory_log::forget(channel& x) {
  drop_messages(x);
  stats_.bytes -= cost_of_channel(x.first);
  ends_.erase(x.second.due);
  channels_.erase(channels_.find(x.first));
}

void memory_log::reschedule(channel& x) {
  auto& log = x.second;
  auto next = log.messages.empty() ? log.known_until : log.kept_until;
  if (log.due->first == next)
    return;
  auto node = ends_.extract(log.due);
  node.key() = next;
  log.due = ends_.insert(std::move(node));
}

// A few for each call: more than can become due for each call, on average.
void memory_log::sweep(clock::time_point now) {
  for (int i = 0; i < 4 && !ends_.empty() && ends_.begin()->first <= now; ++i) {
    auto& x = *ends_.begin()->second;
    if (x.second.messages.empty()) {
      forget(x);
    } else {
      drop_messages(x);
      reschedule(x);
    }
  }
}

// Messages first, of which the new one is among the last; then the numbers of
// channels that have none.
void memory_log::give_way() {
  auto bound = bound_.sink();
  while (stats_.bytes > bound && !order_.empty()) {
    auto& x = *order_.front();
    drop_oldest(x);
    ++stats_.evicted;
    reschedule(x);
  }
  while (stats_.bytes > bound && !ends_.empty())
    forget(*ends_.begin()->second);
}

} // namespace atrium
