#define CAF_SUITE channel_feed_test

#include "atrium/actors/delivery/channel_feed.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/broker/presence_packet.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

shared_bytes bytes(const std::string& x) {
  return std::make_shared<const std::string>(x);
}

shared_bytes message(const std::string& event_id) {
  envelope x;
  x.event_id = event_id;
  x.target = "lobby";
  x.time = unix_time{5ms};
  x.data = "1";
  return bytes(encode_packet(x, false, "run"));
}

shared_bytes notes_of(std::uint64_t token) {
  return bytes(encode_notes({token, {{room_note::kind::gone}}}));
}

struct fixture {
  fixture() {
    env->limits.edit().presence.add("lobby");
  }

  std::vector<incoming> decode(std::vector<shared_bytes> batch) {
    return feed.decode({std::move(batch), {}}, *env);
  }

  std::shared_ptr<environment> env = std::make_shared<environment>();
  channel_feed feed;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_feed_tests, fixture)

CAF_TEST(a batch is parted by what it is about) {
  presence_change join{presence_change::kind::join, "ann", 3, unix_time{5ms}};
  auto messages = decode(
    {notes_of(5), message("a"), bytes(encode_presence("lobby", join)), message("b"), notes_of(6)});
  CAF_REQUIRE_EQUAL(messages.size(), 2U);
  CAF_CHECK_EQUAL(messages[0].content->about().event_id, "a");
  CAF_CHECK_EQUAL(messages[1].content->about().event_id, "b");
  auto notes = feed.notes();
  CAF_REQUIRE_EQUAL(notes.size(), 2U);
  CAF_CHECK_EQUAL(notes[0].token, 5U);
  CAF_CHECK_EQUAL(notes[1].token, 6U);
  CAF_REQUIRE_EQUAL(notes[0].notes.size(), 1U);
  CAF_CHECK(notes[0].notes[0].what == room_note::kind::gone);
  CAF_CHECK_EQUAL(feed.events().size(), 1U);
  CAF_CHECK_EQUAL(feed.decoded(), 2U);
  CAF_CHECK_EQUAL(feed.malformed(), 0U);
}

CAF_TEST(notes are told once and only of the latest batch) {
  decode({notes_of(5)});
  CAF_CHECK_EQUAL(feed.notes().size(), 1U);
  CAF_CHECK_EQUAL(feed.notes().size(), 0U);
  decode({notes_of(6)});
  decode({message("a")});
  CAF_CHECK_EQUAL(feed.notes().size(), 0U);
}

CAF_TEST(notes that make no sense are counted) {
  decode(
    {bytes(R"(0:{"type":"room_notes","token":5,"notes":[{"what":"accepted"}]})"), notes_of(6)});
  CAF_CHECK_EQUAL(feed.malformed(), 1U);
  CAF_CHECK_EQUAL(env->delivery_counts->malformed_packets.load(), 1U);
  CAF_CHECK_EQUAL(feed.notes().size(), 1U);
}

CAF_TEST_FIXTURE_SCOPE_END()
