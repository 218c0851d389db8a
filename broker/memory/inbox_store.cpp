#include "atrium/broker/memory/inbox_store.hpp"

#include "atrium/broker/packet_header.hpp"

#include <algorithm>

namespace atrium {

namespace {

// With guesses at what the containers need.
constexpr std::size_t cost_of_device = 200;

std::size_t cost_of_user(std::string_view name) {
  constexpr std::size_t overhead = 500;
  return name.size() + overhead;
}

} // namespace

// -- messages -----------------------------------------------------------------

inbox_receipt inbox_store::put(const std::string& user, const inbox_entry& what,
                               moment now) {
  sweep(now);
  if (what.is_chosen) {
    if (auto known = ids_.find(user, what.event_id, now.at)) {
      ++stats_.duplicates;
      return {errc::none, known->epoch};
    }
  }
  if (!make_room(cost_of(what.packet) + cost_of_user(user))) {
    ++stats_.failed;
    return {errc::bus_unavailable};
  }
  auto& to = open(user, now);
  auto id = to_string(add(to, what.packet, now));
  // More than one only where the rule has changed: the rest next time.
  for (int i = 0; i < 100 && to.second.messages.size() > rule_.most; ++i)
    give_up(to, dead_letter::cause::too_many, now);
  reschedule(to, now);
  if (what.is_chosen)
    ids_.add(user, what.event_id, {id, 0}, now.at);
  ++stats_.stored;
  return {errc::none, std::move(id)};
}

inbox_page inbox_store::read(const inbox_query& what, moment now) {
  sweep(now);
  inbox_page result;
  if (!make_room(cost_of_user(what.user) + cost_of_device)) {
    ++stats_.failed;
    result.error = errc::bus_unavailable;
    return result;
  }
  auto& of = open(what.user, now);
  auto& box = of.second;
  auto after = use(of, what.device, now).acked;
  if (auto given = read_inbox_id(what.after))
    after = *given;
  result.top = to_string(box.top);
  std::size_t bytes = 0;
  auto i = std::ranges::upper_bound(box.messages, after, {}, &message::id);
  for (; i != box.messages.end(); ++i) {
    bytes += i->packet->size();
    if (result.messages.size() == what.limit
        || (!result.messages.empty() && bytes > what.max_bytes)) {
      result.has_more = true;
      break;
    }
    auto id = to_string(i->id);
    auto packet = with_inbox(*i->packet, {id, to_string(i->previous)});
    result.messages.push_back(
      {std::move(id), std::make_shared<const std::string>(std::move(packet))});
  }
  reschedule(of, now);
  ++stats_.reads;
  stats_.read += result.messages.size();
  return result;
}

errc inbox_store::acknowledge(const std::string& user,
                              const std::string& device, std::string_view id,
                              moment now) {
  sweep(now);
  auto i = users_.find(user);
  auto upto = read_inbox_id(id);
  if (!upto) {
    ++stats_.failed;
    return errc::bad_request;
  }
  ++stats_.acknowledged;
  if (i == users_.end() || *upto > i->second.top)
    return errc::none; // of what was lost
  auto& box = i->second;
  auto& from = use(*i, device, now);
  from.acked = std::max(from.acked, *upto);
  box.acked = std::max(box.acked, *upto);
  trim(*i);
  reschedule(*i, now);
  return errc::none;
}

auto inbox_store::open(const std::string& user, moment now) -> entry& {
  auto [i, is_new] = users_.try_emplace(user);
  if (is_new) {
    bytes_ += cost_of_user(user);
    i->second.due = ends_.emplace(now.at + rule_.ttl, &*i);
  }
  return *i;
}

// Devices that nobody has seen for the time of the rule hold nothing back.
auto inbox_store::use(entry& of, const std::string& name, moment now)
  -> device& {
  auto& devices = of.second.devices;
  bytes_ -= devices.size() * cost_of_device;
  std::erase_if(devices, [&](auto& x) {
    return x.first != name && x.second.seen + rule_.ttl <= now.at;
  });
  if (!devices.contains(name) && devices.size() == max_inbox_devices)
    devices.erase(std::ranges::min_element(
      devices, {}, [](auto& x) { return x.second.seen; }));
  auto& result = devices[name];
  result.seen = now.at;
  bytes_ += devices.size() * cost_of_device;
  return result;
}

// Greater than all that there were, also when the clock was set back.
inbox_id inbox_store::next_id(moment now) {
  auto time = std::max<std::int64_t>(0, now.wall.time_since_epoch().count());
  top_ = std::max(inbox_id{static_cast<std::uint64_t>(time), 0},
                  inbox_id{top_.time, top_.number + 1});
  return top_;
}

inbox_id inbox_store::add(entry& to, shared_bytes packet, moment now) {
  auto& [user, box] = to;
  auto previous = std::exchange(box.top, next_id(now));
  auto pushed = with_inbox(*packet, {to_string(box.top), to_string(previous)});
  pushes_.emplace_back(user,
                       std::make_shared<const std::string>(std::move(pushed)));
  bytes_ += cost_of(packet);
  box.messages.push_back({box.top, previous, std::move(packet), now.at});
  return box.top;
}

auto inbox_store::take_front(entry& of) -> message {
  auto& messages = of.second.messages;
  auto result = std::move(messages.front());
  messages.pop_front();
  bytes_ -= cost_of(result.packet);
  return result;
}

void inbox_store::trim(entry& of) {
  auto& box = of.second;
  auto least = box.top;
  for (auto& [name, x] : box.devices)
    least = std::min(least, x.acked);
  while (!box.messages.empty() && box.messages.front().id <= least)
    take_front(of);
}

// -- bounds and time ----------------------------------------------------------

// Nothing that was promised is lost for it.
bool inbox_store::make_room(std::size_t bytes) {
  auto bound = bound_.sink();
  while (bytes_ + bytes > bound && !letters_.empty()) {
    auto [id, of] = *letters_.begin();
    drop(*of, of->second.letters.find(id));
    ++stats_.evicted;
  }
  return bytes_ + bytes <= (letters_.empty() ? bound_.last() : bound);
}

std::size_t inbox_store::cost_of(const shared_bytes& packet) {
  constexpr std::size_t overhead = 160; // a guess at what the containers need
  return packet->size() + overhead;
}

// A user of whom nothing is kept is known as long as a device is.
void inbox_store::reschedule(entry& x, moment now) {
  auto& box = x.second;
  auto next = now.at + rule_.ttl;
  if (!box.messages.empty())
    next = std::min(next, box.messages.front().since + rule_.ttl);
  if (!box.letters.empty())
    next = std::min(next, box.letters.begin()->second.until);
  if (box.due->first == next)
    return;
  auto node = ends_.extract(box.due);
  node.key() = next;
  box.due = ends_.insert(std::move(node));
}

void inbox_store::expire(entry& x, moment now) {
  auto& box = x.second;
  while (!box.messages.empty()
         && box.messages.front().since + rule_.ttl <= now.at)
    give_up(x, dead_letter::cause::expired, now);
  while (!box.letters.empty() && box.letters.begin()->second.until <= now.at)
    drop(x, box.letters.begin());
  auto is_of_use = std::ranges::any_of(box.devices, [&](auto& one) {
    return one.second.seen + rule_.ttl > now.at;
  });
  if (is_of_use || !box.messages.empty() || !box.letters.empty())
    return reschedule(x, now);
  bytes_ -= cost_of_user(x.first) + box.devices.size() * cost_of_device;
  ends_.erase(box.due);
  users_.erase(users_.find(x.first));
}

// A few for each call: more than can become due for each call, on average.
void inbox_store::sweep(moment now) {
  for (int i = 0; i < 4 && !ends_.empty() && ends_.begin()->first <= now.at;
       ++i)
    expire(*ends_.begin()->second, now);
}

auto inbox_store::next_sweep() const -> std::optional<clock::time_point> {
  if (ends_.empty())
    return std::nullopt;
  return ends_.begin()->first;
}

} // namespace atrium
