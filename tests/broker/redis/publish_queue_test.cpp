#define CAF_SUITE publish_queue_test

#include "atrium/broker/redis/publish_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t write_size = std::size_t{256} << 10;

using clock_type = publish_queue::clock;

constexpr auto none = errc::none;
constexpr auto lost = errc::bus_unavailable;
constexpr auto late = errc::timeout;

const resp_node one_receiver{resp_type::integer, 1, {}};
const resp_node lost_link{resp_type::error, 0, lost_answer};
const resp_node unreachable{resp_type::error, 0, unreachable_answer};
const resp_node refusal{resp_type::error, 0, "READONLY You can't write"};

struct fixture {
  // Admits and pushes a publish that writes down its receipt as `name=code`.
  bool publish(const std::string& name, clock_type::duration deadline = 5s) {
    if (!accounting.admit(name.size()))
      return false;
    queue.push({"room", std::make_shared<const std::string>(name),
                [this, name](const publish_receipt& x) { receipts.emplace_back(name, x.error); },
                start + deadline});
    return true;
  }

  std::string compose() {
    std::string out;
    queue.compose(out, write_size);
    return out;
  }

  bool reply(const resp_node& node, std::size_t which = 0) {
    return queue.on_reply_to(which, {&node, 1});
  }

  using receipt_list = std::vector<std::pair<std::string, errc>>;

  clock_type::time_point start{};
  publish_accounting accounting{3, 10};
  redis_terms_stub terms;
  publish_queue queue{terms, accounting};
  receipt_list receipts;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(publish_queue_tests, fixture)

CAF_TEST(commands go out in order and once) {
  publish("a");
  publish("b");
  std::string expected;
  append_command(expected, {"PUBLISH", "room", "a"});
  append_command(expected, {"PUBLISH", "room", "b"});
  CAF_CHECK(queue.in_flight() == 0);
  CAF_CHECK_EQUAL(compose(), expected);
  CAF_CHECK(queue.in_flight() != 0);
  CAF_CHECK_EQUAL(compose(), "");
}

CAF_TEST(each answer settles the oldest publish) {
  publish("a");
  publish("b");
  compose();
  CAF_CHECK(reply(one_receiver));
  CAF_CHECK(reply(refusal));
  CAF_CHECK(receipts == (receipt_list{{"a", none}, {"b", lost}}));
  CAF_CHECK(queue.in_flight() == 0);
  CAF_CHECK_EQUAL(accounting.pending(), 0u);
  CAF_CHECK_EQUAL(accounting.failed(), 1u);
}

CAF_TEST(an answer to nothing is noticed) {
  CAF_CHECK(!reply(one_receiver));
  publish("a");
  CAF_CHECK(!reply(one_receiver));
}

CAF_TEST(a loss fails what is in flight and keeps what waits) {
  publish("a");
  compose();
  publish("b");
  queue.on_lost();
  CAF_CHECK(receipts == (receipt_list{{"a", lost}}));
  CAF_CHECK(queue.in_flight() == 0);
  compose();
  reply(one_receiver);
  CAF_CHECK(receipts == (receipt_list{{"a", lost}, {"b", none}}));
}

CAF_TEST(the accounting bounds the number of publishes) {
  CAF_CHECK(publish("a") && publish("b") && publish("c"));
  CAF_CHECK(!publish("d"));
  compose();
  CAF_CHECK(!publish("d"));
  reply(one_receiver);
  CAF_CHECK(publish("d"));
  CAF_CHECK_EQUAL(accounting.published(), 4u);
  CAF_CHECK_EQUAL(accounting.rejected(), 2u);
  CAF_CHECK_EQUAL(accounting.pending(), 3u);
}

CAF_TEST(the accounting bounds the bytes of payloads) {
  CAF_CHECK(publish("0123456"));
  CAF_CHECK(!publish("0123"));
  CAF_CHECK(publish("012"));
  CAF_CHECK_EQUAL(accounting.pending_bytes(), 10u);
  queue.fail_all();
  CAF_CHECK_EQUAL(accounting.pending_bytes(), 0u);
}

CAF_TEST(what waits expires at its deadline) {
  publish("a", 1s);
  publish("b", 2s);
  CAF_CHECK(queue.next_tick() == start + 1s);
  queue.tick(start + 1s);
  CAF_CHECK(receipts == (receipt_list{{"a", late}}));
  CAF_CHECK(queue.next_tick() == start + 2s);
  compose();
  reply(one_receiver);
  CAF_CHECK(receipts == (receipt_list{{"a", late}, {"b", none}}));
  CAF_CHECK(!queue.next_tick());
}

CAF_TEST(what expires in flight still takes its answer) {
  publish("a", 1s);
  compose();
  publish("b", 2s);
  queue.tick(start + 1s);
  CAF_CHECK_EQUAL(accounting.pending(), 1u);
  CAF_CHECK(queue.next_tick() == start + 2s);
  compose();
  CAF_CHECK(reply(refusal));
  CAF_CHECK(receipts == (receipt_list{{"a", late}}));
  CAF_CHECK(reply(one_receiver));
  CAF_CHECK(receipts == (receipt_list{{"a", late}, {"b", none}}));
}

CAF_TEST(an expired publish is not failed again) {
  publish("a", 1s);
  compose();
  queue.tick(start + 1s);
  queue.on_lost();
  queue.fail_all();
  CAF_CHECK(receipts == (receipt_list{{"a", late}}));
  CAF_CHECK_EQUAL(accounting.failed(), 1u);
}

CAF_TEST(a stop fails everything once) {
  publish("a");
  compose();
  publish("b");
  queue.fail_all();
  queue.fail_all();
  CAF_CHECK(receipts == (receipt_list{{"a", lost}, {"b", lost}}));
  CAF_CHECK_EQUAL(accounting.pending(), 0u);
}

CAF_TEST(one write is bounded) {
  publish_accounting roomy{1'000, std::size_t{1} << 30};
  publish_queue subject{terms, roomy};
  auto payload = std::make_shared<const std::string>(100'000, 'x');
  for (int i = 0; i < 10 && roomy.admit(payload->size()); ++i)
    subject.push({"room", payload, nullptr, start});
  std::string out;
  subject.compose(out, write_size);
  CAF_CHECK(out.size() >= write_size);
  CAF_CHECK(out.size() < write_size + 101'000);
}

CAF_TEST(a receipt that throws does no harm) {
  std::vector<std::string> lines;
  publish_queue subject{terms, accounting,
                        [&](const log::record& x) { lines.push_back(log::to_text(x)); }};
  for (int i = 0; i < 2 && accounting.admit(1); ++i)
    subject.push({"room", std::make_shared<const std::string>("x"),
                  [](const publish_receipt&) { throw std::runtime_error{"oops"}; }, start});
  subject.fail_all();
  CAF_CHECK_EQUAL(lines.size(), 2u);
  CAF_CHECK_EQUAL(accounting.pending(), 0u);
}

CAF_TEST(other bounds count for publishes to come) {
  publish_accounting bounds{2, 100};
  CAF_CHECK(bounds.admit(40) && bounds.admit(40));
  bounds.resize(1, 50);
  CAF_CHECK_EQUAL(bounds.pending(), 2u);
  bounds.settle(40, true);
  CAF_CHECK(!bounds.admit(1));
  bounds.settle(40, true);
  CAF_CHECK(!bounds.admit(51));
  CAF_CHECK(bounds.admit(50));
  bounds.resize(3, 100);
  CAF_CHECK(bounds.admit(50) && !bounds.admit(1));
  CAF_CHECK_EQUAL(bounds.carried(), 2u);
}

CAF_TEST(answers of many servers come in any order) {
  publish("a");
  publish("b");
  publish("c");
  compose();
  CAF_CHECK(!reply(one_receiver, 3));
  CAF_CHECK(reply(one_receiver, 1));
  CAF_CHECK(reply(refusal, 1));
  CAF_CHECK(receipts == (receipt_list{{"b", none}, {"c", lost}}));
  CAF_CHECK_EQUAL(queue.in_flight(), 1u);
  CAF_CHECK(reply(one_receiver));
  CAF_CHECK_EQUAL(receipts.size(), 3u);
  CAF_CHECK(!reply(one_receiver));
}

CAF_TEST(what has expired is told once in whatever order answers come) {
  publish("a", 1s);
  publish("b", 1s);
  publish("c", 2s);
  compose();
  queue.tick(start + 1s);
  CAF_CHECK(reply(one_receiver, 1)); // b is late
  CAF_CHECK(reply(one_receiver, 1));
  CAF_CHECK(receipts == (receipt_list{{"a", late}, {"b", late}, {"c", none}}));
  queue.tick(start + 2s);
  CAF_CHECK(reply(refusal));
  CAF_CHECK_EQUAL(receipts.size(), 3u);
  CAF_CHECK_EQUAL(accounting.pending(), 0u);
}

CAF_TEST(one server of many that is lost or away fails what went there) {
  publish("a");
  publish("b");
  publish("c");
  compose();
  reply(lost_link);
  reply(unreachable, 1);
  CAF_CHECK(receipts == (receipt_list{{"a", lost}, {"c", lost}}));
  queue.on_up(); // another one
  CAF_CHECK_EQUAL(compose(), "");
  reply(one_receiver);
  CAF_CHECK(receipts.back() == (receipt_list::value_type{"b", none}));
}

CAF_TEST(publishes use the command of the servers) {
  terms.publishes = "SPUBLISH";
  publish("a");
  std::string expected;
  append_command(expected, {"SPUBLISH", "room", "a"});
  CAF_CHECK_EQUAL(compose(), expected);
}

CAF_TEST_FIXTURE_SCOPE_END()
