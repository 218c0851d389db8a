#define CAF_SUITE dialect_test

#include "atrium/net/cli/bench/make_dialect.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::bench;

namespace {

void check(protocol speaks, signal expected, std::string_view text) {
  if (make_dialect(speaks)->classify(text) != expected)
    CAF_ERROR("misunderstood: " << text);
}

void check_position(const dialect& it, std::string_view joined, const std::string& epoch,
                    std::uint64_t offset) {
  auto got = it.position_of(joined);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(got->epoch, epoch);
  CAF_CHECK_EQUAL(got->offset, offset);
}

} // namespace

CAF_TEST(atrium_is_understood) {
  auto it = protocol::atrium;
  check(it, signal::ready, R"({"type":"welcome","protocol":1})");
  check(it, signal::joined, R"({"type":"joined","id":1,"room":"r"})");
  check(it, signal::left, R"({"type":"left","id":1,"room":"r"})");
  check(it, signal::message, R"({"type":"message","v":1,"data":"x"})");
  check(it, signal::failed, R"({"type":"error","code":"bad_json"})");
  check(it, signal::none, R"({"type":"published","id":1})");
  check(it, signal::told, R"({"type":"presence","id":1,"room":"r"})");
  check(it, signal::told, R"({"type":"presence_event","room":"r"})");
  check(it, signal::none, R"({"type":")");
  check(it, signal::none, "");
}

CAF_TEST(atrium_says_who_is_in_a_room) {
  auto it = make_dialect(protocol::atrium);
  auto answer = R"({"type":"presence","id":1,"room":"r","present":12,"users":[]})";
  auto event = R"({"type":"presence_event","room":"r","event":"leave","user":"a","present":3})";
  CAF_CHECK(it->present_in(answer) == 12U);
  CAF_CHECK(it->present_in(R"({"type":"presence","id":1,"room":"r","present":7})") == 7U);
  CAF_CHECK(!it->present_in(event));
  CAF_CHECK_EQUAL(it->change_in(event).what, "leave");
  CAF_CHECK_EQUAL(it->change_in(event).user, "a");
  CAF_CHECK(it->change_in(answer).what.empty());
  CAF_CHECK(make_dialect(protocol::floor)->who_is_in("r").empty());
}

CAF_TEST(the_floor_is_understood) {
  check(protocol::floor, signal::joined, "room");
  check(protocol::floor, signal::message, R"("@data")");
  CAF_CHECK(!make_dialect(protocol::floor)->welcomes());
}

CAF_TEST(socketio_is_understood) {
  auto it = protocol::socketio;
  check(it, signal::none, R"(0{"sid":"a"})");
  check(it, signal::ready, R"(40{"sid":"b"})");
  check(it, signal::joined, "431[]");
  check(it, signal::left, "432[]");
  check(it, signal::message, R"(42["message",{"data":"x"}])");
  check(it, signal::failed, R"(44{"message":"no"})");
  check(it, signal::ping, "2");
  CAF_CHECK_EQUAL(make_dialect(it)->pong(), "3");
}

CAF_TEST(centrifuge_is_understood) {
  auto it = protocol::centrifuge;
  check(it, signal::ready, R"({"id":1,"connect":{"client":"c"}})");
  check(it, signal::joined, R"({"id":2,"subscribe":{}})");
  check(it, signal::left, R"({"id":3,"unsubscribe":{}})");
  check(it, signal::none, R"({"id":4,"publish":{}})");
  check(it, signal::message, R"({"push":{"channel":"r","pub":{"data":"x"}}})");
  check(it, signal::none, R"({"push":{"channel":"r","join":{}}})");
  check(it, signal::failed, R"({"id":2,"error":{"code":103}})");
  check(it, signal::ping, "{}");
  CAF_CHECK(make_dialect(it)->packs_lines());
}

CAF_TEST(pusher_is_understood) {
  auto it = protocol::pusher;
  check(it, signal::ready, R"({"event":"pusher:connection_established","data":"{}"})");
  check(it, signal::joined, R"({"event":"pusher_internal:subscription_succeeded","data":"{}"})");
  check(it, signal::message, R"({"event":"client-message","channel":"private-r","data":"@x"})");
  check(it, signal::failed, R"({"event":"pusher:error","data":{"code":4009}})");
  check(it, signal::failed, R"({"event":"pusher:subscription_error","channel":"private-r"})");
  check(it, signal::none, R"({"event":"pusher:pong","data":{}})");
  check(it, signal::none, "{}");
  check(it, signal::ping, R"({"event":"pusher:ping"})");
  CAF_CHECK(!make_dialect(it)->echoes() && make_dialect(protocol::atrium)->echoes());
}

CAF_TEST(pusher_wants_a_signature_for_each_connection) {
  auto it = make_dialect(protocol::pusher);
  auto welcome = R"({"event":"pusher:connection_established",)"
                 R"("data":"{\"socket_id\":\"1234.5678\",\"activity_timeout\":120}"})";
  // printf 1234.5678:private-room | openssl dgst -sha256 -hmac bench
  CAF_CHECK_EQUAL(it->join("room", welcome),
                  R"({"event":"pusher:subscribe","data":{"channel":"private-room","auth":"bench:)"
                  R"(f6837d3e982afe7ed6d0f98ab23a909501be5e627ff3c59d3b258e2faab67e78"}})");
  CAF_CHECK_EQUAL(it->publish("room", R"("@1")"),
                  R"({"event":"client-message","channel":"private-room","data":"@1"})");
}

CAF_TEST(atrium_tells_places_in_a_history) {
  auto it = make_dialect(protocol::atrium);
  CAF_CHECK_EQUAL(it->place_of(R"({"type":"message","offset":12,"v":1,"data":"x"})").offset, 12U);
  auto jump = it->place_of(R"({"type":"message","offset":12,"previous":7,"v":1,"data":"x"})");
  CAF_CHECK(jump.offset == 12 && jump.previous == 7);
  CAF_CHECK_EQUAL(it->place_of(R"({"type":"message","offset":12,"v":1,"data":"x"})").previous, 11U);
  CAF_CHECK_EQUAL(it->place_of(R"({"type":"message","v":1,"data":{"offset":3}})").offset, 0U);
  auto joined = R"({"type":"joined","id":1,"room":"r","epoch":"a1","offset":7,"recovered":true})";
  check_position(*it, joined, "a1", 7);
  CAF_CHECK(!it->is_lost(joined));
  CAF_CHECK(it->is_lost(R"({"type":"joined","room":"r","epoch":"a","recovered":false})"));
  CAF_CHECK(!it->position_of(R"({"type":"joined","id":1,"room":"r"})"));
  CAF_CHECK(it->missed_in(joined).empty());
  CAF_CHECK_EQUAL(it->rejoin("r", {"a1", 7}), R"({"type":"join","id":1,"room":"r",)"
                                              R"("since":{"epoch":"a1","offset":7}})");
}

CAF_TEST(centrifuge_tells_places_in_a_history) {
  auto it = make_dialect(protocol::centrifuge);
  CAF_CHECK_EQUAL(it->place_of(R"({"push":{"channel":"r","pub":{"data":"x","offset":12}}})").offset,
                  12U);
  auto first = R"({"id":2,"subscribe":{"recoverable":true,"epoch":"xY","positioned":true}})";
  check_position(*it, first, "xY", 0);
  auto joined = R"({"id":2,"subscribe":{"recoverable":true,"epoch":"xY","publications":[)"
                R"({"data":"@1","offset":8},{"data":"@2","info":{"user":""},"offset":9}],)"
                R"("recovered":true,"offset":7,"positioned":true,"was_recovering":true}})";
  check_position(*it, joined, "xY", 7);
  CAF_CHECK(!it->is_lost(joined));
  CAF_CHECK(it->is_lost(R"({"id":2,"subscribe":{"epoch":"z","was_recovering":true}})"));
  auto missed = it->missed_in(joined);
  CAF_REQUIRE_EQUAL(missed.size(), 2U);
  CAF_CHECK(missed[0].starts_with(R"({"data":"@1")") && missed[1].starts_with(R"({"data":"@2")"));
  CAF_CHECK_EQUAL(it->place_of(missed[0]).offset, 8U);
  CAF_CHECK(it->missed_in(first).empty());
  CAF_CHECK_EQUAL(it->rejoin("r", {"xY", 7}), R"({"id":2,"subscribe":{"channel":"r",)"
                                              R"("recover":true,"epoch":"xY","offset":7}})");
}

CAF_TEST(a_user_is_added_to_the_path) {
  auto it = make_dialect(protocol::atrium);
  CAF_CHECK_EQUAL(it->target("/ws", "a"), "/ws?user=a");
  CAF_CHECK_EQUAL(it->target("/ws?token=t", "a"), "/ws?token=t&user=a");
}

CAF_TEST(what_a_server_cannot_do_has_no_request) {
  CAF_CHECK_EQUAL(make_dialect(protocol::floor)->leave("r"), "");
  CAF_CHECK_EQUAL(make_dialect(protocol::pusher)->leave("r"), "");
  CAF_CHECK_EQUAL(make_dialect(protocol::socketio)->send("u", "1"), "");
  CAF_CHECK_EQUAL(make_dialect(protocol::socketio)->rejoin("r", {}), "");
  CAF_CHECK_EQUAL(make_dialect(protocol::centrifuge)->broadcast("1"), "");
  CAF_CHECK(!make_dialect(protocol::atrium)->broadcast("1").empty());
}
