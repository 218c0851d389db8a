#define CAF_SUITE inbox_test

#include "atrium/actors/delivery/publisher.hpp"

#include "support/inbox_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(inbox_tests, inbox_fixture)

CAF_TEST(a durable message is kept before it is answered) {
  auto ann = connect("ann");
  ann.out->take();
  send(ann, "bob", "1");
  CAF_REQUIRE_EQUAL(box->kept.size(), 1U);
  CAF_CHECK_EQUAL(ann.out->inbox_id, "1-0");
  CAF_CHECK(ann.out->seen == lines{"accepted 7"});
  CAF_CHECK(box->kept[0].packet->find("\"user\":\"bob\"") != std::string::npos);
}

CAF_TEST(a message that is not durable is not kept) {
  auto ann = connect("ann");
  request(ann, send_request{"7", "bob", "1", {}, {}});
  CAF_CHECK(box->kept.empty());
  CAF_CHECK_EQUAL(ann.out->inbox_id, "");
}

CAF_TEST(an id that the client has chosen is kept once) {
  auto ann = connect("ann");
  auto bob = connect_device("bob", "phone");
  send(ann, "bob", "\"1\"", "mine");
  send(ann, "bob", "\"1\"", "mine");
  CAF_CHECK_EQUAL(box->kept.size(), 1U);
  CAF_CHECK_EQUAL(ann.out->inbox_id, "1-0");
  CAF_CHECK(data_of(bob) == lines{"1"});
}

CAF_TEST(whoever cannot keep a message says so) {
  auto ann = connect("ann");
  ann.out->take();
  box->refusal = errc::bus_unavailable;
  send(ann, "bob", "1");
  CAF_CHECK(ann.out->take() == lines{"error bus_unavailable"});
  box->refusal = errc::none;
  env->limits.edit().message_bytes = 100;
  send(ann, "bob", "\"" + std::string(100, 'x') + "\"");
  CAF_CHECK(ann.out->take() == lines{"error message_too_large"});
  CAF_CHECK(box->kept.empty());
  env->inbox = nullptr;
  send(ann, "bob", "1");
  CAF_CHECK(ann.out->take() == lines{"error inbox_off"});
}

CAF_TEST(others than clients keep messages too) {
  publisher out{*env};
  std::vector<inbox_receipt> told;
  auto keep = [&](const std::string& data) {
    publish_options how;
    how.is_chosen_id = true;
    out.store(out.make_envelope(scope::user, "bob", data, "mine"), how,
              [&](inbox_receipt x) { told.push_back(std::move(x)); });
  };
  keep("1");
  keep("1");
  env->limits.edit().message_bytes = 10;
  keep("2");
  env->inbox = nullptr;
  keep("3");
  CAF_REQUIRE_EQUAL(told.size(), 4U);
  CAF_CHECK(told[0].error == errc::none);
  CAF_CHECK_EQUAL(told[0].id, "1-0");
  CAF_CHECK_EQUAL(told[1].id, "1-0");
  CAF_CHECK(told[2].error == errc::message_too_large);
  CAF_CHECK(told[3].error == errc::inbox_off);
  CAF_CHECK_EQUAL(box->kept.size(), 1U);
}

CAF_TEST(a device gets what it has not acknowledged and then what comes) {
  for (int i = 0; i < 7; ++i)
    box->keep("bob");
  box->cursors["phone"] = 2;
  auto bob = connect_device("bob", "phone");
  CAF_CHECK_EQUAL(bob.out->device, "phone");
  CAF_CHECK_EQUAL(bob.out->seen.at(0), "welcome bob");
  CAF_CHECK(data_of(bob) == (lines{"3", "4", "5", "6", "7"}));
  CAF_CHECK_EQUAL(box->asked.size(), 2U); // pages of three
  CAF_CHECK_EQUAL(box->asked[0].what.user, "bob");
  CAF_CHECK_EQUAL(box->asked[0].what.device, "phone");
  CAF_CHECK_EQUAL(box->asked[0].what.after, "");
  CAF_CHECK_EQUAL(box->asked[1].what.after, "5-0");
  send(bob, "bob", "\"8\"");
  CAF_CHECK(data_of(bob) == lines{"8"});
  CAF_CHECK_EQUAL(box->asked.size(), 2U);
  auto& counters = env->lanes[0].meter->counters();
  CAF_CHECK_EQUAL(counters.device_messages.value(), 6U);
  CAF_CHECK_EQUAL(counters.deliveries[scope::user].value(), 6U);
}

CAF_TEST(without a device a durable message is one as all others) {
  box->keep("bob");
  auto bob = connect("bob");
  auto phone = connect_device("bob", "phone");
  CAF_CHECK_EQUAL(bob.out->device, "");
  CAF_CHECK(data_of(phone) == lines{"1"});
  CAF_CHECK(data_of(bob).empty());
  send(bob, "bob", "\"2\"");
  CAF_CHECK(data_of(phone) == lines{"2"});
  CAF_CHECK(data_of(bob) == lines{"2"});
  CAF_CHECK_EQUAL(box->asked.size(), 1U);
}

CAF_TEST(without an inbox a device is nothing) {
  env->inbox = nullptr;
  auto bob = connect_device("bob", "phone");
  CAF_CHECK_EQUAL(bob.out->device, "");
  bob.out->take();
  request(bob, ack_request{"5", "1-0"});
  CAF_CHECK(bob.out->take() == lines{"error inbox_off"});
}

CAF_TEST(what comes while a page is read is not forwarded but read) {
  box->holds = true;
  box->keep("bob");
  auto bob = connect_device("bob", "phone");
  send(bob, "bob", "\"2\"");
  CAF_CHECK(data_of(bob).empty());
  box->answer_oldest();
  settle();
  CAF_CHECK(data_of(bob) == (lines{"1", "2"}));
  CAF_CHECK_EQUAL(box->asked.size(), 1U); // the page had both
}

CAF_TEST(an acknowledgement moves the cursor of the device) {
  for (int i = 0; i < 3; ++i)
    box->keep("bob");
  auto bob = connect_device("bob", "phone");
  bob.out->take();
  request(bob, ack_request{"5", "2-0"});
  CAF_CHECK(bob.out->take() == lines{"acked 5"});
  CAF_CHECK_EQUAL(box->cursors["phone"], 2U);
  CAF_CHECK_EQUAL(env->lanes[0].meter->counters().device_acks.value(), 1U);
  disconnect(bob);
  CAF_CHECK(data_of(connect_device("bob", "phone")) == lines{"3"});
  CAF_CHECK(data_of(connect_device("bob", "tablet")) == (lines{"1", "2", "3"}));
}

CAF_TEST(two connections of a device both get messages) {
  box->keep("bob");
  auto one = connect_device("bob", "phone");
  auto two = connect_device("bob", "phone");
  send(one, "bob", "\"2\"");
  CAF_CHECK(data_of(one) == (lines{"1", "2"}));
  CAF_CHECK(data_of(two) == (lines{"1", "2"}));
  request(one, ack_request{{}, "1-0"});
  request(two, ack_request{{}, "2-0"});
  CAF_CHECK(data_of(connect_device("bob", "phone")).empty());
}

CAF_TEST(an acknowledgement that is not taken is an error) {
  auto bob = connect_device("bob", "phone");
  bob.out->take();
  box->refusal = errc::timeout;
  request(bob, ack_request{"5", "1-0"});
  CAF_CHECK(bob.out->take() == lines{"error timeout"});
  CAF_CHECK_EQUAL(env->lanes[0].meter->counters().device_acks.value(), 0U);
  auto other = connect("bob");
  other.out->take();
  request(other, ack_request{"5", "1-0"});
  CAF_CHECK(other.out->take() == lines{"error inbox_off"});
}

CAF_TEST(an operator sees where a device stands) {
  for (int i = 0; i < 3; ++i)
    box->keep("bob");
  box->holds = true;
  auto bob = connect_device("bob", "phone");
  auto shows = [&](const client& who, const char* part) {
    auto all = json_inspector::to_json(deref<connection>(who.actor).state);
    return all.find(part) != std::string::npos;
  };
  CAF_CHECK(shows(bob, R"("inbox":{"device":"phone","catching_up":true,"sent":""})"));
  box->answer_oldest();
  settle();
  CAF_CHECK(shows(bob, R"("inbox":{"device":"phone","catching_up":false,"sent":"3-0"})"));
  CAF_CHECK(shows(connect("bob"), R"("inbox":null)"));
}

CAF_TEST_FIXTURE_SCOPE_END()
