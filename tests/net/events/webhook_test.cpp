#define CAF_SUITE webhook_test

#include "atrium/broker/memory/memory_event_sink.hpp"
#include "atrium/net/events/webhook.hpp"

#include "caf/test/unit_test.hpp"
#include "support/event_medium.hpp"

#include <boost/asio/ip/tcp.hpp>

using namespace atrium;
using namespace atrium::test;

namespace {

using tcp = boost::asio::ip::tcp;

// The node has a back end that takes connections and says nothing.
struct fixture {
  fixture() {
    webhook_setup setup;
    setup.url.host = "127.0.0.1";
    setup.url.port = silent.local_endpoint().port();
    hook = std::make_shared<webhook>(thread.io, std::move(setup));
  }

  ~fixture() {
    hook->stop({});
  }

  io_thread thread;
  tcp::acceptor silent{thread.io, {boost::asio::ip::address_v4::loopback(), 0}};
  std::shared_ptr<webhook> hook;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(webhook_tests, fixture)

CAF_TEST(bytes are those that were given and have not gone out) {
  const std::string event(1000, 'x');
  CAF_CHECK(hook->has_room());
  for (std::size_t i = 0; i < 600; ++i) {
    hook->take({event});
    CAF_CHECK(hook->bytes() >= (i + 1) * event.size());
  }
  CAF_CHECK(eventually([&] { return hook->stats().waiting == 600; }));
  CAF_CHECK(eventually([&] { return hook->bytes() == hook->stats().bytes; }));
  CAF_CHECK(!hook->has_room());
}

CAF_TEST(what a webhook holds is within the bound of the sink) {
  constexpr std::size_t most = 65'536;
  constexpr int count = 5000;
  memory_event_sink sink{thread.io, hook, "a", most};
  for (int i = 0; i < count; ++i) {
    sink.report(comes("u", std::to_string(i)));
    CAF_CHECK(hook->bytes() <= most);
  }
  CAF_CHECK(eventually([&] {
    auto stats = sink.stats();
    return stats.waiting + stats.dropped == count && hook->stats().waiting == stats.waiting;
  }));
  auto stats = sink.stats();
  CAF_CHECK(stats.dropped > 0);
  CAF_CHECK(stats.bytes <= most);
  sink.stop({});
}

CAF_TEST_FIXTURE_SCOPE_END()
