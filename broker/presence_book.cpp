#include "atrium/broker/presence_book.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

bool is_same(const shared_bytes& a, const shared_bytes& b) {
  return a == b || (a && b && *a == *b);
}

} // namespace

// -- from the node ------------------------------------------------------------

void presence_book::enter(const presence_room& where, presence_member who,
                          unix_time at) {
  auto& in = rooms_.try_emplace(where.channel, where).first->second;
  auto& [user, x] = *in.users.try_emplace(std::move(who.user)).first;
  if (std::ranges::count(x.connections, who.connection) != 0)
    return;
  x.in = &in;
  x.user = user;
  auto knows_others = x.told != 0 || x.is_out;
  if (!x.is_here()) {
    x.since = at;
    x.info = std::move(who.info);
    x.must_tell = x.must_tell || knows_others;
    ++in.present;
    ++users_;
  } else if (x.away.is_linked()) {
    x.away.unlink();
    x.must_tell = x.must_tell || (knows_others && !is_same(x.info, who.info));
    x.info = std::move(who.info);
  }
  x.connections.push_back(who.connection);
  update(x);
}

void presence_book::leave(const presence_room& where, std::string_view user,
                          std::uint64_t connection, clock::time_point now) {
  auto in = rooms_.find(where.channel);
  if (in == rooms_.end())
    return;
  auto found = in->second.users.find(user);
  if (found == in->second.users.end())
    return;
  auto& x = found->second;
  if (std::erase(x.connections, connection) == 0)
    return;
  if (x.connections.empty()) {
    x.deadline = now + grace_;
    away_.push_back(x);
  }
  update(x);
}

void presence_book::tick(clock::time_point now) {
  while (!away_.empty() && away_.front().deadline <= now)
    depart(away_.front());
}

auto presence_book::next_tick() const -> std::optional<clock::time_point> {
  if (away_.empty())
    return std::nullopt;
  return away_.front().deadline;
}

void presence_book::depart(entry& x) {
  x.away.unlink();
  --x.in->present;
  --users_;
  if (x.told != 0 || x.is_out || x.must_tell)
    return update(x);
  auto& in = *x.in;
  erase(x);
  if (in.users.empty())
    forget(in);
}

// -- what others hear ---------------------------------------------------------

// Where only the number of users counts, one connection is as good as two.
std::uint32_t presence_book::standing(const entry& x) {
  if (!x.is_here())
    return 0;
  if (x.in->where.mode != presence_mode::full)
    return 1;
  return static_cast<std::uint32_t>(
    std::max<std::size_t>(1, x.connections.size()));
}

void presence_book::update(entry& x) {
  if (x.changed.is_linked()
      || (!x.must_tell && !x.is_out && standing(x) == x.told))
    return;
  if (!x.is_out)
    ++waiting_;
  x.in->changed.push_back(x);
  make_ready(*x.in);
}

void presence_book::make_ready(room& x) {
  if (x.out.empty() && !x.changed.empty() && !x.ready.is_linked())
    ready_.push_back(x);
}

auto presence_book::take(std::size_t limit, std::size_t bytes) -> batch {
  batch result;
  while (result.changes.empty() && !ready_.empty()) {
    auto& in = ready_.front();
    ready_.pop_front();
    std::size_t taken = 0;
    while (!in.changed.empty() && in.out.size() < limit && taken < bytes) {
      auto& x = in.changed.front();
      in.changed.pop_front();
      auto now = standing(x);
      if (!x.must_tell && now == x.told) { // back to what others know
        --waiting_;
        if (now == 0)
          erase(x);
        continue;
      }
      taken += x.user.size() + (x.info ? x.info->size() : 0);
      result.changes.push_back({x.user, now, x.since, x.info, x.told == 0});
      x.sent = now;
      x.is_out = true;
      x.must_tell = false;
      in.out.push_back(&x);
    }
    result.where = &in.where;
    if (in.users.empty())
      forget(in);
  }
  if (result.changes.empty())
    result.where = nullptr;
  return result;
}

void presence_book::settle(std::string_view channel) {
  auto& in = rooms_.find(channel)->second;
  in.was_told = true;
  for (auto* x : std::exchange(in.out, {})) {
    x->is_out = false;
    x->told = x->sent;
    if (x->changed.is_linked())
      continue;
    --waiting_;
    if (x->told == 0 && !x->is_here())
      erase(*x);
  }
  make_ready(in);
  if (in.users.empty())
    forget(in);
}

// In the order in which it was told, ahead of what has changed since.
void presence_book::requeue(std::string_view channel) {
  auto& in = rooms_.find(channel)->second;
  auto out = std::exchange(in.out, {});
  std::ranges::reverse(out);
  for (auto* x : out) {
    x->is_out = false;
    x->must_tell = true;
    x->changed.unlink();
    in.changed.push_front(*x);
  }
  make_ready(in);
}

void presence_book::tell_all_again() {
  emptied_.clear();
  ready_.clear();
  for (auto i = rooms_.begin(); i != rooms_.end();) {
    auto& in = i->second;
    in.was_told = false;
    in.out.clear();
    in.changed.clear();
    std::erase_if(in.users, [](auto& x) { return !x.second.is_here(); });
    for (auto& [user, x] : in.users) {
      x.told = 0;
      x.is_out = x.must_tell = false;
      in.changed.push_back(x);
    }
    make_ready(in);
    i = in.users.empty() ? rooms_.erase(i) : std::next(i);
  }
  waiting_ = users_;
}

void presence_book::tell_again(
  const std::function<bool(const presence_room&)>& which) {
  for (auto& [channel, in] : rooms_) {
    if (!which(in.where))
      continue;
    for (auto& [user, x] : in.users) {
      x.must_tell = x.must_tell || x.told != 0 || x.is_out;
      update(x);
    }
  }
}

std::vector<presence_room> presence_book::take_emptied() {
  return std::exchange(emptied_, {});
}

// Takes itself out of the lists.
void presence_book::erase(entry& x) {
  if (x.changed.is_linked())
    --waiting_;
  auto& users = x.in->users;
  users.erase(users.find(x.user));
}

void presence_book::forget(room& x) {
  if (x.was_told)
    emptied_.push_back(x.where);
  rooms_.erase(rooms_.find(x.where.channel));
}

void presence_book::count(presence_stats& to) const noexcept {
  to.rooms = rooms_.size();
  to.users = users_;
  to.waiting = waiting_;
}

presence_page presence_book::read(std::string_view channel,
                                  std::size_t limit) const {
  presence_page result;
  auto found = rooms_.find(channel);
  if (found == rooms_.end())
    return result;
  auto& in = found->second;
  result.present = in.present;
  if (in.where.mode != presence_mode::full)
    return result;
  for (auto& [user, x] : in.users) {
    if (result.users.size() == limit)
      break;
    if (x.is_here())
      result.users.push_back(
        {user, standing(x), x.since, x.info ? *x.info : std::string{}});
  }
  return result;
}

} // namespace atrium
