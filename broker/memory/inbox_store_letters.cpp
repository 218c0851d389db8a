#include "atrium/broker/memory/inbox_store.hpp"

#include <iterator>

// What nobody has acknowledged in time.

namespace atrium {

void inbox_store::give_up(entry& of, dead_letter::cause why, moment now) {
  auto& [user, box] = of;
  auto given = take_front(of);
  if (given.id <= box.acked)
    return; // some device has it
  auto id = next_id(now);
  bytes_ += cost_of(given.packet);
  box.letters[id] = {given.id, why, now.wall, std::move(given.packet),
                     now.at + dead_letter_lifetime};
  letters_[id] = &of;
  ++stats_.dead;
  given_up_.push_back(
    {user, to_string(id), to_string(given.id), why, now.wall, nullptr});
  if (box.letters.size() > max_dead_letters) {
    drop(of, box.letters.begin());
    ++stats_.evicted;
  }
}

void inbox_store::drop(entry& of, std::map<inbox_id, letter>::iterator x) {
  bytes_ -= cost_of(x->second.packet);
  letters_.erase(x->first);
  of.second.letters.erase(x);
}

dead_letter_page inbox_store::list(const dead_letter_query& what, moment now) {
  sweep(now);
  dead_letter_page result;
  auto place = read_dead_letter_place(what.after);
  if (!what.after.empty() && !place) {
    ++stats_.failed;
    result.error = errc::bad_request;
    return result;
  }
  std::size_t bytes = 0;
  auto i = what.user.empty()
             ? users_.lower_bound(place ? place->user : std::string_view{})
             : users_.find(what.user);
  for (; i != users_.end() && result.next.empty(); ++i) {
    auto goes_on = place && i->first == place->user;
    append(result, *i, goes_on ? read_inbox_id(place->id).value() : inbox_id{},
           what, bytes);
    if (!what.user.empty())
      break;
  }
  ++stats_.reads;
  return result;
}

void inbox_store::append(dead_letter_page& to, const entry& of,
                         const inbox_id& after, const dead_letter_query& what,
                         std::size_t& bytes) const {
  auto& [user, box] = of;
  for (auto i = box.letters.upper_bound(after); i != box.letters.end(); ++i) {
    auto& [id, x] = *i;
    bytes += x.packet->size();
    auto is_full = to.letters.size() == what.limit || bytes > what.max_bytes;
    if (is_full && !to.letters.empty()) {
      auto& last = to.letters.back();
      to.next = to_string(dead_letter_place{last.id, last.user});
      return;
    }
    to.letters.push_back(
      {user, to_string(id), to_string(x.message), x.why, x.time, x.packet});
  }
}

dead_letter_outcome inbox_store::replay(const std::string& user,
                                        std::string_view id, moment now) {
  auto i = users_.find(user);
  auto which = read_inbox_id(id);
  if (!id.empty() && !which) {
    ++stats_.failed;
    return {errc::bad_request};
  }
  dead_letter_outcome result;
  if (i == users_.end())
    return result;
  auto& box = i->second;
  auto x = which ? box.letters.find(*which) : box.letters.begin();
  auto end = which && x != box.letters.end() ? std::next(x) : box.letters.end();
  while (x != end && box.messages.size() < rule_.most) {
    add(*i, x->second.packet, now);
    drop(*i, x++);
    ++stats_.stored;
    ++result.letters;
  }
  result.stayed = static_cast<std::size_t>(std::distance(x, end));
  reschedule(*i, now);
  return result;
}

dead_letter_outcome inbox_store::purge(const std::string& user,
                                       std::string_view id) {
  auto i = users_.find(user);
  auto which = read_inbox_id(id);
  if (!id.empty() && !which) {
    ++stats_.failed;
    return {errc::bad_request};
  }
  dead_letter_outcome result;
  if (i == users_.end())
    return result;
  auto& letters = i->second.letters;
  for (auto x = which ? letters.find(*which) : letters.begin();
       x != letters.end();) {
    drop(*i, x++);
    ++result.letters;
    if (which)
      break;
  }
  return result;
}

} // namespace atrium
