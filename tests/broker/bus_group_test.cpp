#define CAF_SUITE bus_group_test

#include "atrium/broker/bus_group.hpp"

#include "caf/test/unit_test.hpp"
#include "support/scripted_log.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

/// Notes what it is asked for.
class bus_probe final : public bus {
public:
  explicit bus_probe(std::vector<std::string>& seen) : seen_(seen) {
    // nop
  }
  subscription subscribe(std::string channel, std::shared_ptr<subscriber>) override {
    seen_.push_back("subscribe " + channel);
    return {};
  }
  void publish(std::string channel, shared_bytes, receipt_handler) override {
    seen_.push_back("publish " + channel);
  }
  history_log* history() override {
    return log;
  }
  void ping(std::function<void()> answer) override {
    seen_.emplace_back("ping");
    answer();
  }
  void confirm(std::string channel, std::function<void()>) override {
    seen_.push_back("confirm " + channel);
  }
  void stop() override {
    seen_.emplace_back("stop");
  }
  bus_stats stats() const override {
    return now;
  }

  bus_stats now;
  history_log* log = nullptr;

private:
  std::vector<std::string>& seen_;
};

struct fixture {
  fixture() {
    bus_stats good;
    good.connected = good.publishes = good.subscribes = true;
    for (auto* x : {one.get(), two.get(), three.get()})
      x->now = good;
  }

  std::vector<std::string> first;
  std::vector<std::string> others;
  std::shared_ptr<bus_probe> one = std::make_shared<bus_probe>(first);
  std::shared_ptr<bus_probe> two = std::make_shared<bus_probe>(others);
  std::shared_ptr<bus_probe> three = std::make_shared<bus_probe>(others);
  bus_group subject{{one, two, three}};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(bus_group_tests, fixture)

CAF_TEST(the first bus does what is asked for and all of them stop) {
  int answers = 0;
  auto held = subject.subscribe("a", nullptr);
  subject.publish("b", nullptr, nullptr);
  subject.ping([&] { ++answers; });
  subject.confirm("c", nullptr);
  CAF_CHECK(others.empty());
  subject.stop();
  CAF_CHECK_EQUAL(
    first, (std::vector<std::string>{"subscribe a", "publish b", "ping", "confirm c", "stop"}));
  CAF_CHECK_EQUAL(others, (std::vector<std::string>{"stop", "stop"}));
  CAF_CHECK_EQUAL(answers, 1);
}

CAF_TEST(counters are added up) {
  one->now.published = 1;
  two->now.published = 20;
  three->now.published = 300;
  two->now.pending = 5;
  two->now.pending_bytes = 6;
  three->now.pending_bytes = 10;
  one->now.reconnects = three->now.reconnects = 1;
  two->now.carried = two->now.rejected = two->now.failed = 2;
  three->now.received = three->now.subscriptions = 3;
  auto sum = subject.stats();
  CAF_CHECK(sum.connected && sum.publishes && sum.subscribes && sum.takes_writes);
  CAF_CHECK_EQUAL(sum.published, 321U);
  CAF_CHECK_EQUAL(sum.pending, 5U);
  CAF_CHECK_EQUAL(sum.pending_bytes, 16U);
  CAF_CHECK_EQUAL(sum.reconnects, 2U);
  CAF_CHECK_EQUAL(sum.carried + sum.rejected + sum.failed, 6U);
  CAF_CHECK_EQUAL(sum.received + sum.subscriptions, 6U);
}

CAF_TEST(one bus in trouble is the trouble of all) {
  two->now.connected = two->now.publishes = false;
  two->now.trouble = "lane-0-cmd: refused";
  three->now.trouble = "lane-1-cmd: refused";
  three->now.takes_writes = false;
  auto sum = subject.stats();
  CAF_CHECK(!sum.connected);
  CAF_CHECK(!sum.publishes);
  CAF_CHECK(sum.subscribes);
  CAF_CHECK(!sum.takes_writes);
  CAF_CHECK_EQUAL(sum.trouble, "lane-0-cmd: refused");
  one->now.trouble = "cmd: refused";
  CAF_CHECK_EQUAL(subject.stats().trouble, "cmd: refused");
}

CAF_TEST(the first log does what is asked for and counts for all) {
  CAF_CHECK(subject.history() == nullptr);
  auto ignore = [](const std::string&, const shared_bytes&) {};
  scripted_log near{ignore};
  scripted_log far{ignore};
  near.counters = {1, 2, 3, 4, 5, 6, 7, 8};
  far.counters = {10, 20, 30, 40, 50, 60, 70, 80};
  one->log = &near;
  two->log = three->log = &far;
  bus_group with_logs{{one, two, three}};
  auto* log = with_logs.history();
  CAF_REQUIRE(log != nullptr);
  publish_receipt receipt;
  log->append("a", {std::make_shared<const std::string>("0:{}"), {}, "id"},
              [&](publish_receipt x) { receipt = std::move(x); });
  CAF_CHECK(receipt.at == (position{"e1", 1}));
  history_page page;
  log->read("b", {}, [&](history_page x) { page = std::move(x); });
  CAF_CHECK(page.top == (position{"e1", 1}));
  CAF_CHECK_EQUAL(near.appended.at(0).channel + near.asked.at(0).channel, "ab");
  CAF_CHECK(far.appended.empty() && far.asked.empty());
  auto sum = log->stats();
  CAF_CHECK_EQUAL(sum.stored + sum.duplicates, 21U + 42U);
  CAF_CHECK_EQUAL(sum.reads + sum.read, 63U + 84U);
  CAF_CHECK_EQUAL(sum.lost + sum.failed, 105U + 126U);
  CAF_CHECK_EQUAL(sum.evicted + sum.bytes, 147U + 168U);
}

CAF_TEST_FIXTURE_SCOPE_END()
