#define CAF_SUITE webhook_queue_test

#include "atrium/net/events/webhook_queue.hpp"

#include "caf/test/unit_test.hpp"

#include <nlohmann/json.hpp>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using verdict = webhook_queue::verdict;

struct fixture {
  void add(int events, std::size_t size = 10) {
    std::vector<std::string> texts;
    for (int i = 0; i < events; ++i)
      texts.push_back("{\"x\":\"" + std::string(size, 'x') + "\"}");
    subject.add(std::move(texts), now);
  }

  // Whether a batch is due, and how many events it has.
  std::size_t posted() {
    auto* x = subject.next(now);
    if (x == nullptr)
      return 0;
    id = x->id;
    body = x->body;
    return nlohmann::json::parse(body).at("events").size();
  }

  webhook_queue::clock::time_point now{1h};
  std::string id;
  std::string body;
  webhook_queue subject{"node \"1\"", "run", [] { return 0.0; }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(webhook_queue_tests, fixture)

CAF_TEST(a batch waits a moment for others) {
  CAF_CHECK(!subject.due());
  CAF_CHECK(subject.stats().connected);
  add(1);
  CAF_CHECK_EQUAL(posted(), 0u);
  add(2);
  now += webhook_queue::linger;
  CAF_CHECK_EQUAL(posted(), 3u);
  CAF_CHECK_EQUAL(id, "run-1");
  CAF_CHECK_EQUAL(nlohmann::json::parse(body).at("node").get<std::string>(), "node \"1\"");
}

CAF_TEST(a full batch goes at once and the next one after it) {
  add(250);
  CAF_CHECK_EQUAL(posted(), webhook_queue::max_batch);
  CAF_CHECK_EQUAL(posted(), 0u);
  CAF_CHECK(subject.on_answer(200, 0s, now) == verdict::taken);
  CAF_CHECK_EQUAL(posted(), webhook_queue::max_batch);
  CAF_CHECK_EQUAL(id, "run-2");
  subject.on_answer(204, 0s, now);
  now += webhook_queue::linger;
  CAF_CHECK_EQUAL(posted(), 50u);
  subject.on_answer(200, 0s, now);
  CAF_CHECK(subject.is_empty());
  CAF_CHECK_EQUAL(subject.stats().delivered, 250u);
  CAF_CHECK_EQUAL(subject.stats().waiting, 0u);
}

CAF_TEST(a batch has no more bytes than it may) {
  add(4, webhook_queue::max_batch_bytes / 2);
  CAF_CHECK(!subject.has_room());
  CAF_CHECK_EQUAL(posted(), 1u);
  CAF_CHECK(subject.has_room());
}

CAF_TEST(what may pass is repeated as it was) {
  add(1);
  now += 1s;
  CAF_REQUIRE_EQUAL(posted(), 1u);
  auto first = body;
  auto first_id = id;
  add(5); // does not join it
  for (auto status : {0u, 500u, 503u, 429u}) {
    CAF_CHECK(subject.on_answer(status, 0s, now) == verdict::later);
    CAF_CHECK(!subject.stats().connected);
    CAF_CHECK_EQUAL(posted(), 0u);
    now += 30s;
    CAF_CHECK_EQUAL(posted(), 1u);
    CAF_CHECK_EQUAL(body, first);
    CAF_CHECK_EQUAL(id, first_id);
  }
  CAF_CHECK_EQUAL(subject.stats().repeated, 4u);
  CAF_CHECK(subject.on_answer(200, 0s, now) == verdict::taken);
  now += webhook_queue::linger;
  CAF_CHECK_EQUAL(posted(), 5u);
}

CAF_TEST(pauses grow and respect what the server asks for) {
  add(1);
  now += 1s;
  posted();
  subject.on_answer(500, 0s, now);
  auto first = *subject.due() - now;
  now = *subject.due();
  posted();
  subject.on_answer(500, 0s, now);
  CAF_CHECK(*subject.due() - now > first);
  now = *subject.due();
  posted();
  subject.on_answer(429, 60s, now);
  CAF_CHECK(*subject.due() - now == 60s);
}

CAF_TEST(what is refused for good makes way) {
  add(2);
  now += 1s;
  posted();
  add(1);
  CAF_CHECK(subject.on_answer(400, 0s, now) == verdict::refused);
  CAF_CHECK_EQUAL(subject.stats().refused, 2u);
  now += 1s;
  CAF_CHECK_EQUAL(posted(), 1u);
  CAF_CHECK(subject.on_answer(301, 0s, now) == verdict::refused);
}

CAF_TEST(who stops does not wait for others) {
  add(1);
  subject.hurry();
  CAF_CHECK_EQUAL(posted(), 1u);
}

CAF_TEST(retry after is a number of seconds within reason) {
  CAF_CHECK(read_retry_after("") == 0s);
  CAF_CHECK(read_retry_after("7") == 7s);
  CAF_CHECK(read_retry_after("-7") == 0s);
  CAF_CHECK(read_retry_after("7 s") == 0s);
  CAF_CHECK(read_retry_after("Wed, 21 Oct 2026 07:28:00 GMT") == 0s);
  CAF_CHECK(read_retry_after("99999") == 300s);
  CAF_CHECK(read_retry_after("99999999999999999999") == 300s);
}

CAF_TEST_FIXTURE_SCOPE_END()
