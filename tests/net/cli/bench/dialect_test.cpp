#define CAF_SUITE dialect_test

#include "atrium/net/cli/bench/dialect.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::bench;

namespace {

void check(protocol speaks, signal expected, std::string_view text) {
  if (make_dialect(speaks)->classify(text) != expected)
    CAF_ERROR("misunderstood: " << text);
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
  check(it, signal::none, R"({"type":")");
  check(it, signal::none, "");
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

CAF_TEST(a_user_is_added_to_the_path) {
  auto it = make_dialect(protocol::atrium);
  CAF_CHECK_EQUAL(it->target("/ws", "a"), "/ws?user=a");
  CAF_CHECK_EQUAL(it->target("/ws?token=t", "a"), "/ws?token=t&user=a");
}

CAF_TEST(what_a_server_cannot_do_has_no_request) {
  CAF_CHECK_EQUAL(make_dialect(protocol::floor)->leave("r"), "");
  CAF_CHECK_EQUAL(make_dialect(protocol::socketio)->send("u", "1"), "");
  CAF_CHECK_EQUAL(make_dialect(protocol::centrifuge)->broadcast("1"), "");
  CAF_CHECK(!make_dialect(protocol::atrium)->broadcast("1").empty());
}
