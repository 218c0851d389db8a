#define CAF_SUITE memory_inbox_test

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/memory/memory_bus.hpp"
#include "atrium/broker/memory/memory_inbox.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(a stopped inbox does not keep the thread of its context) {
  boost::asio::io_context io;
  memory_inbox box{std::make_shared<memory_bus>(), io, channel_names{"t:memory-inbox"}, {}};
  envelope x;
  x.event_id = "e";
  x.to = scope::user;
  x.target = "bob";
  x.data = "1";
  box.put("bob", {std::make_shared<const std::string>(encode_packet(x, false)), "e"},
          [](const inbox_receipt& told) { CAF_CHECK(told.error == errc::none); });
  io.poll();
  CAF_CHECK(!io.stopped()); // it waits for the end of the message
  box.stop(0s);
  io.run_for(20s);
  CAF_CHECK(io.stopped());
}
