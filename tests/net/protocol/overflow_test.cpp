#define CAF_SUITE overflow_test

#include "atrium/net/protocol/overflow.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

frame message(frame::topic_number number, const std::string& room, int time) {
  return frame::text(R"({"type":"message","room":")" + room + R"(","ts":)" + std::to_string(time)
                     + R"(,"data":{"ts":1}})")
    .of_room(number, outbox_policy::drop_oldest);
}

std::vector<std::string> texts(const std::vector<frame>& frames) {
  std::vector<std::string> result;
  for (auto& x : frames)
    result.emplace_back(x.payload());
  return result;
}

std::string gap_text(const std::string& room, int from, int to) {
  return R"({"type":"gap","scope":"room","room":")" + room + R"(","from_ts":)"
         + std::to_string(from) + R"(,"to_ts":)" + std::to_string(to) + "}";
}

using lines = std::vector<std::string>;

} // namespace

CAF_TEST(each room has one gap over all that was dropped) {
  auto gaps = gaps_left_by({message(1, "a", 5), message(2, "b", 6), message(1, "a", 9)});
  CAF_CHECK_EQUAL(texts(gaps), (lines{gap_text("a", 5, 9), gap_text("b", 6, 6)}));
}

CAF_TEST(a gap that is dropped lives on in the next) {
  auto first = gaps_left_by({message(1, "a", 5), message(1, "a", 7)});
  CAF_REQUIRE_EQUAL(first.size(), 1U);
  CAF_CHECK(first.front().policy() == outbox_policy::drop_oldest);
  auto second = gaps_left_by({first.front(), message(1, "a", 12)});
  CAF_CHECK_EQUAL(texts(second), lines{gap_text("a", 5, 12)});
}

CAF_TEST(names are told as they were) {
  auto gaps = gaps_left_by({message(1, R"(\u00e9\"{)", 5)});
  CAF_CHECK_EQUAL(texts(gaps), lines{gap_text("\u00e9\\\"{", 5, 5)});
}

CAF_TEST(nothing dropped is no gap) {
  CAF_CHECK(gaps_left_by({}).empty());
}
