#define CAF_SUITE publication_test

#include "atrium/actors/publication.hpp"

#include "caf/test/unit_test.hpp"

#include <atomic>
#include <latch>
#include <thread>

using namespace atrium;
using namespace std::literals;

namespace {

/// Counts how often it is asked.
struct counting_encoder final : message_encoder {
  std::string encode(const publication& x) const override {
    ++count;
    return "<" + std::string{x.about().event_id} + ">";
  }

  mutable std::atomic<int> count = 0;
};

envelope to(scope whom) {
  envelope result;
  result.event_id = "e";
  result.to = whom;
  result.target = whom == scope::all ? "" : "lobby";
  result.from = sender{"ann", "run-1"};
  result.time = unix_time{5ms};
  result.data = "[1]";
  return result;
}

publication_ptr received(const envelope& x, bool skip_sender) {
  auto bytes = std::make_shared<const std::string>(encode_packet(x, skip_sender));
  auto read = decode_packet(*bytes);
  CAF_REQUIRE(std::holds_alternative<packet>(read));
  return std::make_shared<const publication>(bytes, std::get<packet>(read));
}

} // namespace

CAF_TEST(a message from the bus is what was published) {
  auto x = received(to(scope::room), true);
  CAF_CHECK_EQUAL(x->about().event_id, "e");
  CAF_CHECK_EQUAL(x->about().target, "lobby");
  CAF_CHECK_EQUAL(x->data(), "[1]"sv);
  CAF_CHECK_EQUAL(std::string{x->json()}, to_json(to(scope::room)));
  CAF_CHECK_EQUAL(x->size(), x->json().size());
  CAF_CHECK_EQUAL(x->skipped(), "run-1"sv);
  CAF_CHECK_EQUAL(received(to(scope::room), false)->skipped(), ""sv);
}

CAF_TEST(a message of the node itself has the same parts) {
  publication x{to(scope::user)};
  CAF_CHECK_EQUAL(std::string{x.json()}, to_json(to(scope::user)));
  CAF_CHECK_EQUAL(x.data(), "[1]"sv);
  CAF_CHECK_EQUAL(x.skipped(), ""sv);
}

CAF_TEST(data is found where others have put it) {
  auto bytes = std::make_shared<const std::string>(
    R"(0:{"data":{"a":1},"type":"message","v":1,"event_id":"e","scope":"all","ts":5})");
  auto read = decode_packet(*bytes);
  CAF_REQUIRE(std::holds_alternative<packet>(read));
  publication x{bytes, std::get<packet>(read)};
  CAF_CHECK_EQUAL(x.data(), R"({"a":1})"sv);
}

CAF_TEST(each encoder is asked once and only when somebody needs it) {
  auto x = received(to(scope::room), false);
  counting_encoder first;
  counting_encoder second;
  counting_encoder nobodys;
  std::latch start{4};
  std::vector<std::thread> lanes;
  std::vector<std::string> seen(4);
  for (std::size_t i = 0; i < 4; ++i)
    lanes.emplace_back([&, i] {
      start.arrive_and_wait();
      auto content = delivery::to_room(*x, 7, outbox_policy::drop_oldest);
      for (int member = 0; member < 100; ++member)
        for (auto* by : {&first, &second})
          seen[i] += content.encoded_by(*by).bytes();
    });
  for (auto& lane : lanes)
    lane.join();
  CAF_CHECK_EQUAL(first.count.load(), 1);
  CAF_CHECK_EQUAL(second.count.load(), 1);
  CAF_CHECK_EQUAL(nobodys.count.load(), 0);
  for (auto& text : seen)
    CAF_CHECK_EQUAL(text.size(), 600U);
}

CAF_TEST(all members of a lane share one block) {
  auto x = received(to(scope::room), false);
  counting_encoder by;
  auto here = delivery::to_all(*x);
  auto there = delivery::to_all(*x);
  CAF_CHECK(here.encoded_by(by).bytes().data() == here.encoded_by(by).bytes().data());
  CAF_CHECK(here.encoded_by(by).bytes().data() == there.encoded_by(by).bytes().data());
}

CAF_TEST(a message of a room says what is missed without it) {
  counting_encoder by;
  auto x = received(to(scope::room), false);
  auto content = delivery::to_room(*x, 7, outbox_policy::drop_oldest);
  auto& encoded = content.encoded_by(by);
  CAF_CHECK_EQUAL(encoded.topic(), 7U);
  CAF_CHECK(encoded.policy() == outbox_policy::drop_oldest);
  CAF_REQUIRE(encoded.missed() != nullptr);
  CAF_CHECK_EQUAL(encoded.missed()->room, "lobby");
  CAF_CHECK(encoded.missed()->from == unix_time{5ms});
  CAF_CHECK(encoded.missed()->to == unix_time{5ms});
  auto others = received(to(scope::user), false);
  CAF_CHECK(delivery::to_one(*others).encoded_by(by).missed() == nullptr);
}
