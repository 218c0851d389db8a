#define CAF_SUITE hook_error_test

#include "atrium/actors/room/hook_error.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

CAF_TEST(a part of a message is a quote and a word of the logic is none) {
  CAF_CHECK(quotes("stack 5: unexpected 'very secret wo", "{\"a\":\"a very secret word\"}"));
  CAF_CHECK(quotes("no 12345", "[12345]"));
  CAF_CHECK(quotes("bad: he said \\\"hi\\\"", R"("he said \"hi\"")"));
  CAF_CHECK(!quotes("amount is missing", "{\"amount\":null,\"n\":1}"));
  CAF_CHECK(!quotes("stod", "{\"amount\" : \"x\"}"));
  CAF_CHECK(!quotes("anything", ""));
  CAF_CHECK(!quotes("anything", "\""));
}
