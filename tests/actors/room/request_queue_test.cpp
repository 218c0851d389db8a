#define CAF_SUITE request_queue_test

#include "atrium/actors/room/request_queue.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using kind = room_request::kind;
using lines = std::vector<std::string>;

const lines nothing;

/// Writes down what becomes of requests, such as `a none e-1`.
struct fixture {
  static room_request request(std::string data, kind what = kind::publish) {
    room_request result;
    result.room = "x";
    result.what = what;
    result.data = std::move(data);
    return result;
  }

  request_queue::handler note(std::string name) {
    return [this, name = std::move(name)](const owner_answer& x) {
      heard.push_back(name + ' ' + std::string{to_string(x.code)} + ' ' + x.data.value_or(x.text));
    };
  }

  bool ask(const std::string& name, kind what = kind::publish,
           request_queue::time_point deadline = request_queue::time_point{10s}) {
    auto done = note(name);
    return queue.add(request(name, what), done, deadline);
  }

  /// What has to be sent from a number on: numbers with their data, `-` for those that are
  /// nothing any more.
  lines to_send(std::uint64_t from = 0) {
    lines result;
    for (auto& x : queue.to_send(from, now))
      result.push_back(std::to_string(x.number) + (x.what == kind::skip ? "-" : x.data));
    return result;
  }

  lines take() {
    return std::exchange(heard, {});
  }

  /// Those that were sent at `before` at the latest, by their data.
  lines to_send_again(request_queue::time_point before) {
    lines result;
    for (auto& x : queue.to_send_again(before, now))
      result.push_back(x.data);
    return result;
  }

  request_queue::time_point now{1s};
  request_queue queue;
  lines heard;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(request_queue_tests, fixture)

CAF_TEST(requests are numbered from 1 and each queue has a stream) {
  ask("a");
  CAF_CHECK_EQUAL(queue.last(), 1U);
  auto added = queue.to_send(0, now);
  CAF_REQUIRE_EQUAL(added.size(), 1U);
  CAF_CHECK_EQUAL(added[0].number, 1U);
  CAF_CHECK_EQUAL(added[0].first, 1U);
  CAF_CHECK_EQUAL(added[0].stream, queue.stream());
  ask("b");
  CAF_CHECK_EQUAL(to_send(), (lines{"1a", "2b"}));
  CAF_CHECK_EQUAL(to_send(2), lines{"2b"});
  CAF_CHECK_EQUAL(to_send(3), nothing);
  request_queue other;
  CAF_CHECK_NOT_EQUAL(other.stream(), queue.stream());
}

CAF_TEST(the oldest one without an answer goes with each) {
  ask("a");
  ask("b");
  ask("c");
  queue.settle(2, {});
  CAF_CHECK_EQUAL(queue.first(), 1U); // numbers have no holes
  CAF_CHECK_EQUAL(to_send(), (lines{"1a", "2-", "3c"}));
  queue.settle(1, {});
  CAF_CHECK_EQUAL(queue.first(), 3U);
  auto rest = queue.to_send(0, now);
  CAF_REQUIRE_EQUAL(rest.size(), 1U);
  CAF_CHECK_EQUAL(rest[0].first, 3U);
  ask("d");
  CAF_CHECK_EQUAL(to_send(), (lines{"3c", "4d"}));
  CAF_CHECK_EQUAL(queue.size(), 2U);
}

CAF_TEST(each hears one answer) {
  ask("a");
  ask("b");
  queue.settle(2, {errc::none, {}, "[7]", {}});
  queue.settle(2, {errc::room_refused, "late"});
  queue.settle(1, {errc::room_refused, "no"});
  queue.settle(1, {});
  for (auto number : {0U, 3U, 1'000U})
    queue.settle(number, {});
  CAF_CHECK_EQUAL(take(), (lines{"b none [7]", "a room_refused no"}));
  CAF_CHECK_EQUAL(queue.size(), 0U);
}

CAF_TEST(who hears an answer may ask for something else) {
  request_queue::handler done = [this](const owner_answer&) { ask("b"); };
  queue.add(request("a"), done, {});
  queue.settle(1, {});
  CAF_CHECK_EQUAL(to_send(), lines{"2b"});
}

CAF_TEST(a queue that is full refuses and who leaves has a place) {
  std::string half(request_queue::max_bytes / 2, 'x');
  CAF_REQUIRE(ask(half));
  auto done = note("b");
  CAF_CHECK(!queue.add(request(half), done, {}));
  CAF_CHECK(static_cast<bool>(done)); // still there, to be told
  CAF_CHECK(ask(half, kind::leave));
  CAF_CHECK_EQUAL(queue.size(), 2U);
  queue.settle(1, {});
  queue.settle(2, {});
  CAF_CHECK(ask(half));
}

CAF_TEST(what is answered gives its place back though its number stays) {
  std::string half(request_queue::max_bytes / 2, 'x');
  CAF_REQUIRE(ask("a"));
  CAF_REQUIRE(ask(half));
  CAF_CHECK(!ask(half));
  queue.settle(2, {});
  CAF_CHECK(ask(half));
  CAF_CHECK_EQUAL(queue.first(), 1U);
}

CAF_TEST(what is larger than all of it has a place alone) {
  std::string large(2 * request_queue::max_bytes, 'x');
  CAF_CHECK(ask(large));
  CAF_CHECK(!ask("a"));
  queue.settle(1, {});
  CAF_REQUIRE(ask("a"));
  CAF_CHECK(!ask(large));
}

// -- deadlines ------------------------------------------------------------------

CAF_TEST(what is late fails and its number stays) {
  ask("a", kind::publish, request_queue::time_point{2s});
  to_send();
  ask("b", kind::publish, request_queue::time_point{3s});
  queue.expire(request_queue::time_point{2s - 1ns});
  CAF_CHECK_EQUAL(take(), nothing);
  queue.expire(request_queue::time_point{2s});
  CAF_CHECK_EQUAL(take(), lines{"a timeout the owner of the room does not answer"});
  // This one has never been sent.
  queue.expire(request_queue::time_point{3s});
  CAF_CHECK_EQUAL(take(), lines{"b bus_unavailable the owner of the room does not answer"});
  CAF_CHECK_EQUAL(to_send(), (lines{"1-", "2-"}));
  auto all = queue.to_send(0, now);
  CAF_CHECK_EQUAL(all.at(0).room, "x");
  CAF_CHECK_EQUAL(all.at(0).stream, queue.stream());
  queue.settle(1, {});
  queue.expire(request_queue::time_point{24h});
  CAF_CHECK_EQUAL(take(), nothing); // it was told
  CAF_CHECK_EQUAL(to_send(), lines{"2-"});
}

CAF_TEST(what is late gives its place back) {
  std::string half(request_queue::max_bytes / 2, 'x');
  CAF_REQUIRE(ask(half));
  queue.expire(request_queue::time_point{10s});
  CAF_CHECK(ask(half));
  CAF_CHECK(!ask(half));
}

CAF_TEST(what the owner has taken waits for its answer however long it takes) {
  ask("a");
  CAF_CHECK(queue.has_untaken());
  queue.note_taken(1);
  CAF_CHECK(!queue.has_untaken());
  CAF_CHECK_EQUAL(to_send(), nothing);
  queue.expire(request_queue::time_point{24h});
  CAF_CHECK_EQUAL(take(), nothing);
  queue.settle(1, {errc::none, {}, "1", {}});
  CAF_CHECK_EQUAL(take(), lines{"a none 1"});
}

CAF_TEST(another owner may not have taken it) {
  ask("a");
  queue.note_taken(1);
  queue.forget_taken();
  CAF_CHECK(queue.has_untaken());
  CAF_CHECK_EQUAL(to_send(), lines{"1a"});
  queue.expire(request_queue::time_point{24h});
  CAF_CHECK_EQUAL(take().size(), 1U);
}

CAF_TEST(what has lost its answer is sent again though a later one is taken) {
  ask("a");
  ask("b");
  queue.note_taken(2);
  CAF_CHECK_EQUAL(to_send(), lines{"1a"});
  CAF_CHECK(queue.has_untaken());
}

CAF_TEST(only what was sent long ago is sent again) {
  ask("a");
  to_send();
  now += 1s;
  ask("b");
  queue.to_send(2, now);
  CAF_CHECK(!queue.has_overdue(now - 2s));
  CAF_CHECK(queue.has_overdue(now - 1s));
  CAF_CHECK_EQUAL(to_send_again(now - 1s), lines{"a"});
  CAF_CHECK(!queue.has_overdue(now - 1s)); // it was sent just now
  CAF_CHECK_EQUAL(to_send_again(now), (lines{"a", "b"}));
  queue.note_taken(1);
  queue.settle(2, {});
  CAF_CHECK(!queue.has_overdue(now));
  CAF_CHECK_EQUAL(to_send_again(now), nothing);
}

CAF_TEST(nobody waits for what is late) {
  ask("a");
  ask("b");
  queue.settle(2, {});
  CAF_CHECK_EQUAL(queue.size(), 1U);
  queue.expire(request_queue::time_point{24h});
  CAF_CHECK_EQUAL(queue.size(), 0U);
  CAF_CHECK_EQUAL(to_send(), (lines{"1-", "2-"})); // their numbers have to be known
  queue.settle(1, {});
  CAF_CHECK_EQUAL(queue.size(), 0U);
}

// -- ends and beginnings ----------------------------------------------------------

CAF_TEST(all hear that the room ends) {
  ask("a");
  ask("b");
  ask("c");
  queue.settle(2, {});
  take();
  queue.fail_all(errc::room_died, "gone");
  CAF_CHECK_EQUAL(take(), (lines{"a room_died gone", "c room_died gone"}));
  CAF_CHECK_EQUAL(queue.size(), 0U);
  queue.settle(1, {});
  CAF_CHECK_EQUAL(take(), nothing);
}

CAF_TEST(a new stream has its own numbers and those in front come first) {
  ask("a");
  ask("late", kind::publish, request_queue::time_point{1s});
  ask("b");
  ask("c");
  queue.settle(1, {});
  queue.expire(request_queue::time_point{1s});
  queue.note_taken(3);
  take();
  auto before = queue.stream();
  auto hear = [&](const room_request& x) { return note("again " + x.data); };
  queue.begin_stream({request("ann", kind::join), request("bob", kind::join)}, hear);
  CAF_CHECK_NOT_EQUAL(queue.stream(), before);
  CAF_CHECK_EQUAL(queue.first(), 1U);
  CAF_CHECK_EQUAL(queue.size(), 4U);
  CAF_CHECK_EQUAL(to_send(), (lines{"1ann", "2bob", "3b", "4c"}));
  for (auto& x : queue.to_send(0, now))
    CAF_CHECK_EQUAL(x.stream, queue.stream());
  CAF_CHECK_EQUAL(take(), nothing); // none of them had been sent
  for (auto number : {4U, 2U})
    queue.settle(number, {});
  CAF_CHECK_EQUAL(take(), (lines{"c none ", "again bob none "}));
}

CAF_TEST(a message that was sent in another stream comes again only with an id) {
  auto done = note("named");
  auto named = request("named");
  named.is_chosen_id = true;
  queue.add(named, done, request_queue::time_point{10s});
  ask("a");
  ask("ann", kind::join);
  to_send();
  ask("b");
  queue.begin_stream({}, [&](auto&) { return note("?"); });
  CAF_CHECK_EQUAL(take(), lines{"a timeout the owner of the room has not answered"});
  CAF_CHECK_EQUAL(to_send(), (lines{"1named", "2ann", "3b"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
