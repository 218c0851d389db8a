#define CAF_SUITE key_slot_test

#include "atrium/broker/redis/cluster/key_slot.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

CAF_TEST(slots are those of the cluster specification) {
  CAF_CHECK_EQUAL(key_slot("123456789"), 12'739U); // 0x31C3
  CAF_CHECK_EQUAL(key_slot(""), 0U);
  CAF_CHECK_EQUAL(key_slot("foo"), 12'182U);
  CAF_CHECK_EQUAL(key_slot("{prod:ws:acme:room:general}"), 6'372U);
  CAF_CHECK_EQUAL(key_slot("{prod:ws:acme:room:general}:h"), 6'372U);
  CAF_CHECK_EQUAL(key_slot("{prod:ws:acme:room:%7Bx%7D}"), 9'644U);
  CAF_CHECK_EQUAL(key_slot("{prod:ws:acme:room:日本語}:h"), 5'238U);
}

CAF_TEST(only the first pair of braces with something between counts) {
  CAF_CHECK_EQUAL(key_slot("a{foo}b{bar}"), key_slot("foo"));
  CAF_CHECK_EQUAL(key_slot("{{foo}}"), key_slot("{foo"));
  CAF_CHECK_NOT_EQUAL(key_slot("{}foo"), key_slot("foo"));
  CAF_CHECK_NOT_EQUAL(key_slot("{}{foo}"), key_slot("foo"));
  CAF_CHECK_NOT_EQUAL(key_slot("{foo"), key_slot("foo"));
  CAF_CHECK_NOT_EQUAL(key_slot("}foo{"), key_slot("foo"));
}
