#define CAF_SUITE overflow_test

#include "atrium/net/protocol/overflow.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

using lines = std::vector<std::string>;

frame message(frame::topic_number number, const std::string& room, int from, int to) {
  auto at = [](int ms) { return unix_time{std::chrono::milliseconds{ms}}; };
  return frame{"message", {room, at(from), at(to)}}.of_room(number, outbox_policy::drop_oldest);
}

frame message(frame::topic_number number, const std::string& room, int time) {
  return message(number, room, time, time);
}

lines texts(const std::vector<room_gap>& gaps) {
  lines result;
  for (auto& x : gaps)
    result.push_back(std::to_string(x.topic) + ' ' + x.missed.room + ' '
                     + std::to_string(x.missed.from.time_since_epoch().count()) + '-'
                     + std::to_string(x.missed.to.time_since_epoch().count()));
  return result;
}

} // namespace

CAF_TEST(each room has one gap over all that was dropped) {
  auto gaps = gaps_left_by({message(1, "a", 5), message(2, "b", 6), message(1, "a", 9)});
  CAF_CHECK_EQUAL(texts(gaps), (lines{"1 a 5-9", "2 b 6-6"}));
}

CAF_TEST(a gap that is dropped lives on in the next) {
  auto gaps = gaps_left_by({message(1, "a", 5, 7), message(1, "a", 12)});
  CAF_CHECK_EQUAL(texts(gaps), lines{"1 a 5-12"});
}

CAF_TEST(what is no message of a room leaves no gap) {
  CAF_CHECK(gaps_left_by({frame{"pong"}}).empty());
}

CAF_TEST(nothing dropped is no gap) {
  CAF_CHECK(gaps_left_by({}).empty());
}
