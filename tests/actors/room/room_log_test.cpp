#define CAF_SUITE room_log_test

#include "atrium/actors/room/room_log.hpp"

#include "caf/test/unit_test.hpp"
#include "support/log_model.hpp"

#include <deque>
#include <random>

using namespace atrium;
using namespace atrium::test;

namespace {

// Members were told of a loss, and that they are behind this message now.
constexpr int told(int value) {
  return -1 - value;
}

/// A room with its history and the link between them. Writes down what the
/// members get.
class room_probe {
public:
  explicit room_probe(std::size_t page = 3) {
    log.start({100, std::chrono::seconds{60}}, page);
    settle();
  }

  /// Takes what was sent, up to `n` messages of it.
  void receive(std::size_t n = 1000) {
    arrived x;
    for (; n > 0 && !sent.empty(); --n) {
      x.batch.push_back(std::move(sent.front()));
      sent.pop_front();
    }
    add(log.take(x));
  }

  void ask() {
    if (question)
      return;
    if (auto next = log.ask())
      question = std::move(next);
  }

  /// The server answers; the answer is on its way.
  void execute() {
    if (question && !page)
      page = server.read(*question);
  }

  void answer() {
    if (!page)
      return;
    auto now = std::exchange(page, std::nullopt);
    question.reset();
    auto progress = log.answer(*now, server.decode(*now));
    if (progress.lost)
      got.push_back(told(server.value_at(*progress.lost)));
    add(progress.messages);
  }

  void settle() {
    do {
      receive();
      ask();
      execute();
      answer();
    } while (!sent.empty() || question || log.is_behind());
    if (!start)
      start = server.last_value();
  }

  void add(const std::vector<incoming>& messages) {
    for (auto& x : messages)
      got.push_back(log_model::value_of(*x.content));
  }

  log_model server;
  room_log log;
  std::deque<incoming> sent;
  std::optional<history_query> question;
  std::optional<history_page> page;
  std::vector<int> got;
  std::optional<int> start;
};

void send(room_probe& x, int n) {
  while (n-- > 0)
    x.sent.push_back(x.server.append());
}

using values = std::vector<int>;

} // namespace

CAF_TEST(what follows is passed on) {
  room_probe x;
  send(x, 3);
  x.receive();
  CAF_CHECK_EQUAL(x.got, (values{1, 2, 3}));
  CAF_CHECK(!x.log.is_behind());
  CAF_CHECK(!x.log.ask());
}

CAF_TEST(a hole is filled before what comes behind it) {
  room_probe x{2};
  send(x, 5);
  x.sent.erase(x.sent.begin() + 1, x.sent.begin() + 4);
  x.receive();
  CAF_CHECK_EQUAL(x.got, (values{1}));
  CAF_CHECK(x.log.is_behind());
  x.settle();
  CAF_CHECK_EQUAL(x.got, (values{1, 2, 3, 4, 5}));
}

CAF_TEST(messages of a node without history are passed on at once) {
  room_probe x;
  send(x, 3);
  x.sent.erase(x.sent.begin() + 1);
  auto plain = x.sent.front();
  plain.place = nullptr;
  x.receive();
  x.sent.push_back(plain);
  x.receive();
  CAF_CHECK_EQUAL(x.got, (values{1, 1}));
  x.settle();
  CAF_CHECK_EQUAL(x.got, (values{1, 1, 2, 3}));
}

CAF_TEST(a message that cannot be read is passed over) {
  room_probe x;
  send(x, 3);
  x.sent.clear();
  x.log.doubt();
  x.ask();
  x.execute();
  auto messages = x.server.decode(*x.page);
  messages.erase(messages.begin() + 1);
  x.add(x.log.answer(*x.page, messages).messages);
  CAF_CHECK_EQUAL(x.got, (values{1, 3}));
  CAF_CHECK_EQUAL(x.log.at(), x.server.top());
}

CAF_TEST(a question without an answer is asked again later) {
  room_probe x;
  x.log.doubt();
  CAF_REQUIRE(x.log.ask());
  x.log.fail();
  CAF_CHECK(!x.log.ask());
  x.log.retry();
  CAF_CHECK(x.log.ask());
}

CAF_TEST(members are told of what the history has lost) {
  room_probe x;
  send(x, 4);
  x.receive();
  x.server.flush();
  send(x, 2);
  x.settle();
  CAF_CHECK_EQUAL(x.got, (values{1, 2, 3, 4, told(6)}));
  CAF_CHECK_EQUAL(x.log.at(), x.server.top());
}

CAF_TEST(a restart that loses nothing is not noticed) {
  room_probe x;
  send(x, 2);
  x.receive();
  x.server.restart(0);
  send(x, 2);
  x.receive();
  CAF_CHECK_EQUAL(x.got, (values{1, 2, 3, 4}));
}

CAF_TEST(whoever has seen what a restart has lost is told) {
  room_probe x;
  send(x, 4);
  x.receive();
  x.server.restart(2);
  send(x, 3);
  x.settle();
  CAF_CHECK_EQUAL(x.got, (values{1, 2, 3, 4, told(7)}));
  send(x, 1);
  x.settle();
  CAF_CHECK_EQUAL(x.got.back(), 8);
}

CAF_TEST(whoever has not seen what a restart has lost is told by who has) {
  room_probe x;
  send(x, 2);
  x.receive();
  auto other = x.log;
  send(x, 2);
  x.receive();
  x.server.restart(2);
  send(x, 1);
  x.settle();
  CAF_CHECK_EQUAL(x.got, (values{1, 2, 3, 4, told(5)}));
  // What comes next seems to follow the second one.
  other.doubt();
  auto page = x.server.read(other.ask().value());
  CAF_CHECK(other.answer(page, {}).lost == x.server.top());
}

// Whatever is lost on the way, doubled, late, or forgotten by the server:
// between two losses that are told, every message is the one that was stored
// behind the one before it, and at the end nothing is missing.
CAF_TEST(random faults leave no hole that is not told) {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    std::minstd_rand random{seed};
    auto dice = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    room_probe x{static_cast<std::size_t>(1 + dice(5))};
    auto has_lost = false;
    for (int step = 0; step < 300; ++step)
      switch (dice(16)) {
      default:
        send(x, 1);
        if (dice(5) == 0)
          x.sent.pop_back(); // lost on the way
        else if (dice(8) == 0)
          x.sent.push_back(x.sent.back());
        break;
      case 0:
      case 1:
      case 2:
        x.receive(static_cast<std::size_t>(dice(4)));
        break;
      case 3:
      case 4:
        x.ask();
        break;
      case 5:
      case 6:
        x.execute();
        break;
      case 7:
      case 8:
        x.answer();
        break;
      case 9:
        if (dice(4) == 0) {
          x.sent.clear(); // the link is down
          x.log.doubt();
        }
        break;
      case 10:
        if (dice(8) == 0) {
          auto lost = dice(4);
          x.server.restart(static_cast<std::size_t>(lost));
          has_lost = has_lost || lost != 0;
        } else if (dice(8) == 0) {
          x.server.flush();
          has_lost = true;
        } else if (dice(4) == 0) {
          x.server.trim(static_cast<std::size_t>(dice(4)));
          has_lost = true;
        }
        break;
      }
    // The last message may have been lost: that takes a look to notice.
    x.log.doubt();
    x.settle();
    auto before = *x.start;
    for (auto value : x.got) {
      if (value >= 0 && x.server.before(value) != before)
        CAF_FAIL("seed " << seed << ": " << value << " behind " << before);
      CAF_CHECK(value >= 0 || has_lost);
      before = value >= 0 ? value : told(value);
    }
    CAF_CHECK_EQUAL(x.log.at(), x.server.top());
    CAF_CHECK_EQUAL(before, x.server.last_value());
  }
}
