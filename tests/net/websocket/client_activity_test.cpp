#define CAF_SUITE client_activity_test

#include "atrium/net/websocket/client_activity.hpp"

#include "caf/test/unit_test.hpp"

#include <optional>

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(a client is silent after two intervals without a sign) {
  client_activity subject;
  CAF_CHECK(!subject.is_silent(true)); // it has just come
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(subject.is_silent(true));
  subject.hear();
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(subject.is_silent(true));
}

CAF_TEST(who is not listened to is not silent) {
  client_activity subject;
  for (int i = 0; i < 10; ++i)
    CAF_CHECK(!subject.is_silent(false));
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(subject.is_silent(true));
}

CAF_TEST(idle is who asks for nothing for so long) {
  client_activity subject;
  CAF_CHECK(!subject.is_idle(25s, 50s));
  CAF_CHECK(!subject.is_idle(25s, 50s));
  subject.ask();
  CAF_CHECK(!subject.is_idle(25s, 50s));
  CAF_CHECK(!subject.is_idle(25s, 50s));
  CAF_CHECK(subject.is_idle(25s, 50s));
}

CAF_TEST(without a limit nobody is idle) {
  client_activity subject;
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(!subject.is_idle(1s, 0s));
}

CAF_TEST(who asks for a client hears of it with the next sign) {
  client_activity subject;
  std::optional<bool> alive;
  CAF_CHECK(subject.ask_for_it(std::make_shared<probe>([&](bool x) { alive = x; })));
  CAF_CHECK(!alive);
  subject.hear();
  CAF_CHECK(alive == true);
}

CAF_TEST(who asks for a client that goes hears no) {
  client_activity subject;
  std::optional<bool> alive;
  subject.ask_for_it(std::make_shared<probe>([&](bool x) { alive = x; }));
  subject.end();
  CAF_CHECK(alive == false);
}

CAF_TEST(only so many may ask at a time) {
  client_activity subject;
  auto question = std::make_shared<probe>([](bool) {});
  for (int i = 0; i < 16; ++i)
    CAF_CHECK(subject.ask_for_it(question));
  CAF_CHECK(!subject.ask_for_it(question));
  subject.hear();
  CAF_CHECK(subject.ask_for_it(question));
}

CAF_TEST(a doubt is settled after its time or by a sign) {
  client_activity subject;
  CAF_CHECK(!subject.settle_doubt()); // there is none
  subject.doubt(3);
  CAF_CHECK(!subject.settle_doubt());
  subject.doubt(3); // does not begin anew
  CAF_CHECK(!subject.settle_doubt());
  CAF_CHECK(subject.settle_doubt());
  CAF_CHECK(!subject.settle_doubt()); // once
  subject.doubt(2);
  subject.hear();
  for (int i = 0; i < 5; ++i)
    CAF_CHECK(!subject.settle_doubt());
}
