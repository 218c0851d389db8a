#define CAF_SUITE cluster_bounds_test

#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/delivery_counters.hpp"

#include "support/cluster_fixture.hpp"

#include <random>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

struct fixture : cluster_fixture {
  // What others would have sent.
  void survey_from(const std::string& run, survey what) {
    publish(names.nodes(), encode({run, survey_request{1, std::move(what)}}));
  }

  void answer_from(const std::string& run, std::string json, std::uint64_t id = 1) {
    publish(names.node("ar"), encode({run, survey_response{id, "x" + run, std::move(json)}}));
  }
};

// Writes down what a node answers.
class test_subscriber final : public subscriber {
public:
  void on_subscribed() override {
    // nop
  }
  void on_messages(std::vector<shared_bytes> batch) override {
    for (auto& x : batch)
      taken.push_back(*x);
  }
  void on_gap(unix_time, unix_time) override {
    // nop
  }
  void on_refused(const std::string&) override {
    // nop
  }

  lines taken;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_bounds_tests, fixture)

CAF_TEST(too many surveys at once are refused and the place is free later) {
  for (std::size_t i = 0; i < cluster_setup::max_surveys; ++i)
    ask({"room", "later"});
  CAF_CHECK(told.empty());
  ask({"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].error, "busy");
  CAF_CHECK_EQUAL(counted("a").cluster_counts->surveys_refused.load(), 1U);
  pass(1s);
  CAF_CHECK_EQUAL(told.size(), 1 + cluster_setup::max_surveys);
  at("b").kept.clear();
  at("c").kept.clear();
  ask({"room", "x"});
  CAF_CHECK_EQUAL(rows(), (lines{"a=\"a room x\"", "b=\"b room x\"", "c=\"c room x\""}));
}

CAF_TEST(too many surveys of others are answered that the node is busy) {
  auto ghost = std::make_shared<test_subscriber>();
  auto listening = wire->subscribe(names.node("ghost"), ghost);
  for (std::size_t i = 0; i < cluster_setup::max_surveys; ++i)
    survey_from("ghost", {"room", "later"});
  CAF_CHECK_EQUAL(ghost->taken, lines{});
  survey_from("ghost", {"room", "x"});
  CAF_REQUIRE_EQUAL(ghost->taken.size(), 3U);
  CAF_CHECK_EQUAL(counted("b").cluster_counts->surveys_refused.load(), 1U);
  for (auto& x : ghost->taken) {
    auto read = decode_control_packet(x);
    auto* packet = std::get_if<control_packet>(&read);
    CAF_REQUIRE(packet != nullptr);
    CAF_CHECK_EQUAL(std::get<survey_response>(packet->what).json, R"({"error":"busy"})");
  }
  at("b").kept.clear();
  survey_from("ghost", {"room", "x"});
  CAF_CHECK_EQUAL(
    std::ranges::count_if(ghost->taken, [](auto& x) { return x.find("b room x") != x.npos; }), 1);
}

CAF_TEST(a survey that is too long is refused) {
  ask({"room", std::string(max_survey_bytes, 'x')});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].error, "too_large");
}

CAF_TEST(an answer that is too long is an error also here) {
  for (auto& [name, x] : peers)
    x->subject->answer_with([](const survey&, const auto& done) {
      done('"' + std::string(max_response_bytes, 'x') + '"');
    });
  ask({"room", "x"});
  auto error = R"(={"error":"too_large"})";
  CAF_CHECK_EQUAL(
    rows(), (lines{std::string{"a"} + error, std::string{"b"} + error, std::string{"c"} + error}));
}

CAF_TEST(answers of all surveys together have a bound) {
  ask({"room", "later"});
  auto big = '"' + std::string(max_response_bytes - 2, 'x') + '"';
  std::size_t sent = 0;
  while (counted("a").cluster_counts->responses_refused.load() == 0 && sent < 1'000)
    answer_from(std::to_string(++sent), big);
  CAF_CHECK_EQUAL(sent, (std::size_t{32} << 20) / max_response_bytes + 1);
  pass(1s);
  CAF_CHECK_EQUAL(told.at(0).answers.size(), sent);
  // What was kept is given back.
  told.clear();
  ask({"room", "later"});
  answer_from("1", big, 2);
  pass(1s);
  CAF_CHECK_EQUAL(told.at(0).answers.at(0).json.size(), big.size());
}

CAF_TEST(packets that wait have a bound) {
  auto big = std::make_shared<const std::string>(max_response_bytes, 'x');
  for (int i = 0; i < 100; ++i)
    wire->publish(names.node("ar"), big, [](const publish_receipt&) {});
  auto dropped = counted("a").cluster_counts->node_packet_drops.load();
  CAF_CHECK(dropped > 30 && dropped < 40);
  sched.run();
  CAF_CHECK_EQUAL(counted("a").delivery_counts->malformed_packets.load(), 100 - dropped);
  ask({"room", "x"});
  CAF_CHECK_EQUAL(told.at(0).answers.size(), 3U);
}

CAF_TEST(a request of a room may be as long as a message may be) {
  auto send = [&](std::size_t bytes) {
    room_request x{"table:1", 1, 1, 1, room_request::kind::publish};
    x.data = '"' + std::string(bytes - 2, 'x') + '"';
    publish(names.node("ar"), encode({"br", x}));
    return counted("a").delivery_counts->malformed_packets.load();
  };
  auto most = counted("a").limits->message_bytes;
  CAF_CHECK_EQUAL(send(most), 0U);
  CAF_CHECK_EQUAL(send(most + envelope_overhead), 1U);
  at("a").env->limits.edit().message_bytes = 2 * most;
  CAF_CHECK_EQUAL(send(2 * most), 1U);
}

CAF_TEST(the first answer of a run counts) {
  ask({"room", "later"});
  answer_from("br", "1");
  answer_from("br", "2");
  answer_from("cr", "3");
  at("a").kept.at(0)("0");
  at("a").kept.at(0)("4");
  sched.run();
  CAF_CHECK_EQUAL(rows(), (lines{"a=0", "xbr=1", "xcr=3"}));
}

CAF_TEST(what is no packet is counted and ignored) {
  for (auto bytes :
       {"", "{", "[]", "evict:ar-1", R"({"v":1,"type":"survey_request","id":1})", "\xff"})
    publish(names.nodes(), bytes);
  CAF_CHECK_EQUAL(counted("a").delivery_counts->malformed_packets.load(), 6U);
  for (auto bytes : {R"({"v":2})", R"({"v":1,"type":"shout","id":1})"})
    publish(names.node("ar"), bytes);
  CAF_CHECK_EQUAL(counted("a").delivery_counts->unknown_versions.load(), 2U);
  CAF_CHECK_EQUAL(counted("b").delivery_counts->unknown_versions.load(), 0U);
  ask({"room", "x"});
  CAF_CHECK_EQUAL(told.at(0).answers.size(), 3U);
}

CAF_TEST(any bytes are survived) {
  std::minstd_rand random{1};
  auto pick = [&](std::size_t n) { return std::size_t{random()} % n; };
  for (int i = 0; i < 3'000; ++i) {
    auto bytes = i % 2 == 0 ? encode({"ghost", survey_request{1, {"room", "x"}}})
                            : encode({"br", survey_response{1, "b", "{\"a\":1}"}});
    for (auto n = pick(4); n > 0; --n)
      bytes[pick(bytes.size())] = static_cast<char>(random());
    publish(pick(2) == 0 ? names.nodes() : names.node("ar"), bytes);
  }
  CAF_CHECK(counted("a").delivery_counts->malformed_packets.load() > 100);
  ask({"room", "x"});
  CAF_CHECK_EQUAL(told.at(0).answers.size(), 3U);
}

CAF_TEST_FIXTURE_SCOPE_END()
