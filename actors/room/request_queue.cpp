#include "atrium/actors/room/request_queue.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace atrium {

namespace {

// Rooms come and go on all threads, and no two may have the same stream.
std::uint64_t next_stream() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

} // namespace

request_queue::request_queue() : stream_(next_stream()) {
  // nop
}

bool request_queue::add(room_request what, handler& done, time_point deadline) {
  auto may_wait = what.what == room_request::kind::leave;
  // A message that is larger than all of it has a place if it is the only one.
  if (!may_wait && bytes_ != 0 && bytes_ + what.size() > max_bytes)
    return false;
  append(std::move(what), std::move(done), deadline);
  return true;
}

void request_queue::append(room_request what, handler done,
                           time_point deadline) {
  what.stream = stream_;
  what.number = first_ + entries_.size();
  what.first = first_;
  auto bytes = what.size();
  if (!done)
    done = [](auto&&) {}; // an entry without one has its answer
  entries_.push_back({std::move(what), std::move(done), deadline, bytes});
  bytes_ += bytes;
  ++unanswered_;
}

auto request_queue::find(std::uint64_t number) -> entry* {
  if (number < first_ || number - first_ >= entries_.size())
    return nullptr;
  return &entries_[number - first_];
}

void request_queue::settle(std::uint64_t number, owner_answer with) {
  auto* x = find(number);
  if (x == nullptr || !x->done)
    return;
  auto done = std::exchange(x->done, nullptr);
  if (x->what.what != room_request::kind::skip)
    --unanswered_;
  reduce(*x); // it may have to keep its number for long
  drop_answered();
  done(std::move(with)); // last: it may ask for something else
}

// Numbers go on without holes, so only those in front can go.
void request_queue::drop_answered() {
  while (!entries_.empty() && !entries_.front().done) {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
    ++first_;
  }
}

void request_queue::note_taken(std::uint64_t number) {
  if (auto* x = find(number))
    x->is_taken = true;
}

void request_queue::forget_taken() {
  for (auto& x : entries_)
    x.is_taken = false;
}

bool request_queue::has_untaken() const {
  return std::ranges::any_of(entries_,
                             [](auto& x) { return x.done && !x.is_taken; });
}

void request_queue::reduce(entry& x) {
  room_request rest;
  rest.room = std::move(x.what.room);
  rest.stream = x.what.stream;
  rest.number = x.what.number;
  rest.what = room_request::kind::skip;
  x.what = std::move(rest);
  bytes_ -= x.bytes;
  x.bytes = x.what.size();
  bytes_ += x.bytes;
}

// A number that was given out stays: what has it then is nothing to do.
void request_queue::expire(time_point now) {
  std::vector<std::pair<handler, errc>> late;
  for (auto& x : entries_)
    if (x.done && !x.is_taken && x.deadline <= now) {
      late.emplace_back(std::exchange(x.done, [](auto&&) {}),
                        x.sent_at ? errc::timeout : errc::bus_unavailable);
      x.deadline = time_point::max();
      reduce(x);
      --unanswered_; // nobody waits for it
    }
  for (auto& [done, code] : late)
    done({code, "the owner of the room does not answer"});
}

void request_queue::fail_all(errc code, const std::string& why) {
  auto all = std::exchange(entries_, {});
  first_ += all.size();
  unanswered_ = bytes_ = 0;
  for (auto& x : all)
    if (x.done)
      x.done({code, why});
}

void request_queue::begin_stream(
  std::vector<room_request> first,
  const std::function<handler(const room_request&)>& done) {
  auto rest = std::exchange(entries_, {});
  stream_ = next_stream();
  first_ = 1;
  unanswered_ = bytes_ = 0;
  for (auto& x : first) {
    auto hears = done(x);
    append(std::move(x), std::move(hears), time_point::max());
  }
  std::vector<handler> unknown;
  for (auto& x : rest) {
    if (!x.done || x.what.what == room_request::kind::skip)
      continue;
    auto is_message = x.what.what == room_request::kind::publish;
    if (is_message && x.sent_at && !x.what.is_chosen_id)
      unknown.push_back(std::move(x.done));
    else
      append(std::move(x.what), std::move(x.done), x.deadline);
  }
  for (auto& told : unknown)
    told({errc::timeout, "the owner of the room has not answered"});
}

std::vector<room_request> request_queue::to_send(std::uint64_t from,
                                                 time_point now) {
  std::vector<room_request> result;
  for (auto i = std::max(from, first_) - first_; i < entries_.size(); ++i)
    if (auto& x = entries_[i]; !x.done || !x.is_taken)
      result.push_back(send(x, now));
  return result;
}

std::vector<room_request> request_queue::to_send_again(time_point before,
                                                       time_point now) {
  std::vector<room_request> result;
  for (auto& x : entries_)
    if (x.is_overdue(before))
      result.push_back(send(x, now));
  return result;
}

bool request_queue::has_overdue(time_point before) const {
  return std::ranges::any_of(entries_,
                             [=](auto& x) { return x.is_overdue(before); });
}

room_request request_queue::send(entry& x, time_point now) const {
  x.sent_at = now;
  auto result = x.what;
  result.first = first_;
  return result;
}

} // namespace atrium
