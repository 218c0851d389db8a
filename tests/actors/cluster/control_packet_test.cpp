#define CAF_SUITE control_packet_test

#include "atrium/actors/cluster/control_packet.hpp"
#include "atrium/broker/envelope.hpp"

#include "caf/test/unit_test.hpp"

#include <random>

using namespace atrium;

namespace {

using error = control_packet_error;

bool is(error expected, std::string_view bytes) {
  auto x = decode_control_packet(bytes);
  auto* found = std::get_if<error>(&x);
  return found != nullptr && *found == expected;
}

// Reads a packet of this kind, which it has to be.
template <class What>
What read(std::string_view bytes) {
  auto x = decode_control_packet(bytes);
  auto* packet = std::get_if<control_packet>(&x);
  CAF_REQUIRE(packet != nullptr);
  CAF_CHECK_EQUAL(packet->run, "r1");
  auto* what = std::get_if<What>(&packet->what);
  CAF_REQUIRE(what != nullptr);
  return *what;
}

template <class What>
What read_again(const What& x) {
  return read<What>(encode({"r1", x}));
}

std::string answer_with(std::string body) {
  return encode({"r1", survey_response{1, "n1", fit_response(std::move(body))}});
}

std::string answer_in(std::string_view bytes) {
  return read<survey_response>(bytes).json;
}

} // namespace

CAF_TEST(a survey is read as it was written) {
  survey_request x{7, {"room", "the \"lobby\"\n"}};
  auto y = read_again(x);
  CAF_CHECK_EQUAL(y.id, 7U);
  CAF_CHECK_EQUAL(y.what.kind, "room");
  CAF_CHECK_EQUAL(y.what.name, x.what.name);
}

CAF_TEST(an answer is read as it was written) {
  auto y = read_again(survey_response{8, "n1", "{\"a\":[1,2]}"});
  CAF_CHECK_EQUAL(y.id, 8U);
  CAF_CHECK_EQUAL(y.node, "n1");
  CAF_CHECK_EQUAL(y.json, "{\"a\":[1,2]}");
  CAF_CHECK_EQUAL(answer_in(answer_with("")), "");
}

CAF_TEST(a command about a connection is read as it was written) {
  for (auto why : {close_code::too_many_connections, close_code::disconnected}) {
    auto x = read_again(disconnect_command{"r2-7", why});
    CAF_CHECK_EQUAL(x.connection, "r2-7");
    CAF_CHECK(x.why == why);
  }
  auto asked = read_again(probe_request{"r2-7", "r1-3"});
  CAF_CHECK_EQUAL(asked.connection, "r2-7");
  CAF_CHECK_EQUAL(asked.requester, "r1-3");
  for (auto alive : {true, false}) {
    auto said = read_again(probe_response{"r2-7", "r1-3", alive});
    CAF_CHECK_EQUAL(said.connection, "r2-7");
    CAF_CHECK_EQUAL(said.requester, "r1-3");
    CAF_CHECK_EQUAL(said.alive, alive);
  }
}

CAF_TEST(a command of a back end is read as it was written) {
  using act = user_command;
  auto again = [](act::act what) {
    auto x = read_again(user_command{"ann \u00fc", "r2-7", {"r2-8", "r3-1"}, std::move(what)});
    CAF_CHECK_EQUAL(x.user, "ann \u00fc");
    CAF_CHECK_EQUAL(x.connection, "r2-7");
    CAF_CHECK_EQUAL(x.spared, (std::vector<std::string>{"r2-8", "r3-1"}));
    return x.what;
  };
  auto in = std::get<act::join>(again(act::join{"a \"room\""}));
  CAF_CHECK_EQUAL(in.room, "a \"room\"");
  auto out = std::get<act::leave>(again(act::leave{"r"}));
  CAF_CHECK_EQUAL(out.room, "r");
  auto end = std::get<act::close>(again(act::close{static_cast<close_code>(4'999), "why"}));
  CAF_CHECK_EQUAL(static_cast<int>(end.code), 4'999);
  CAF_CHECK_EQUAL(end.reason, "why");
  unix_time at{std::chrono::milliseconds{5}};
  for (auto& x : {act::renew{at, false}, act::renew{never, true}}) {
    auto y = std::get<act::renew>(again(x));
    CAF_CHECK(y.expires == x.expires);
    CAF_CHECK_EQUAL(y.expired, x.expired);
  }
  auto everywhere = read_again(user_command{"ann", {}, {}, act::join{"r"}});
  CAF_CHECK(everywhere.connection.empty() && everywhere.spared.empty());
  auto room = read_again(close_room_command{"r"});
  CAF_CHECK_EQUAL(room.room, "r");
}

CAF_TEST(a command of a back end that makes no sense is malformed) {
  auto head = std::string{R"({"v":1,"run":"r1","type":"user_command","user":"ann",)"};
  for (auto* rest :
       {R"("act":"dance"})", R"("act":"join"})", R"("act":"join","room":""})",
        R"("act":"leave","room":7})", R"("act":"close"})", R"("act":"close","code":1006})",
        R"("act":"close","code":5000})", R"("act":"close","code":69537})", R"("act":"renew"})",
        R"("act":"renew","expired":1})", R"("act":"renew","expired":true,"expires":-1})",
        R"("act":"renew","expired":true,"expires":9223372036854775808})",
        R"("act":"join","room":"r","connection":"a b"})", R"("room":"r"})"})
    CAF_CHECK(is(error::malformed, head + rest));
  CAF_CHECK(!is(error::malformed, head + R"("act":"join","room":"r","later":[1]})"));
  auto spared = [&](std::size_t n) {
    std::string ids;
    for (std::size_t i = 0; i < n; ++i)
      ids += "r-" + std::to_string(i) + ' ';
    return head + R"("act":"join","room":"r","spared":")" + ids + "\"}";
  };
  CAF_CHECK(!is(error::malformed, spared(256)));
  CAF_CHECK(is(error::malformed, spared(257)));
  CAF_CHECK(is(error::malformed, R"({"v":1,"run":"r1","type":"close_room","room":""})"));
  CAF_CHECK(is(error::malformed, R"({"v":1,"run":"r1","type":"close_room"})"));
}

CAF_TEST(a reason that only newer nodes know does not let a client stay) {
  auto x = read<disconnect_command>(
    R"({"v":1,"type":"disconnect","run":"r1","connection":"r2-7","code":4017})");
  CAF_CHECK(x.why == close_code::disconnected);
}

CAF_TEST(what a newer node adds is skipped) {
  auto bytes = encode({"r1", disconnect_command{"r2-7", close_code::too_many_connections}});
  bytes.insert(1, R"("epoch":[1,{"v":2}],)");
  bytes.insert(bytes.size() - 1, R"(,"after_ms":500)");
  auto x = read<disconnect_command>(bytes);
  CAF_CHECK_EQUAL(x.connection, "r2-7");
  CAF_CHECK(x.why == close_code::too_many_connections);
}

CAF_TEST(an answer that cannot be sent is an error) {
  CAF_CHECK_EQUAL(answer_in(answer_with("{\"a\":")), R"({"error":"internal"})");
  CAF_CHECK_EQUAL(answer_in(answer_with("1},{\"x\":1")), R"({"error":"internal"})");
  CAF_CHECK_EQUAL(answer_in(answer_with("1,\"run\":\"r2\"")), R"({"error":"internal"})");
  CAF_CHECK_EQUAL(answer_in(answer_with("\"\xff\"")), R"({"error":"internal"})");
  auto most = '"' + std::string(max_response_bytes - 2, 'x') + '"';
  CAF_CHECK_EQUAL(answer_in(answer_with(most)), most);
  CAF_CHECK_EQUAL(answer_in(answer_with(most + ' ')), R"({"error":"too_large"})");
}

CAF_TEST(newer versions and types are told from what is broken) {
  CAF_CHECK(is(error::unknown, R"({"v":2,"type":"disconnect"})"));
  CAF_CHECK(is(error::unknown, R"({"v":1,"type":"shout","id":1})"));
  for (auto broken : {
         "",
         "null",
         "[]",
         "{}",
         "\xff",
         R"({"v":"1"})",
         R"({"v":1})",
         R"({"v":1,"type":"survey_request"})",
         R"({"v":1,"type":"survey_request","id":-1,"run":"r","kind":"k","name":"n"})",
         R"({"v":1,"type":"survey_request","id":1,"run":"","kind":"k","name":"n"})",
         R"({"v":1,"type":"survey_request","id":1,"run":"r","kind":1,"name":"n"})",
         R"({"v":1,"type":"survey_response","id":1,"run":"r","node":"n"})",
         R"({"v":1,"type":"survey_response","id":1,"node":"n","body":1})",
         R"({"v":1,"type":"survey_response","id":1,"run":"r","node":"n","body":1)",
         R"({"v":1,"type":"disconnect","run":"r","connection":"c-1"})",
         R"({"v":1,"type":"disconnect","run":"r","connection":"","code":4004})",
         R"({"v":1,"type":"probe_request","run":"r","connection":"c-1"})",
         R"({"v":1,"type":"probe_response","run":"r","connection":"c-1","asker":"d-1"})",
         R"({"v":1,"type":"probe_response","run":"r","connection":"c","asker":"d","alive":1})",
       })
    CAF_CHECK(is(error::malformed, broken));
}

CAF_TEST(packets that are too long are not even read) {
  survey_request x{1, {"room", std::string(max_survey_bytes, 'x')}};
  CAF_CHECK(is(error::malformed, encode({"r1", x})));
  auto longest = '"' + std::string(max_response_bytes + 10'000, 'x') + '"';
  CAF_CHECK(is(error::malformed, encode({"r", survey_response{1, "n", longest}})));
}

CAF_TEST(only a request of a room may be as long as a message) {
  constexpr std::size_t longest = 2 * max_response_bytes;
  room_request x{"table:1", 1, 1, 1, room_request::kind::publish};
  x.data = '"' + std::string(longest - 2, 'x') + '"';
  auto bytes = encode({"r1", x});
  CAF_CHECK(std::holds_alternative<control_packet>(decode_control_packet(bytes, longest)));
  CAF_CHECK(is(error::malformed, bytes));
  auto fits = [&](const std::string& what) {
    return std::holds_alternative<control_packet>(decode_control_packet(what, longest));
  };
  CAF_CHECK(fits(std::string(envelope_overhead / 2, ' ').insert(0, bytes)));
  CAF_CHECK(!fits(std::string(envelope_overhead, ' ').insert(0, bytes)));
  auto other = encode({"r1", survey_request{1, {"room", "x"}}});
  CAF_CHECK(fits(other));
  CAF_CHECK(!fits(std::string(longest, ' ').insert(0, other)));
}

CAF_TEST(damaged packets never throw) {
  std::minstd_rand random{1};
  auto pick = [&](std::size_t n) { return std::size_t{random()} % n; };
  const std::string good[] = {encode({"r1", survey_request{1, {"room", "lobby"}}}),
                              answer_with("{\"a\":1}"), encode({"r1", disconnect_command{"r2-7"}}),
                              encode({"r1", probe_response{"r2-7", "r1-3", true}}),
                              encode({"r1", room_request{"table:1", 1, 2, 1}})};
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 20'000; ++i) {
    auto bytes = good[i % std::size(good)];
    for (auto n = 1 + pick(4); n > 0; --n)
      bytes[pick(bytes.size())] = static_cast<char>(random());
    bytes.resize(pick(4) == 0 ? pick(bytes.size()) : bytes.size());
    auto x = decode_control_packet(bytes);
    refused += std::holds_alternative<error>(x) ? 1U : 0U;
    // What is accepted can be sent on.
    if (auto* y = std::get_if<control_packet>(&x))
      CAF_CHECK(std::holds_alternative<control_packet>(decode_control_packet(encode(*y))));
  }
  CAF_CHECK(refused > 10'000);
}
