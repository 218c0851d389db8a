#define CAF_SUITE room_request_text_test

#include "atrium/actors/cluster/control_packet.hpp"

#include "caf/test/unit_test.hpp"

#include <optional>
#include <string>

using namespace atrium;

using kind = room_request::kind;

namespace {

constexpr std::uint64_t last_exact = (std::uint64_t{1} << 53) - 1;

std::optional<room_request> read(const std::string& bytes) {
  auto decoded = decode_control_packet(bytes);
  auto* packet = std::get_if<control_packet>(&decoded);
  auto* x = packet ? std::get_if<room_request>(&packet->what) : nullptr;
  return x ? std::optional{*x} : std::nullopt;
}

// A request of run r1 with these members, as another program would write it.
std::optional<room_request> read_members_of(const std::string& members) {
  return read(R"({"v":1,"type":"room_request","run":"r1",)" + members + '}');
}

room_request publication_of(kind what) {
  room_request x{"table \"1\"", 4, last_exact, 3, what};
  x.user = "ann \u00fc";
  x.connection = "r1-7";
  x.data = R"({"bid": 1e999})";
  x.event_id = "e-1";
  x.trace_id = "t-1";
  x.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  x.echo = false;
  x.is_chosen_id = true;
  x.token = last_exact - 1;
  x.info = std::make_shared<const std::string>(R"({"level": 7})");
  return x;
}

} // namespace

CAF_TEST(a request is read as it was written) {
  for (auto what : {kind::hello, kind::join, kind::leave, kind::publish, kind::skip, kind::bye}) {
    auto x = publication_of(what);
    auto y = read(encode({"r1", x}));
    CAF_REQUIRE(y);
    CAF_CHECK(y->what == what);
    CAF_CHECK_EQUAL(y->room, x.room);
    CAF_CHECK_EQUAL(y->stream, 4U);
    CAF_CHECK_EQUAL(y->number, last_exact);
    CAF_CHECK_EQUAL(y->first, 3U);
    CAF_CHECK_EQUAL(y->token, last_exact - 1);
    CAF_CHECK_EQUAL(y->user, x.user);
    CAF_CHECK_EQUAL(y->connection, x.connection);
    CAF_CHECK_EQUAL(y->data, x.data);
    CAF_CHECK_EQUAL(y->event_id, x.event_id);
    CAF_CHECK_EQUAL(y->trace_id, x.trace_id);
    CAF_CHECK_EQUAL(y->traceparent, x.traceparent);
    CAF_CHECK(!y->echo && y->is_chosen_id);
    CAF_REQUIRE(y->info);
    CAF_CHECK_EQUAL(*y->info, *x.info);
  }
}

CAF_TEST(what is empty is left out) {
  CAF_CHECK_EQUAL(encode({"r1", room_request{"r", 4, 0, 1}}),
                  R"({"v":1,"type":"room_request","run":"r1","kind":"hello","room":"r",)"
                  R"("stream":4,"number":0,"first":1})");
  auto x = read_members_of(R"("kind":"bye","room":"r","stream":4,"number":0,"first":0)");
  CAF_REQUIRE(x);
  CAF_CHECK(x->user.empty() && x->connection.empty() && x->data.empty() && x->event_id.empty());
  CAF_CHECK(x->echo && !x->is_chosen_id && !x->info);
}

CAF_TEST(what a newer node adds is skipped) {
  CAF_CHECK(
    read_members_of(R"("kind":"skip","room":"r","stream":4,"number":2,"first":1,"to":[1])"));
}

CAF_TEST(a request needs its place) {
  auto skip = [](const std::string& place) {
    return read_members_of(R"("kind":"skip","room":"r",)" + place).has_value();
  };
  CAF_CHECK(skip(R"("stream":0,"number":1,"first":1)"));
  CAF_CHECK(skip(R"("stream":9007199254740991,"number":9007199254740991,"first":1)"));
  for (auto* place :
       {R"("number":1,"first":1)", R"("stream":1,"first":1)", R"("stream":1,"number":1)",
        R"("stream":1,"number":0,"first":0)", R"("stream":1,"number":1,"first":2)",
        R"("stream":-1,"number":1,"first":1)", R"("stream":1,"number":1.5,"first":1)",
        R"("stream":9007199254740992,"number":1,"first":1)",
        R"("stream":1,"number":9007199254740992,"first":1)",
        R"("stream":1,"number":9007199254740992,"first":9007199254740992)",
        R"("stream":1,"number":1,"first":1,"token":9007199254740992)"})
    CAF_CHECK(!skip(place));
}

CAF_TEST(each kind needs its members) {
  auto sound = [](const std::string& rest) {
    return read_members_of(R"("room":"r","stream":1,"number":1,"first":1,"kind":)" + rest)
      .has_value();
  };
  CAF_CHECK(sound(R"("join","user":"ann","connection":"r1-7")"));
  CAF_CHECK(sound(R"("leave","connection":"r1-7")"));
  CAF_CHECK(sound(R"("publish","data":1)"));
  CAF_CHECK(sound(R"("publish","user":"","connection":"","data":null)"));
  CAF_CHECK(sound(R"("publish","user":"ann","connection":"r1-7","data":1)"));
  for (auto* rest :
       {R"("dance")", R"(1)", R"("join")", R"("join","user":"ann")",
        R"("join","connection":"r1-7")", R"("leave")", R"("leave","user":"ann")", R"("publish")",
        R"("publish","connection":"r1-7","data":1)", R"("publish","user":7,"data":1)",
        R"("publish","event_id":"a b","data":1)", R"("publish","event_id":7,"data":1)",
        R"("publish","trace_id":"a b","data":1)", R"("publish","user":"a\u0000","data":1)",
        R"("publish","data":)", R"("publish","data":1,"info":{"a"})"})
    CAF_CHECK(!sound(rest));
  auto name = std::string(129, 'a');
  CAF_CHECK(!sound(R"("leave","connection":")" + name + '"'));
  CAF_CHECK(!sound(R"("join","connection":"r1-7","user":")" + name + '"'));
}

CAF_TEST(the room and the run have to be some) {
  auto rest = std::string{R"("kind":"hello","stream":1,"number":0,"first":0)"};
  CAF_CHECK(read_members_of(rest + R"(,"room":"r")"));
  CAF_CHECK(!read_members_of(rest));
  CAF_CHECK(!read_members_of(rest + R"(,"room":"")"));
  CAF_CHECK(!read_members_of(rest + R"(,"room":7)"));
  // The last one counts.
  CAF_CHECK(read_members_of(rest + R"(,"room":"r","run":"k3j2h1")"));
  CAF_CHECK(!read_members_of(rest + R"(,"room":"r","run":"R1")"));
  CAF_CHECK(!read_members_of(rest + R"(,"room":"r","run":"r.1")"));
}

CAF_TEST(a malformed traceparent counts as missing) {
  auto x = publication_of(kind::publish);
  x.traceparent = "zz-1";
  auto y = read(encode({"r1", x}));
  CAF_REQUIRE(y);
  CAF_CHECK_EQUAL(y->traceparent, "");
}
