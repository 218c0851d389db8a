#define CAF_SUITE replay_model_test

// A room as `room_history` makes it of a log and a queue of those who come back,
// with everything that can happen to the history and to the way from it.

#include "atrium/actors/room/replay_queue.hpp"
#include "atrium/actors/room/room_log.hpp"

#include "caf/test/unit_test.hpp"
#include "support/log_model.hpp"

#include <deque>
#include <map>
#include <random>

using namespace atrium;
using namespace atrium::test;

namespace {

/// A question that is on its way, and its answer.
struct inquiry {
  std::optional<history_query> question;
  std::optional<history_page> page;

  void execute(log_model& server) {
    if (question && !page)
      page = server.read(*question);
  }

  std::optional<history_page> take() {
    if (page)
      question.reset();
    return std::exchange(page, std::nullopt);
  }
};

class room_probe {
public:
  /// Somebody who comes back.
  struct client {
    position at;    // what it has
    int before = 0; // value of the message there
    bool is_live = false;
    int told = 0; // losses
  };

  room_probe(std::size_t page, std::size_t bytes) {
    history_query most{{100, std::chrono::seconds{60}}, std::nullopt, page};
    log.start(most.rule, page);
    queue.start(most, 0, std::make_shared<semaphore>(bytes));
    settle();
    seen.push_back({log.at(), 0});
  }

  void say() {
    sent.push_back(server.append());
  }

  void receive(std::size_t n = 1000) {
    arrived x;
    for (; n > 0 && !sent.empty(); --n) {
      x.batch.push_back(std::move(sent.front()));
      sent.pop_front();
    }
    deliver(log.take(x));
  }

  /// Somebody comes who has what somebody has had at some time.
  void join(std::size_t which) {
    auto& now = seen[which % seen.size()];
    clients[++last] = {now.at, now.before};
    admit(last, false);
  }

  void ask() {
    for (auto known = queue.hand_out_known(log.at()); !known.empty();
         known = queue.hand_out_known(log.at()))
      for (auto& x : known) {
        ++from_memory;
        take(x);
      }
    if (!own.question)
      own.question = log.ask();
    if (!replay.question)
      replay.question = queue.ask(log.at());
  }

  void answer_own() {
    auto page = own.take();
    if (!page)
      return;
    auto progress = log.answer(*page, server.decode(*page));
    std::vector<replay_queue::reader> behind;
    if (progress.lost) {
      for (auto& [number, x] : clients)
        if (x.is_live)
          tell(x, *progress.lost);
      seen.push_back({*progress.lost, server.value_at(*progress.lost)});
      behind = queue.clear();
    }
    deliver(progress.messages);
    for (auto& x : behind)
      admit(number_of(x), true);
    if (!log.is_behind())
      admit_early();
  }

  void answer_replay() {
    if (auto page = replay.take())
      for (auto& x : queue.answer(*page, server.decode(*page), log.at()))
        take(x);
  }

  void settle() {
    do {
      receive();
      ask();
      own.execute(server);
      answer_own();
      replay.execute(server);
      answer_replay();
      ask();
    } while (!sent.empty() || own.question || replay.question || log.is_behind());
  }

  log_model server;
  room_log log;
  replay_queue queue;
  std::deque<incoming> sent;
  inquiry own;
  inquiry replay;
  std::map<actor_number, client> clients;
  // Who has a place that the room does not know, and the question that tells.
  std::vector<std::pair<actor_number, std::uint64_t>> early;
  std::vector<client> seen; // places where somebody has been
  actor_number last = 0;
  int from_memory = 0;
  std::optional<std::string> wrong;

private:
  static actor_number number_of(const replay_queue::reader& x) {
    return x.join ? x.join->number : x.member;
  }

  void admit(actor_number number, bool is_sure) {
    auto& x = clients[number];
    if (x.at == log.at())
      x.is_live = true;
    else if (x.at.epoch == log.at().epoch && x.at.offset < log.at().offset)
      queue.add({join_queue::entry{{}, {}, number, {}}, 0, x.at.offset});
    else if (is_sure)
      tell(x, log.at());
    else {
      early.push_back({number, log.next_question()});
      log.doubt();
    }
  }

  void admit_early() {
    for (auto [number, question] : std::exchange(early, {}))
      if (question <= log.answered())
        admit(number, true);
      else
        early.push_back({number, question});
  }

  void take(replay_queue::portion& x) {
    auto number = number_of(x.to);
    auto& who = clients[number];
    if (x.is_lost)
      return tell(who, log.at());
    for (auto& one : x.what.messages)
      get(who, *one);
    who.is_live = !x.what.has_more;
    if (x.what.has_more)
      queue.add({std::nullopt, number, x.to.after});
  }

  void deliver(const std::vector<incoming>& messages) {
    for (auto& x : messages) {
      queue.note(x);
      for (auto& [number, one] : clients)
        if (one.is_live)
          get(one, *x.content);
    }
    if (!messages.empty())
      seen.push_back({log.at(), server.value_at(log.at())});
  }

  void get(client& who, const publication& x) {
    auto value = log_model::value_of(x);
    if (server.before(value) != who.before && !wrong)
      wrong = std::to_string(value) + " behind " + std::to_string(who.before);
    who.before = value;
    who.at = {log.at().epoch, x.offset()};
  }

  void tell(client& who, const position& now) {
    who.at = now;
    who.before = server.value_at(now);
    who.is_live = true;
    ++who.told;
  }
};

/// Something happens to the history. Returns whether it loses something.
bool damage(room_probe& x, std::minstd_rand& random) {
  switch (random() % 12) {
  case 0:
    x.server.flush();
    return true;
  case 1:
    x.server.restart(random() % 4);
    return true;
  case 2:
    x.server.trim(random() % 8);
    return true;
  default:
    return false;
  }
}

void step(room_probe& x, std::minstd_rand& random) {
  switch (random() % 12) {
  default:
    x.say();
    if (random() % 8 == 0)
      x.sent.pop_back(); // lost on the way
    break;
  case 0:
  case 1:
    x.receive(random() % 4);
    break;
  case 2:
    x.join(random());
    break;
  case 3:
  case 4:
    x.ask();
    break;
  case 5:
    x.own.execute(x.server);
    break;
  case 6:
    x.answer_own();
    break;
  case 7:
    x.replay.execute(x.server);
    break;
  case 8:
    x.answer_replay();
    break;
  }
}

} // namespace

// Whatever the room has read or its members have got before: who comes back gets
// what the history has behind its place, each message behind the one that was
// stored before it, or is told that some are gone.
CAF_TEST(who comes back has everything or is told) {
  auto from_memory = 0;
  for (unsigned seed = 1; seed <= 600; ++seed) {
    std::minstd_rand random{seed};
    // Sometimes there is hardly room for anything.
    auto bytes = seed % 3 == 0 ? std::size_t{600} : std::size_t{1} << 20;
    room_probe x{1 + random() % 6, bytes};
    auto has_faults = seed % 2 == 0;
    auto has_lost = false;
    for (int i = 0; i < 400; ++i) {
      step(x, random);
      if (has_faults && random() % 20 == 0)
        has_lost = damage(x, random) || has_lost;
      if (random() % 100 == 0)
        x.queue.forget_known();
    }
    x.log.doubt(); // the last message may have been lost
    x.settle();
    if (x.wrong)
      CAF_FAIL("seed " << seed << ": " << *x.wrong);
    for (auto& [number, one] : x.clients) {
      if (!one.is_live || one.before != x.server.last_value())
        CAF_FAIL("seed " << seed << ": client " << number << " has " << one.before);
      CAF_CHECK(has_lost || one.told == 0);
    }
    from_memory += x.from_memory;
  }
  CAF_CHECK(from_memory > 1000);
}
