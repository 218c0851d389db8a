#include "atrium/broker/redis/presence_reader.hpp"

#include "atrium/broker/redis/presence_script.hpp"
#include "atrium/broker/util/take_at.hpp"

#include <algorithm>

namespace atrium {

namespace {

presence_page failed_page(errc why) {
  presence_page result;
  result.error = why;
  return result;
}

std::size_t wanted_users(const presence_question& x) {
  return x.where.mode == presence_mode::full ? x.limit : 0;
}

std::string_view run_in(std::string_view lease_id) {
  return lease_id.substr(0, lease_id.find('.'));
}

// Of two of one run; their numbers count up.
bool is_later(std::string_view a, std::string_view b) {
  return a.size() == b.size() ? a > b : a.size() > b.size();
}

std::size_t bytes_of(const presence_room& x) {
  return x.name.size() + 2 * x.channel.size(); // a key of the map, too
}

} // namespace

// -- questions ----------------------------------------------------------------

bool presence_reader::admit(const presence_room& where) noexcept {
  return admitted_.admit(bytes_of(where));
}

void presence_reader::release(const presence_room& where) noexcept {
  admitted_.release(bytes_of(where));
}

void presence_reader::refuse(const presence::answer& done) {
  ++failed_;
  call_guarded(log_, [&] { done(failed_page(errc::bus_unavailable)); });
}

void presence_reader::push(presence_question x) {
  if (!is_up_)
    return answer(x, failed_page(errc::bus_unavailable));
  auto& of = *rooms_.try_emplace(x.where.channel).first;
  if (of.second.waiting.empty() && of.second.askers.empty())
    ready_.push_back(&of);
  of.second.waiting.push_back(
    std::make_shared<presence_question>(std::move(x)));
  questions_.push_back(of.second.waiting.back());
}

void presence_reader::answer(presence_question& x, presence_page page) {
  auto done = std::exchange(x.done, nullptr);
  if (!done)
    return; // too late
  ++(page.error == errc::none ? reads_ : failed_);
  release(x.where);
  call_guarded(log_, [&] { done(std::move(page)); });
}

// -- writing ------------------------------------------------------------------

void presence_reader::compose(std::string& out, std::size_t limit) {
  for (; !to_scan_.empty() && out.size() < limit; to_scan_.pop_front())
    scan(*to_scan_.front(), out);
  while (!ready_.empty() && readings_ < max_readings && out.size() < limit) {
    auto& next = *ready_.front();
    ready_.pop_front();
    begin(next, out);
  }
}

void presence_reader::begin(room& x, std::string& out) {
  auto& [channel, of] = x;
  ++readings_;
  of.askers = std::exchange(of.waiting, {});
  of.limit = 0;
  for (auto& one : of.askers)
    of.limit = std::max(of.limit, wanted_users(*one));
  append_command(out, {"HLEN", presence_users_key(channel)});
  in_flight_.push_back(&x);
  ++of.unanswered;
  of.cursor = "0";
  if (of.limit != 0)
    scan(x, out);
}

void presence_reader::scan(room& x, std::string& out) {
  constexpr std::size_t least = 10;
  auto& [channel, of] = x;
  auto part = std::clamp(of.limit - of.users.size(), least, max_part);
  append_command(out, {"HSCAN", presence_key(channel), of.cursor, "COUNT",
                       std::to_string(part)});
  of.cursor.clear();
  in_flight_.push_back(&x);
  ++of.unanswered;
}

// -- reading ------------------------------------------------------------------

bool presence_reader::on_reply_to(std::size_t which, resp_reply reply) {
  if (which >= in_flight_.size())
    return false;
  auto& x = *in_flight_[which];
  auto& of = x.second;
  if (is_error(reply))
    of.is_refused = true;
  else if (!take(of, reply))
    return false;
  take_at(in_flight_, which);
  if (--of.unanswered > 0)
    return true;
  auto goes_on = !of.is_refused && of.limit > of.users.size()
                 && !of.cursor.empty() && of.cursor != "0";
  goes_on ? to_scan_.push_back(&x) : end(x);
  return true;
}

// The number of users, or a part of the entries: cursor, then fields and
// values.
bool presence_reader::take(reading& x, resp_reply reply) {
  if (reply.size() == 1 && reply[0].type == resp_type::integer) {
    x.present = static_cast<std::size_t>(reply[0].value);
    return true;
  }
  if (reply.size() < 3 || reply[1].type != resp_type::string
      || reply[2].type != resp_type::array)
    return false;
  x.cursor = reply[1].text;
  return take_entries(x, reply.subspan(3));
}

// What is not of the script says nothing about anybody.
bool presence_reader::take_entries(reading& x, resp_reply entries) {
  if (entries.size() % 2 != 0)
    return false;
  for (; !entries.empty(); entries = entries.subspan(2)) {
    auto found = read_presence_entry(entries[0].text, entries[1].text);
    if (!found)
      continue;
    auto i = x.users.find(found->user);
    if (i == x.users.end())
      i = x.users.try_emplace(std::string{found->user}).first;
    auto& user = i->second;
    auto run = run_in(found->lease_id);
    auto known = std::ranges::find(
      user, run, [](const found_entry& one) { return run_in(one.lease_id); });
    if (known == user.end())
      known = user.insert(user.end(), found_entry{});
    // What a node said under an earlier lease it has said anew; and a scan may
    // say the same twice.
    else if (!is_later(found->lease_id, known->lease_id))
      continue;
    *known = {std::string{found->lease_id}, found->connections, found->since,
              std::string{found->info}};
  }
  return true;
}

present_user presence_reader::sum_of(const std::string& name,
                                     const found_user& x) {
  auto& first = *std::ranges::min_element(x, {}, &found_entry::since);
  present_user result{name, 0, first.since, first.info};
  for (auto& one : x)
    result.connections += one.connections;
  return result;
}

presence_page presence_reader::page_for(const presence_question& x,
                                        const reading& from) {
  if (from.is_refused)
    return failed_page(errc::bus_unavailable);
  presence_page result;
  result.present = from.present;
  auto wanted = wanted_users(x);
  for (auto i = from.users.begin();
       i != from.users.end() && result.users.size() < wanted; ++i)
    result.users.push_back(sum_of(i->first, i->second));
  return result;
}

// Those who ask from now on belong to the next reading.
void presence_reader::end(room& x) {
  reading read;
  std::swap(read, x.second);
  x.second.waiting = std::exchange(read.waiting, {});
  readings_ -= read.is_excused ? 0 : 1;
  if (x.second.waiting.empty())
    rooms_.erase(rooms_.find(x.first));
  else
    ready_.push_back(&x);
  for (auto& one : read.askers)
    answer(*one, page_for(*one, read));
  while (!questions_.empty() && !questions_.front()->done)
    questions_.pop_front();
}

// -- what happens -------------------------------------------------------------

void presence_reader::on_up() {
  is_up_ = true;
}

void presence_reader::on_excused(std::size_t which) {
  if (!std::exchange(in_flight_[which]->second.is_excused, true))
    --readings_;
}

void presence_reader::on_lost() {
  is_up_ = false;
  rooms_.clear();
  ready_.clear();
  to_scan_.clear();
  in_flight_.clear();
  readings_ = 0;
  for (auto& x : std::exchange(questions_, {}))
    answer(*x, failed_page(errc::bus_unavailable));
}

// The reading goes on for those who have asked later.
void presence_reader::tick(clock::time_point now) {
  for (; !questions_.empty(); questions_.pop_front()) {
    auto& oldest = *questions_.front();
    if (oldest.done && oldest.deadline > now)
      return;
    answer(oldest, failed_page(errc::timeout));
  }
}

auto presence_reader::next_tick() const -> std::optional<clock::time_point> {
  if (questions_.empty())
    return std::nullopt;
  return questions_.front()->deadline;
}

void presence_reader::fail_all() {
  on_lost();
}

void presence_reader::count(presence_stats& to) const noexcept {
  to.reads = reads_;
  to.failed = failed_;
}

} // namespace atrium
