// All ways in which messages of an inbox and of the bus, gaps and errors can follow each other, up
// to a number of steps: the client gets each message once, in order.

#define CAF_SUITE inbox_cursor_model_test

#include "atrium/actors/session/inbox_cursor.hpp"

#include "caf/test/unit_test.hpp"

#include <deque>
#include <optional>

using namespace atrium;

namespace {

std::string id_of(std::size_t number) {
  return std::to_string(number) + "-0";
}

/// An inbox, the bus, and a connection with a cursor. A value, so that each step can be tried from
/// the same state.
class world {
public:
  static constexpr std::size_t page_size = 2;
  static constexpr std::size_t steps = 7;

  /// Takes a step; false if there is nothing to do.
  bool take(std::size_t step) {
    switch (step) {
    case 0:
      return put(false);
    case 1:
      return put(true);
    case 2:
      return hear();
    case 3:
      return trim();
    case 4:
      return answer_question();
    case 5:
      return take_answer(false);
    default:
      return take_answer(true);
    }
  }

  /// Lets everything arrive that is on its way.
  void settle() {
    while (hear() || answer_question() || take_answer(false)) {
      // nop
    }
  }

  void check() const {
    std::size_t last = 0;
    for (auto x : got_) {
      CAF_REQUIRE(x > last);
      last = x;
    }
  }

  void check_complete() const {
    for (auto x : kept_)
      CAF_REQUIRE(std::find(got_.begin(), got_.end(), x) != got_.end());
    CAF_REQUIRE(!cursor_.is_behind());
  }

private:
  // A message is stored; the bus carries it, or a gap instead.
  bool put(bool is_lost) {
    ++top_;
    kept_.push_back(top_);
    bus_.push_back(is_lost ? 0 : top_);
    return true;
  }

  // The oldest message is gone: acknowledged by all devices, or given up.
  bool trim() {
    if (kept_.empty())
      return false;
    kept_.pop_front();
    return true;
  }

  bool hear() {
    if (bus_.empty())
      return false;
    auto x = bus_.front();
    bus_.pop_front();
    if (x == 0)
      cursor_.miss();
    else if (cursor_.offer(id_of(x), id_of(x - 1)))
      got_.push_back(x);
    return go_on();
  }

  bool go_on() {
    if (cursor_.is_due()) {
      after_ = cursor_.sent().empty() ? 0 : std::stoul(cursor_.sent());
      cursor_.asked();
    }
    return true;
  }

  // The inbox reads; the answer is on its way from then on.
  bool answer_question() {
    if (!after_)
      return false;
    inbox_page x;
    x.top = id_of(top_);
    for (auto number : kept_) {
      if (number <= *after_)
        continue;
      x.has_more = x.messages.size() == page_size;
      if (x.has_more)
        break;
      x.messages.push_back({id_of(number), nullptr});
    }
    after_.reset();
    answer_ = x;
    return true;
  }

  bool take_answer(bool is_error) {
    if (!answer_)
      return false;
    auto x = is_error ? inbox_page{errc::timeout, {}, false, {}} : *answer_;
    answer_.reset();
    for (auto& one : x.messages)
      if (cursor_.pass(one.id))
        got_.push_back(std::stoul(one.id));
    cursor_.finish(x);
    return go_on();
  }

  inbox_cursor cursor_;
  std::size_t top_ = 0;
  std::deque<std::size_t> kept_;
  std::deque<std::size_t> bus_;      // 0: a gap
  std::optional<std::size_t> after_; // a question that the inbox has not read
  std::optional<inbox_page> answer_; // that the connection has not got
  std::vector<std::size_t> got_;

public:
  world() {
    go_on();
  }
};

/// Tries all steps from here; returns how many ends there were.
std::size_t explore(const world& from, std::size_t depth) {
  auto end = from;
  end.settle();
  end.check();
  end.check_complete();
  std::size_t result = 1;
  for (std::size_t step = 0; depth > 0 && step < world::steps; ++step) {
    auto next = from;
    if (!next.take(step))
      continue;
    next.check();
    result += explore(next, depth - 1);
  }
  return result;
}

} // namespace

CAF_TEST(every message comes once and in order whatever happens) {
  CAF_CHECK(explore(world{}, 7) > 20'000U);
}
