// The durable inbox when something goes wrong: the bus, the inbox itself, or a client that is slow.

#define CAF_SUITE inbox_faults_test

#include "support/inbox_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(inbox_fault_tests, inbox_fixture)

CAF_TEST(what the bus has lost is read after the gap) {
  auto bob = connect_device("bob", "phone");
  bob.out->take();
  box->keep("bob");
  interrupt("bob");
  CAF_CHECK_EQUAL(bob.out->count("gap"), 1U); // other messages may be missing, too
  CAF_CHECK(data_of(bob) == lines{"1"});
}

CAF_TEST(what the bus has lost without a word is read with the next message) {
  auto bob = connect_device("bob", "phone");
  box->keep("bob");
  CAF_CHECK(data_of(bob).empty());
  send(bob, "bob", "\"2\"");
  CAF_CHECK(data_of(bob) == (lines{"1", "2"}));
}

CAF_TEST(an inbox that does not answer is asked again) {
  box->read_error = errc::bus_unavailable;
  box->keep("bob");
  auto bob = connect_device("bob", "phone");
  for (int i = 0; i < 5; ++i)
    advance(inbox_reader::longest_pause);
  CAF_CHECK_EQUAL(box->asked.size(), 6U);
  interrupt("bob"); // no reason to ask sooner
  CAF_CHECK_EQUAL(box->asked.size(), 6U);
  CAF_CHECK_EQUAL(bob.out->count("close"), 0U);
  CAF_CHECK_EQUAL(bob.out->count("error"), 0U);
  box->read_error = errc::none;
  advance(inbox_reader::longest_pause);
  CAF_CHECK(data_of(bob) == lines{"1"});
  send(bob, "bob", "\"2\"");
  CAF_CHECK(data_of(bob) == lines{"2"});
}

CAF_TEST(whoever takes nothing gets no further page) {
  for (int i = 0; i < 7; ++i)
    box->keep("bob");
  box->holds = true;
  auto bob = connect_device("bob", "phone");
  bob.out->waiting = 100'000;
  box->answer_oldest();
  settle();
  CAF_CHECK(data_of(bob) == (lines{"1", "2", "3"}));
  box->holds = false;
  advance(1s);
  CAF_CHECK(data_of(bob).empty());
  bob.out->waiting = 1'000;
  advance(1s);
  CAF_CHECK(data_of(bob) == (lines{"4", "5", "6", "7"}));
}

CAF_TEST(whoever is slow gets later what comes by the bus) {
  auto bob = connect_device("bob", "phone");
  auto other = connect("bob");
  bob.out->waiting = other.out->waiting = 300'000;
  send(bob, "bob", "\"1\"");
  send(bob, "bob", "\"2\"");
  CAF_CHECK(data_of(bob).empty());
  CAF_CHECK(data_of(other) == (lines{"1", "2"})); // nobody keeps them for it
  bob.out->waiting = 0;
  advance(1s);
  CAF_CHECK(data_of(bob) == (lines{"1", "2"}));
}

CAF_TEST(a page is no larger than a client may take at once) {
  env->limits.edit().message_bytes = 40'000;
  for (int i = 0; i < 3; ++i)
    box->keep("bob", 6'000);
  auto bob = connect_device("bob", "phone");
  CAF_CHECK_EQUAL(box->asked.at(0).what.max_bytes, 10'000U);
  CAF_CHECK(data_of(bob) == (lines{"1", "2", "3"}));
  CAF_CHECK_EQUAL(box->asked.size(), 3U);
}

CAF_TEST(a message that this node cannot give anybody leaves a gap) {
  box->keep("bob");
  box->keep("bob", 50'000);
  box->keep("bob");
  env->limits.edit().message_bytes = 10'000;
  auto bob = connect_device("bob", "phone");
  CAF_CHECK_EQUAL(bob.out->count("gap"), 1U);
  CAF_CHECK(data_of(bob) == (lines{"1", "3"}));
}

CAF_TEST(what cannot be read does not hold up the rest) {
  box->keep("bob");
  box->kept[0].packet = std::make_shared<const std::string>("rubbish");
  box->keep("bob");
  auto bob = connect_device("bob", "phone");
  CAF_CHECK(data_of(bob) == lines{"2"});
}

CAF_TEST(whoever is closed reads no further) {
  for (int i = 0; i < 7; ++i)
    box->keep("bob");
  box->holds = true;
  auto bob = connect_device("bob", "phone");
  bob.out->going = true;
  box->answer_oldest();
  settle();
  advance(1s);
  CAF_CHECK_EQUAL(box->asked.size(), 1U);
}

CAF_TEST(a page for somebody who is gone is nobodys) {
  box->keep("bob");
  box->holds = true;
  auto bob = connect_device("bob", "phone");
  disconnect(bob);
  box->answer_oldest();
  settle();
  CAF_CHECK(data_of(bob).empty());
}

CAF_TEST(a new user actor may have missed something) {
  auto bob = connect_device("bob", "phone");
  auto old = child_of_root(list_children{child_kind::user, "", "", 1});
  caf::anon_send_exit(old, caf::exit_reason::kill);
  box->keep("bob");
  settle();
  CAF_CHECK(data_of(bob) == lines{"1"});
}

CAF_TEST_FIXTURE_SCOPE_END()
