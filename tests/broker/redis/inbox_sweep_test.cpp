#define CAF_SUITE inbox_sweep_test

#include "atrium/broker/redis/inbox_message_calls.hpp"
#include "atrium/broker/redis/inbox_sweep.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

#include <string>
#include <variant>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

// A sweep, step by step.
struct fixture {
  fixture() {
    queue.on_up();
    queue.on_script("sha");
  }

  void push(std::unique_ptr<script_call> x) {
    x->deadline = script_queue::clock::now() + 1h;
    queue.admit_always();
    queue.push(std::move(x));
  }

  void sweep() {
    push(make_inbox_sweep(context, [this](bool has_more) { ended.push_back(has_more); }));
  }

  void put(const std::string& user) {
    push(make_inbox_put(context, user, {std::make_shared<const std::string>("0:x"), "id"},
                        [this](inbox_receipt x) { stored.push_back(std::move(x)); }));
  }

  // What is written: commands about an index, of the sweep of a user the key.
  lines written() {
    std::string out;
    queue.compose(out, std::size_t{1} << 20);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      auto is_script = x[1].text == "EVALSHA";
      auto line = std::string{x[1].text} + ' ' + std::string{x[is_script ? 4 : 2].text};
      result.push_back(x[1].text.starts_with("Z") ? line + ' ' + std::string{x.back().text} : line);
      return true;
    });
    return result;
  }

  void answer(const array_reply& x) {
    CAF_CHECK(queue.on_reply(x));
  }

  void number() {
    resp_node node{resp_type::integer, 1, {}};
    CAF_CHECK(queue.on_reply({&node, 1}));
  }

  void fail(std::string_view error, std::size_t which = 0) {
    CAF_CHECK(queue.on_reply_to(which, error_reply{error}));
  }

  // These users are due.
  void due(std::initializer_list<std::variant<long long, std::string>> users) {
    CAF_CHECK_EQUAL(written(), lines{"ZRANGE {n:inbox}:due 100"});
    answer(users);
  }

  redis_terms_stub terms;
  inbox_context context{terms, channel_names{"n"}, {}};
  script_queue queue;
  std::vector<bool> ended;
  std::vector<inbox_receipt> stored;
};

const std::string ann = "EVALSHA {n:user:ann}:in";
const std::string bob = "EVALSHA {n:user:bob}:in";
const std::string due_ann = "ZADD {n:inbox}:due ann";

} // namespace

CAF_TEST_FIXTURE_SCOPE(inbox_sweep_tests, fixture)

CAF_TEST(a user is looked at again only after it has gone from the index) {
  sweep();
  due({"ann"});
  CAF_CHECK_EQUAL(written(), (lines{due_ann, ann}));
  number();
  answer({0, 0, 0});
  CAF_CHECK_EQUAL(written(), (lines{"ZREM {n:inbox}:due ann", "ZREM {n:inbox}:dead ann"}));
  number();
  CAF_CHECK(written().empty());
  number();
  CAF_CHECK_EQUAL(written(), lines{ann});
  answer({77, 0, 0}); // something has come in between
  CAF_CHECK_EQUAL(written(), lines{due_ann});
  number();
  CAF_CHECK(ended == std::vector<bool>{false});
}

CAF_TEST(a user on a server that is away is passed over) {
  sweep();
  due({"ann", "bob"});
  CAF_CHECK_EQUAL(written(), (lines{due_ann, ann}));
  number();
  fail(lost_answer);
  CAF_CHECK_EQUAL(written(), (lines{due_ann, ann}));
  number();
  fail(unreachable_answer);
  CAF_CHECK_EQUAL(written(), (lines{"ZADD {n:inbox}:due bob", bob}));
  number();
  answer({77, 1, 0});
  written();
  number();
  number();
  CAF_CHECK(ended == std::vector<bool>{false});
}

CAF_TEST(without the index a sweep ends) {
  sweep();
  written();
  fail(unreachable_answer);
  CAF_CHECK(ended == std::vector<bool>{false});
  CAF_CHECK(queue.is_empty());
}

CAF_TEST(who could not be put into the index is put there by the next sweep) {
  put("ann");
  CAF_CHECK_EQUAL(written(), (lines{due_ann, ann}));
  fail(unreachable_answer);
  answer({"7-0", 0, 0});
  CAF_REQUIRE_EQUAL(stored.size(), 1u);
  CAF_CHECK_EQUAL(stored[0].error, errc::none);
  sweep();
  CAF_CHECK_EQUAL(written(), lines{due_ann});
  fail(unreachable_answer);
  CAF_CHECK(ended == std::vector<bool>{false});
  sweep();
  CAF_CHECK_EQUAL(written(), lines{due_ann});
  number();
  due({});
  sweep();
  due({});
  CAF_CHECK_EQUAL(ended.size(), 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()
