#define CAF_SUITE replay_queue_test

#include "atrium/actors/room/replay_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/log_model.hpp"

#include <deque>
#include <map>
#include <random>

using namespace atrium;
using namespace atrium::test;

namespace {

/// A room whose members get all that comes, and clients that come back.
class room_probe {
public:
  struct client {
    int since = 0; // value of the latest message it has
    std::vector<int> got;
    bool is_live = false;
    std::optional<entrance> what; // what it was told when it came in
  };

  explicit room_probe(std::size_t page = 3, std::size_t newest = 0) {
    queue.start({{100, std::chrono::seconds{60}}, std::nullopt, page}, newest,
                std::make_shared<semaphore>(1 << 20));
  }

  /// Everybody who is in gets a message.
  void say() {
    sent.push_back(server.append());
  }

  void receive() {
    if (sent.empty())
      return;
    auto x = std::move(sent.front());
    sent.pop_front();
    queue.note(x);
    at = x.place->at;
    for (auto& [number, one] : clients)
      if (one.is_live)
        one.got.push_back(log_model::value_of(*x.content));
  }

  actor_number join(const position& since) {
    clients[++last].since = server.value_at(since);
    queue.add({entry(), 0, since.offset});
    return last;
  }

  actor_number join_anew() {
    ++last;
    clients[last] = {};
    queue.add_newest(entry());
    return last;
  }

  bool ask() {
    for (auto known = queue.hand_out_known(at); !known.empty(); known = queue.hand_out_known(at))
      for (auto& x : known)
        take(x);
    if (question)
      return true;
    question = queue.ask(at);
    questions += question ? 1 : 0;
    return question.has_value();
  }

  void execute() {
    if (question && !page)
      page = server.read(*question);
  }

  void answer() {
    if (!page)
      return;
    auto now = std::exchange(page, std::nullopt);
    question.reset();
    for (auto& x : queue.answer(*now, server.decode(*now), at))
      take(x);
  }

  void settle() {
    while (ask()) {
      execute();
      answer();
    }
    while (!sent.empty())
      receive();
  }

  void take(replay_queue::portion& x) {
    auto number = x.to.join ? x.to.join->number : x.to.member;
    auto& who = clients[number];
    if (x.is_lost) {
      lost.push_back(number);
      return;
    }
    if (x.to.join)
      who.what = x.what;
    for (auto& one : x.what.messages)
      who.got.push_back(log_model::value_of(*one));
    who.is_live = !x.what.has_more;
    if (x.what.has_more)
      queue.add({std::nullopt, number, x.to.after});
  }

  log_model server;
  replay_queue queue;
  std::deque<incoming> sent;
  position at{"e0", 0};
  std::map<actor_number, client> clients;
  std::vector<actor_number> lost;
  std::optional<history_query> question;
  std::optional<history_page> page;
  int questions = 0;
  actor_number last = 0;

private:
  // The number stands for the client: these joins have no connection.
  join_queue::entry entry() const {
    return {{}, {}, last, {}};
  }
};

using values = std::vector<int>;

void say(room_probe& x, int n) {
  while (n-- > 0) {
    x.say();
    x.receive();
  }
}

} // namespace

CAF_TEST(a client gets what it has missed) {
  room_probe x;
  say(x, 5);
  auto ann = x.join({"e0", 3});
  x.settle();
  CAF_CHECK_EQUAL(x.clients[ann].got, (values{4, 5}));
  CAF_CHECK(x.clients[ann].is_live);
  auto what = *x.clients[ann].what;
  CAF_CHECK_EQUAL(*what.at, (position{"e0", 3}));
  CAF_CHECK(what.recovered == true);
}

CAF_TEST(a thousand clients that come back cost two reads) {
  room_probe x{100};
  say(x, 100);
  x.join({"e0", 50});
  x.ask();
  for (std::uint64_t i = 0; i < 999; ++i)
    x.join({"e0", i % 100});
  x.settle();
  CAF_CHECK_EQUAL(x.questions, 2);
  for (auto& [number, one] : x.clients)
    CAF_CHECK_EQUAL(one.got.size(), static_cast<std::size_t>(100 - one.since));
}

CAF_TEST(who comes later costs no read) {
  room_probe x{4};
  say(x, 10);
  x.join({"e0", 1});
  x.settle();
  CAF_CHECK_EQUAL(x.questions, 3); // pages
  for (std::uint64_t i = 1; i < 10; ++i)
    x.join({"e0", i});
  say(x, 2);
  x.settle();
  CAF_CHECK_EQUAL(x.questions, 3);
  for (auto& [number, one] : x.clients) {
    CAF_CHECK(one.is_live);
    CAF_CHECK_EQUAL(one.got.size(), static_cast<std::size_t>(12 - one.since));
  }
  x.queue.forget_known();
  x.join({"e0", 11});
  x.settle();
  CAF_CHECK_EQUAL(x.questions, 4);
}

CAF_TEST(nobody gets more than a page at a time) {
  room_probe x{4};
  say(x, 10);
  x.join({"e0", 1});
  x.settle();
  x.join({"e0", 2});
  auto portions = x.queue.hand_out_known(x.at);
  CAF_REQUIRE_EQUAL(portions.size(), 1u);
  CAF_CHECK_EQUAL(portions[0].what.messages.size(), 4u);
  CAF_CHECK(portions[0].what.has_more);
}

CAF_TEST(many who come too late are told by one answer) {
  room_probe x{100};
  say(x, 100);
  x.server.trim(10);
  for (std::uint64_t i = 0; i < 90; ++i)
    x.join({"e0", i});
  auto ann = x.join({"e0", 90});
  x.settle();
  CAF_CHECK_EQUAL(x.questions, 2);
  CAF_CHECK_EQUAL(x.lost.size(), 90u);
  CAF_CHECK_EQUAL(x.clients[ann].got.size(), 10u);
}

CAF_TEST(a question without an answer refuses joins and keeps members) {
  room_probe x;
  say(x, 5);
  x.join({"e0", 3});
  x.join_anew();
  x.queue.add({std::nullopt, 77, 2});
  x.ask();
  CAF_CHECK_EQUAL(x.queue.fail().size(), 2u);
  CAF_CHECK_EQUAL(x.queue.joins(), 0u);
  x.question.reset();
  CAF_CHECK(x.ask());
  CAF_CHECK(x.question->from == (position{"e0", 2}));
}

CAF_TEST(an answer of the epoch before is for nobody) {
  room_probe x;
  say(x, 5);
  x.join({"e0", 3});
  x.ask();
  x.execute();
  CAF_CHECK_EQUAL(x.queue.clear().size(), 1u);
  x.server.flush();
  x.at = x.server.top();
  say(x, 2);
  auto bob = x.join({"e1", 1});
  x.answer();
  CAF_CHECK(x.lost.empty());
  x.settle();
  CAF_CHECK_EQUAL(x.clients[bob].got, (values{7}));
}

CAF_TEST(who comes anew gets the newest messages) {
  room_probe x{100, 2};
  auto ann = x.join_anew();
  x.settle();
  CAF_CHECK(x.clients[ann].got.empty());
  CAF_CHECK(!x.clients[ann].what->recovered);
  say(x, 3);
  auto bob = x.join_anew();
  x.ask();
  x.execute();
  say(x, 1); // while the answer is on its way
  x.settle();
  CAF_CHECK_EQUAL(x.clients[bob].got, (values{3, 4}));
  CAF_CHECK_EQUAL(*x.clients[bob].what->at, (position{"e0", 2}));
}

// Everybody gets each message behind the one they have, once, whatever is said
// while they catch up.
CAF_TEST(nobody who catches up misses anything) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::minstd_rand random{seed};
    auto dice = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    room_probe x{static_cast<std::size_t>(1 + dice(6)), static_cast<std::size_t>(1 + dice(3))};
    for (int step = 0; step < 200; ++step)
      switch (dice(10)) {
      default:
        x.say();
        break;
      case 0:
      case 1:
      case 2:
        x.receive();
        break;
      case 3:
        if (x.at.offset > 0)
          x.join({"e0", random() % x.at.offset});
        break;
      case 4:
        x.join_anew();
        break;
      case 5:
      case 6:
        x.ask();
        break;
      case 7:
        x.execute();
        break;
      case 8:
        x.answer();
        break;
      }
    x.settle();
    CAF_CHECK(x.lost.empty());
    for (auto& [number, one] : x.clients) {
      CAF_REQUIRE(one.is_live);
      auto before = static_cast<int>(one.what->at->offset);
      CAF_CHECK(!one.what->recovered || before == one.since);
      for (auto value : one.got)
        if (value != std::exchange(before, value) + 1)
          CAF_FAIL("seed " << seed << ", client " << number << ": " << value);
      CAF_CHECK_EQUAL(before, x.server.last_value());
    }
  }
}
