#define CAF_SUITE presence_packet_test

#include "atrium/broker/presence_packet.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;
using namespace std::chrono_literals;

using kind = presence_change::kind;

CAF_TEST(what is written is read again) {
  for (auto what : {kind::join, kind::leave, kind::count}) {
    presence_change x{what, what == kind::count ? "" : "an\"n/\xc3\xa4", 3, unix_time{12ms}};
    auto packet = encode_presence("a \"room\"", x);
    CAF_CHECK(is_presence(packet));
    auto read = decode_presence(packet);
    CAF_REQUIRE(read);
    CAF_CHECK_EQUAL(read->room, "a \"room\"");
    CAF_CHECK(read->change.what == what);
    CAF_CHECK_EQUAL(read->change.user, x.user);
    CAF_CHECK_EQUAL(read->change.present, 3u);
    CAF_CHECK(read->change.time == x.time);
  }
}

CAF_TEST(clients get what stands behind the header) {
  auto packet = encode_presence("r", {kind::join, "ann", 1, unix_time{7ms}});
  auto read = decode_presence(packet);
  CAF_REQUIRE(read);
  std::string expected = R"({"type":"presence_event","room":"r","event":"join",)"
                         R"("user":"ann","present":1,"ts":7})";
  CAF_CHECK_EQUAL(std::string{read->json}, expected);
}

CAF_TEST(nothing is taken on trust) {
  std::string begin = R"(0:{"type":"presence_event","room":"r",)";
  for (std::string rest : {
         R"("event":"joins","user":"a","present":1,"ts":7})",
         R"("event":"join","user":"","present":1,"ts":7})",
         R"("event":"join","present":1,"ts":7})",
         R"("event":"join","user":5,"present":1,"ts":7})",
         R"("event":"leave","user":"a","present":-1,"ts":7})",
         R"("event":"leave","user":"a","present":1.5,"ts":7})",
         R"("event":"count","present":1})",
         R"("event":"count","present":1,"ts":9223372036854775808})",
         R"("event":"count","present":1,"ts":7},)",
         R"("event":"count","present":1,"ts":7)",
         R"("event":"count","present":1,"ts":7,"type":"message"})",
         "\"event\":\"join\",\"user\":\"\xff\",\"present\":1,\"ts\":7}",
       })
    CAF_CHECK(!decode_presence(begin + rest));
  CAF_CHECK(!decode_presence(R"(0:{"type":"presence_event","event":"count","present":0,"ts":7})"));
  CAF_CHECK(decode_presence(begin + R"("event":"count","present":0,"ts":7,"new":[1]})"));
}

CAF_TEST(messages are none) {
  for (auto* x : {"", "0:", R"(0:{"type":"message"})", R"(1:{"type":"presence_event"})"}) {
    CAF_CHECK(!is_presence(x));
    CAF_CHECK(!decode_presence(x));
  }
}
