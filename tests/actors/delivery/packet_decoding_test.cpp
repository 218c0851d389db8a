#define CAF_SUITE packet_decoding_test

#include "atrium/actors/delivery/packet_decoding.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/broker/presence_packet.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

envelope say(const std::string& event_id, const std::string& data) {
  envelope result;
  result.event_id = event_id;
  result.to = scope::room;
  result.target = "lobby";
  result.time = unix_time{5ms};
  result.data = data;
  return result;
}

shared_bytes bytes(const std::string& x) {
  return std::make_shared<const std::string>(x);
}

shared_bytes pack(const envelope& x) {
  return bytes(encode_packet(x, false, "run"));
}

struct fixture {
  fixture() {
    env->run_id = "run";
    env->limits.edit().message_bytes = 300;
  }

  std::shared_ptr<environment> env = std::make_shared<environment>();
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(packet_decoding_tests, fixture)

CAF_TEST(a packet without a place is in no history) {
  auto got = decode_incoming(pack(say("a", "1")), *env);
  CAF_REQUIRE(std::holds_alternative<incoming>(got));
  auto& x = std::get<incoming>(got);
  CAF_CHECK_EQUAL(x.content->about().event_id, "a");
  CAF_CHECK(x.from.where == message_source::place::here);
  CAF_CHECK(x.place == nullptr);
  CAF_CHECK_EQUAL(x.content->offset(), 0U);
}

CAF_TEST(a packet may say its place itself) {
  auto json = to_json(say("a", "1"));
  auto got = decode_incoming(bytes("0@run;o=7;p=4;e=1a:" + json), *env);
  CAF_REQUIRE(std::holds_alternative<incoming>(got));
  auto& x = std::get<incoming>(got);
  CAF_REQUIRE(x.place != nullptr);
  CAF_CHECK(x.place->at == (position{"1a", 7}));
  CAF_CHECK_EQUAL(x.place->previous, 4U);
  CAF_CHECK_EQUAL(x.content->offset(), 7U);
  CAF_CHECK_EQUAL(x.content->previous(), 4U);
}

CAF_TEST(a packet may be the word of an owner) {
  auto decode = [&](const std::string& fields) {
    auto got = decode_incoming(bytes("0@run" + fields + ':' + to_json(say("a", "1"))), *env);
    CAF_REQUIRE(std::holds_alternative<incoming>(got));
    return std::get<incoming>(got).word;
  };
  CAF_CHECK(decode("") == nullptr);
  auto own = decode(";t=5");
  CAF_REQUIRE(own != nullptr);
  CAF_CHECK_EQUAL(own->token, 5U);
  CAF_CHECK(!own->answers);
  auto answer = decode(";t=6;a=k3j2h1.4.17;o=7;e=1a");
  CAF_REQUIRE(answer != nullptr);
  CAF_CHECK_EQUAL(answer->token, 6U);
  CAF_CHECK(answer->answers == (request_mark{"k3j2h1", 4, 17}));
}

CAF_TEST(what a log has kept may be the word of an owner) {
  history_page page;
  page.top = {"1a", 7};
  page.messages = {{7, 6, bytes("0@run;t=5;a=k3j2h1.4.17:" + to_json(say("a", "1")))}};
  auto got = decode_stored(page, *env);
  CAF_REQUIRE_EQUAL(got.size(), 1U);
  CAF_CHECK(got[0].place != nullptr);
  CAF_REQUIRE(got[0].word != nullptr);
  CAF_CHECK(got[0].word->answers == (request_mark{"k3j2h1", 4, 17}));
}

CAF_TEST(what a log has kept is decoded with the place that the log says) {
  history_page page;
  page.top = {"1a", 9};
  page.messages = {{7, 4, pack(say("a", "1"))}, {8, 7, pack(say("b", "2"))}};
  auto got = decode_stored(page, *env);
  CAF_REQUIRE_EQUAL(got.size(), 2U);
  CAF_CHECK_EQUAL(got[0].content->about().event_id, "a");
  CAF_CHECK_EQUAL(got[0].content->offset(), 7U);
  CAF_CHECK(got[0].place->at == (position{"1a", 7}));
  CAF_CHECK_EQUAL(got[0].place->previous, 4U);
  CAF_CHECK_EQUAL(got[0].content->previous(), 4U);
  CAF_CHECK_EQUAL(got[1].content->offset(), 8U);
  CAF_CHECK_EQUAL(got[1].place->previous, 7U);
}

CAF_TEST(what is not for members is counted and left out) {
  history_page page;
  page.top = {"1a", 9};
  page.messages = {{6, 5, bytes("garbage")},
                   {7, 6, bytes("9:" + to_json(say("b", "2")))},
                   {8, 7, pack(say("c", '"' + std::string(300, 'x') + '"'))},
                   {9, 8, pack(say("d", "4"))}};
  auto got = decode_stored(page, *env);
  CAF_REQUIRE_EQUAL(got.size(), 1U);
  CAF_CHECK_EQUAL(got[0].content->about().event_id, "d");
  auto& counts = *env->delivery_counts;
  CAF_CHECK_EQUAL(counts.malformed_packets.load(), 1U);
  CAF_CHECK_EQUAL(counts.unknown_versions.load(), 1U);
  CAF_CHECK_EQUAL(counts.oversized_packets.load(), 1U);
}

CAF_TEST(a message that is too large says when it was accepted) {
  auto got = decode_incoming(pack(say("c", '"' + std::string(300, 'x') + '"')), *env);
  CAF_REQUIRE(std::holds_alternative<too_large>(got));
  CAF_CHECK(std::get<too_large>(got).time == unix_time{5ms});
}

CAF_TEST(who comes and goes is taken only where rooms tell it) {
  env->limits.edit().presence.add("lobby");
  auto decode = [&](const std::string& room, const std::string& user) {
    presence_change x{presence_change::kind::join, user, 3, unix_time{5ms}};
    return decode_presence_event(bytes(encode_presence(room, x)), *env);
  };
  auto got = decode("lobby", "ann");
  CAF_REQUIRE(std::holds_alternative<presence_event>(got));
  auto& x = std::get<presence_event>(got);
  CAF_CHECK_EQUAL(x.present, 3U);
  CAF_CHECK_EQUAL(x.content->about().target, "lobby");
  CAF_CHECK(x.content->about().time == unix_time{5ms});
  CAF_CHECK(x.content->json().starts_with(R"({"type":"presence_event","room":"lobby")"));
  CAF_CHECK(x.content->skipped().empty());
  CAF_CHECK(std::holds_alternative<unreadable>(decode("elsewhere", "ann")));
  CAF_CHECK(std::holds_alternative<unreadable>(decode("lobby", std::string(5'000, 'a'))));
  CAF_CHECK_EQUAL(env->delivery_counts->malformed_packets.load(), 2U);
}

CAF_TEST(notes of an owner are checked) {
  auto got = decode_room_notes(bytes(encode_notes({5, {{room_note::kind::gone}}})), *env);
  CAF_REQUIRE(std::holds_alternative<room_notes>(got));
  CAF_CHECK_EQUAL(std::get<room_notes>(got).token, 5U);
  auto broken = decode_room_notes(bytes(R"(0:{"type":"room_notes","notes":[]})"), *env);
  CAF_CHECK(std::holds_alternative<unreadable>(broken));
  CAF_CHECK_EQUAL(env->delivery_counts->malformed_packets.load(), 1U);
}

CAF_TEST_FIXTURE_SCOPE_END()
