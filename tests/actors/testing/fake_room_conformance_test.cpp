#define CAF_SUITE fake_room_conformance_test

#include "atrium/actors/testing/fake_room.hpp"

#include "support/actor_fixture.hpp"

#include <map>
#include <random>
#include <stdexcept>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Does for each letter of a message one thing that a logic can do.
class obedient_room final : public room_logic {
public:
  using room_logic::now;

  decision on_join(const member& who) override {
    publish(word("coming"));
    tell(who, word("welcome"));
    publish_after(word("came"));
    tell_all("look");
    if (++joins_ % 4 == 0)
      return decision::refuse("every fourth");
    return joins_ % 4 == 1 ? decision::handled("1") : decision::accept();
  }
  decision on_message(const member& from, room_message& message) override {
    auto result = decision::accept();
    for (auto letter : std::string{message.data})
      result = act(letter, from, message, std::move(result));
    return result;
  }
  void on_leave(const member&) override {
    publish(word("gone"));
    publish_after(word("gone-after"));
    tell_all("bye");
  }
  void on_timer(const std::string& timer) override {
    if (timer == "bomb")
      throw std::runtime_error{"bang"};
    publish(word(timer));
    tell_all("told-" + timer);
    if (timer == "again" && ++turns_ % 5 != 0)
      after("again", 0ms);
  }
  std::chrono::milliseconds linger() const override {
    return 1h;
  }

private:
  std::string word(const std::string& x) {
    return '"' + x + '-' + std::to_string(++words_) + '"';
  }
  void tell_all(const std::string& x) {
    auto said = word(x);
    for (auto& who : members())
      tell(who, said);
  }
  decision act(char letter, const member& from, room_message& message, decision so_far) {
    switch (letter) {
    case 'p':
      publish(word("before"));
      break;
    case 'q':
      publish_after(word("after"));
      break;
    case 't':
      tell(from, word("told"));
      break;
    case 'o':
      tell_all("all");
      break;
    case 'b':
      publish("no json");
      tell(from, "no json");
      publish_after("no json");
      break;
    case 'm':
      message.data = word("changed");
      break;
    case 'n':
      message.data = "no json";
      break;
    case 'x':
      after("once", 7ms);
      break;
    case 'y':
      every("often", 5ms);
      break;
    case 'z':
      after("again", 0ms);
      break;
    case 'c':
      cancel("often");
      break;
    case 'w':
      after("bomb", 3ms);
      break;
    case 'k':
      reply(ticket_, word("reply"));
      break;
    case 'v':
      refuse(ticket_, "later refused");
      break;
    case 'e':
      reply(message.ticket, word("early"));
      break;
    case 'i':
      reply(message.ticket, "no json");
      break;
    case '!':
      throw std::runtime_error{"bang"};
    case 'r':
      return decision::refuse("no");
    case 'h':
      return decision::handled(word("handled"));
    case 'j':
      return decision::handled("no json");
    case 'l':
      ticket_ = message.ticket;
      return decision::later(6ms);
    default:
      break;
    }
    return so_far;
  }

  int words_ = 0;
  int joins_ = 0;
  int turns_ = 0;
  answer_ticket ticket_;
};

/// What one user hears, and what comes of what the user says, in order.
struct trace {
  lines heard;
  lines outcomes;
};

using traces = std::map<std::string, trace>;

/// The same script for a real room and for the fake.
struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<obedient_room>("room:*")) {
    for (auto user : {"ann", "bob", "eve"})
      people.emplace(user, connect(user));
  }

  void enter(const std::string& user) {
    join(people.at(user), room);
    auto seen = people.at(user).out->take();
    auto refused = std::erase(seen, "error room_refused") != 0;
    for (auto& line : seen)
      sort_in(line, real[user]);
    auto came = fake->join(user);
    CAF_CHECK_EQUAL(came.refusal.has_value(), refused);
    if (!refused)
      inside.emplace(user, came);
    collect();
  }

  void go(const std::string& user) {
    wait(7ms); // until all is answered: who has left is not compared
    leave(people.at(user), room);
    fake->leave(inside.at(user));
    collect();
    inside.erase(user);
  }

  void say(const std::string& user, const std::string& letters) {
    publish(people.at(user), room, '"' + letters + '"');
    try {
      open[user].push_back(fake->say(inside.at(user), '"' + letters + '"'));
    } catch (const std::runtime_error&) {
      collect();
      faked[user].outcomes.emplace_back("error internal");
    }
    collect();
  }

  /// The real room is late if the time makes a leap, the fake is not.
  void wait(std::chrono::milliseconds x) {
    sched.advance_time(0ms);
    settle();
    for (auto i = 0ms; i < x; ++i) {
      now += 1ms;
      sched.advance_time(1ms);
      settle();
    }
    auto end = fake->logic().now() + x;
    do
      try {
        fake->advance(std::chrono::floor<std::chrono::milliseconds>(end - fake->logic().now()));
      } catch (const std::runtime_error&) {
        // nop: the bomb
      }
    while (fake->logic().now() < end);
    collect();
  }

  /// Takes what has been heard by now.
  void collect() {
    for (auto& [user, x] : people)
      for (auto& line : x.out->take())
        sort_in(line, real[user]);
    for (auto& [user, who] : inside)
      for (auto& line : fake->heard(who))
        faked[user].heard.push_back(line);
    for (auto& [user, some] : open)
      std::erase_if(some, [&](auto& x) {
        if (x->is_published())
          faked[user].outcomes.push_back("accepted 3");
        else if (x->is_answered())
          faked[user].outcomes.push_back("answered 3 " + x->text);
        else if (!x->is_waiting())
          faked[user].outcomes.push_back("error " + std::string{to_string(x->code)});
        return !x->is_waiting();
      });
  }

  static void sort_in(const std::string& line, trace& to) {
    auto at = line.find("\"data\":\"");
    if (line.starts_with('{') && at != std::string::npos)
      to.heard.push_back(line.substr(at + 7, line.find('"', at + 8) - at - 6));
    else if (line.ends_with(" 3") || line.starts_with("answered 3 "))
      to.outcomes.push_back(line);
    else if (line.starts_with("error") && line != "error room_restarted")
      to.outcomes.push_back(line);
  }

  void compare() {
    for (auto& [user, x] : real) {
      CAF_CHECK_EQUAL(faked[user].heard, x.heard);
      CAF_CHECK_EQUAL(faked[user].outcomes, x.outcomes);
    }
  }

  std::string room = "room:1";
  std::map<std::string, client> people;
  std::optional<fake_room<obedient_room>> fake{room};
  std::map<std::string, member> inside;
  std::map<std::string, std::vector<fake_room_base::outcome_ptr>> open;
  traces real;
  traces faked;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(fake_room_conformance_tests, fixture)

CAF_TEST(each of the things that a logic can do is as in a real room) {
  enter("ann");
  enter("bob");
  for (std::string letters : {"",    "p",   "q",   "t",    "o",  "ptoq", "m",   "pmq",  "b", "pnq",
                              "pqr", "pqh", "pqj", "pqtl", "k",  "l",    "pqv", "l",    "!", "eql",
                              "il",  "el",  "x",   "y",    "xy", "c",    "w",   "xwq!", "pt"}) {
    CAF_MESSAGE(letters);
    say("ann", letters);
    compare();
    wait(4ms);
    compare();
  }
  wait(20ms);
  compare();
  go("ann");
  wait(7ms);
  compare();
  CAF_CHECK(real["ann"].heard.size() > 50);
  CAF_CHECK(real["ann"].outcomes.size() == 29);
}

// Alone: a real room that wakes twice at one time may call such a timer twice then.
CAF_TEST(so is a timer without delay) {
  enter("ann");
  say("ann", "z");
  wait(0ms);
  compare();
  wait(10ms);
  compare();
  CAF_CHECK(faked["ann"].heard.size() > 10);
}

CAF_TEST(so are random ones) {
  auto seed = std::random_device{}();
  CAF_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  auto below = [&](std::size_t n) { return std::size_t{random() % n}; };
  const std::string letters = "pqtobmnxyckveirhjl";
  for (int round = 0; round < 20; ++round) {
    room = "room:" + std::to_string(round + 2);
    fake.emplace(room);
    inside.clear();
    open.clear();
    auto most = 4; // exceptions: a room that fails more often ends
    for (int step = 0; step < 40; ++step) {
      auto user = std::vector<std::string>{"ann", "bob", "eve"}[below(3)];
      if (!inside.contains(user)) {
        enter(user);
      } else if (below(6) == 0) {
        go(user);
      } else {
        std::string chosen;
        for (auto n = below(5); n > 0; --n)
          chosen.push_back(letters[below(letters.size())]);
        if (below(10) == 0 && most-- > 0)
          chosen.push_back("!w"[below(2)]);
        say(user, chosen);
      }
      wait(std::chrono::milliseconds{below(9)});
    }
    compare();
    wait(50ms);
    for (auto& [user, who] : inside)
      leave(people.at(user), room);
    for (auto& [user, x] : people)
      x.out->take();
    now += 2min; // exceptions of the round before do not count
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
