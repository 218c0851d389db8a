#define CAF_SUITE script_queue_test

#include "atrium/broker/redis/script_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using clock_type = script_queue::clock;
using lines = std::vector<std::string>;

// Writes its name, and says what becomes of it.
class named_call final : public script_call {
public:
  named_call(std::string name, lines& told, std::size_t commands)
    : name_(std::move(name)), told_(told), commands_(commands) {
    // nop
  }

  std::size_t append(std::string& out, std::string_view) override {
    out.append(name_).append(" ");
    return commands_;
  }

  step take(resp_reply reply) override {
    if (reply[0].type != resp_type::integer)
      return step::nonsense;
    if (reply[0].value != 0)
      return step::goes_on;
    told_.push_back(name_);
    return step::over;
  }

  void fail(errc why) override {
    told_.push_back(name_ + (why == errc::timeout ? " late" : " lost"));
  }

  void miss() override {
    told_.push_back(name_ + " missed");
  }

  step pass_over() override {
    return name_ == "all" ? step::goes_on : step::nonsense;
  }

private:
  const std::string name_;
  lines& told_;
  const std::size_t commands_;
};

struct fixture {
  fixture() {
    queue.on_up();
    queue.on_script("sha");
  }

  script_call& ask(const std::string& name, clock_type::duration deadline = 5s,
                   std::size_t commands = 1) {
    auto call = std::make_unique<named_call>(name, told, commands);
    auto& result = *call;
    call->deadline = start + deadline;
    queue.admit(0);
    queue.push(std::move(call));
    return result;
  }

  std::string compose() {
    std::string out;
    queue.compose(out, std::size_t{1} << 20);
    return out;
  }

  bool answer(long long number = 0, std::size_t which = 0) {
    resp_node node{resp_type::integer, number, {}};
    return queue.on_reply_to(which, {&node, 1});
  }

  bool refuse(std::string_view error, std::size_t which = 0) {
    return queue.on_reply_to(which, error_reply{error});
  }

  clock_type::time_point start = clock_type::now() + 1h;
  lines told;
  script_queue queue;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(script_queue_tests, fixture)

CAF_TEST(calls are answered in order) {
  ask("a");
  ask("b", 5s, 2);
  CAF_CHECK(compose() == "a b ");
  CAF_CHECK_EQUAL(queue.in_flight(), 3u);
  CAF_CHECK(answer());
  CAF_CHECK(refuse("OOM")); // of the index: only the script counts
  CAF_CHECK(told == lines{"a"});
  CAF_CHECK(answer());
  CAF_CHECK((told == lines{"a", "b"}));
  CAF_CHECK(!answer());
  CAF_CHECK(queue.is_empty());
}

CAF_TEST(a call of several steps goes on) {
  ask("a");
  CAF_CHECK(compose() == "a ");
  CAF_CHECK(answer(1));
  CAF_CHECK(told.empty());
  CAF_CHECK(compose() == "a ");
  CAF_CHECK(answer());
  CAF_CHECK(told == lines{"a"});
}

CAF_TEST(what had no effect is repeated before anything else is sent) {
  for (auto name : {"a", "b", "c"})
    ask(name);
  CAF_CHECK(compose() == "a b c ");
  CAF_CHECK(refuse("NOSCRIPT No matching script"));
  ask("d");
  CAF_CHECK(compose().empty()); // nobody knows yet what became of b
  CAF_CHECK(refuse("NOSCRIPT No matching script"));
  CAF_CHECK(compose().empty());
  CAF_CHECK(answer());
  CAF_CHECK(told == lines{"c"});
  CAF_CHECK(compose() == "a b d ");
}

CAF_TEST(a server that is busy is left alone for a moment) {
  ask("a");
  compose();
  CAF_CHECK(refuse("BUSY Redis is busy"));
  CAF_CHECK(compose().empty());
  CAF_CHECK(queue.next_tick() < start);
  queue.tick(clock_type::now() + 1s);
  CAF_CHECK(compose() == "a ");
}

CAF_TEST(after the loss of the link all is sent again in order but commands) {
  ask("a");
  ask("b");
  ask("c").may_repeat = false;
  compose();
  CAF_CHECK(refuse("LOADING Redis is loading the dataset in memory"));
  ask("d");
  queue.on_lost();
  CAF_CHECK(told == lines{"c lost"});
  queue.on_up();
  queue.tick(clock_type::now() + 1s);
  CAF_CHECK(compose() == "a b d ");
  CAF_CHECK_EQUAL(queue.in_flight(), 3u);
}

CAF_TEST(an error is told once) {
  ask("a");
  compose();
  CAF_CHECK(refuse("OOM command not allowed"));
  CAF_CHECK(told == lines{"a lost"});
  queue.on_lost();
  queue.fail_all();
  CAF_CHECK_EQUAL(told.size(), 1u);
}

CAF_TEST(deadlines are kept and late answers ignored) {
  ask("a", 1s);
  ask("b", 2s);
  CAF_CHECK(queue.next_tick() == start + 1s);
  compose();
  ask("c", 3s);
  queue.tick(start + 1s);
  CAF_CHECK(told == lines{"a late"});
  CAF_CHECK(queue.next_tick() == start + 2s);
  CAF_CHECK(answer());
  CAF_CHECK(answer());
  CAF_CHECK((told == lines{"a late", "b"}));
  queue.tick(start + 3s);
  CAF_CHECK((told == lines{"a late", "b", "c late"}));
  CAF_CHECK(!queue.next_tick());
  // One that is late is not sent again.
  ask("d", 4s);
  compose();
  queue.tick(start + 4s);
  queue.on_lost();
  CAF_CHECK(compose().empty());
}

CAF_TEST(an answer that makes no sense ends the link and not the call) {
  ask("a");
  compose();
  resp_node text{resp_type::string, 0, "?"};
  CAF_CHECK(!queue.on_reply({&text, 1}));
  queue.on_lost();
  CAF_CHECK(compose() == "a ");
  CAF_CHECK(told.empty());
}

CAF_TEST(there is a bound for what waits and for what may be answered) {
  constexpr auto most = script_queue::max_pending_bytes;
  CAF_CHECK(queue.admit(most));
  CAF_CHECK(!queue.admit(1));
  queue.release(most);
  std::size_t admitted = 0;
  while (queue.admit(1))
    ++admitted;
  CAF_CHECK_EQUAL(admitted, script_queue::max_pending);
  for (; admitted > 0; --admitted)
    queue.release(1);
  CAF_CHECK(queue.admit(1)); // the refusal counts for nothing
  ask("a").promise = script_queue::max_answers;
  ask("b");
  CAF_CHECK(compose() == "a ");
  CAF_CHECK(answer());
  CAF_CHECK(compose() == "b ");
}

CAF_TEST(without the script all calls fail) {
  ask("a");
  queue.on_script_refused("NOPERM this user has no permissions");
  compose();
  CAF_CHECK(told == lines{"a lost"});
}

CAF_TEST(answers of many servers come in any order) {
  ask("a", 5s, 2);
  ask("b", 5s, 3);
  ask("c");
  compose();
  CAF_CHECK(!answer(0, 6));
  CAF_CHECK(answer(0, 5));
  CAF_CHECK(answer(0, 4)); // the script of b, before its others
  CAF_CHECK((told == lines{"c", "b"}));
  CAF_CHECK(refuse("OOM", 2) && answer(0, 0) && answer(0, 1));
  CAF_CHECK_EQUAL(queue.in_flight(), 1u);
  queue.tick(start + 5s);
  CAF_CHECK((told == lines{"c", "b", "a late"}));
  CAF_CHECK(answer());
  CAF_CHECK(queue.is_empty());
  CAF_CHECK_EQUAL(told.size(), 3u);
}

CAF_TEST(a step that is answered goes on when all its commands are) {
  ask("a", 5s, 2);
  compose();
  CAF_CHECK(answer(1, 1));
  CAF_CHECK(compose().empty());
  CAF_CHECK(answer(9));
  CAF_CHECK(compose() == "a ");
  CAF_CHECK(answer(0) && answer(0));
  CAF_CHECK(told == lines{"a"});
}

CAF_TEST(of many servers what one has lost is repeated if it may be) {
  ask("a");
  ask("b").may_repeat = false;
  ask("c");
  ask("d");
  compose();
  CAF_CHECK(refuse(lost_answer) && refuse(lost_answer) && refuse(lost_answer));
  queue.on_up(); // it is back
  ask("e");
  CAF_CHECK(told == lines{"b lost"});
  CAF_CHECK(compose() == "a c e "); // in order, and without a pause
  for (int i = 0; i < 4; ++i)
    CAF_CHECK(answer());
  CAF_CHECK((told == lines{"b lost", "d", "a", "c", "e"}));
}

CAF_TEST(a server that is away fails its calls and holds no other up) {
  ask("a");
  ask("all"); // of several users
  ask("b");
  compose();
  CAF_CHECK(refuse(unreachable_answer));
  CAF_CHECK(refuse(unreachable_answer));
  CAF_CHECK(told == lines{"a lost"});
  ask("c");
  CAF_CHECK(compose() == "all c ");
  CAF_CHECK(answer() && answer() && answer());
  CAF_CHECK(queue.is_empty());
}

CAF_TEST(a call hears which of its other commands had maybe no effect) {
  for (auto error : {lost_answer, unreachable_answer}) {
    told.clear();
    ask("a", 5s, 2);
    compose();
    CAF_CHECK(refuse(error) && answer());
    CAF_CHECK((told == lines{"a missed", "a"}));
    told.clear();
    ask("b", 5s, 2);
    compose();
    CAF_CHECK(answer(0, 1) && refuse(error));
    CAF_CHECK((told == lines{"b", "b missed"}));
  }
  ask("c", 5s, 2);
  compose();
  answer(0, 1);
  queue.on_lost();
  CAF_CHECK((lines{told.end() - 2, told.end()} == lines{"c", "c missed"}));
  CAF_CHECK(queue.is_empty());
}

CAF_TEST(what waits for a server in trouble holds up nobody) {
  ask("dead ", 5s, 2).promise = script_queue::max_answers;
  ask("alive").promise = script_queue::max_answers;
  ask("third");
  CAF_CHECK(compose() == "dead  ");
  queue.on_excused(1);
  queue.on_excused(0); // of the same call
  CAF_CHECK(compose() == "alive ");
  CAF_CHECK(compose().empty());
  CAF_CHECK(answer(0, 2));
  CAF_CHECK(compose() == "third ");
  CAF_CHECK(answer());
  CAF_CHECK(refuse("UNREACHABLE nobody"));
  CAF_CHECK(answer());
  CAF_CHECK(queue.is_empty());
  ask("a").promise = script_queue::max_answers;
  ask("b");
  CAF_CHECK(compose() == "a ");
}

CAF_TEST_FIXTURE_SCOPE_END()
