#define CAF_SUITE bus_contract_test

#include "caf/test/unit_test.hpp"
#include "support/bus_contract.hpp"
#include "support/subscriber_log.hpp"

#include <string>
#include <thread>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::string_literals;

namespace {

using lines = std::vector<std::string>;

// A member whose subscription is acknowledged.
struct member : bus_member {
  member(bus& on, std::string channel) : bus_member(on, std::move(channel)) {
    CAF_REQUIRE(is_subscribed());
  }
};

void publish(bus& on, const std::string& channel, const std::string& payload) {
  on.publish(channel, bytes(payload), [](const publish_receipt&) {});
}

} // namespace

CAF_TEST(a message reaches every subscriber of the channel on every node) {
  on_every_bus([](bus_medium& medium) {
    auto here = medium.make_bus();
    auto there = medium.make_bus();
    member ann{*here, "room"};
    member bob{*here, "room"};
    member cid{*there, "room"};
    publish(*here, "room", "hi");
    for (auto* who : {&ann, &bob, &cid})
      CAF_CHECK(who->receives({"hi"}));
  });
}

CAF_TEST(a subscriber is told once that it is subscribed) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    member ann{*node, "room"};
    member bob{*node, "room"};
    publish(*node, "room", "hi");
    CAF_CHECK(bob.receives({"hi"}));
    CAF_CHECK_EQUAL(ann.probe->subscribed(), 1);
    CAF_CHECK_EQUAL(bob.probe->subscribed(), 1);
  });
}

CAF_TEST(one thread and one channel keep their order everywhere) {
  on_every_bus([](bus_medium& medium) {
    auto here = medium.make_bus();
    auto there = medium.make_bus();
    member ann{*here, "room"};
    member bob{*there, "room"};
    lines sent;
    for (int i = 0; i < 2'000; ++i) {
      sent.push_back(std::to_string(i));
      publish(*here, "room", sent.back());
    }
    CAF_CHECK(ann.receives(sent));
    CAF_CHECK(bob.receives(sent));
  });
}

CAF_TEST(channels do not mix) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    member ann{*node, "room"};
    member bob{*node, "room2"};
    publish(*node, "room", "to ann");
    publish(*node, "roo", "to nobody");
    publish(*node, "room2", "to bob");
    CAF_CHECK(ann.receives({"to ann"}));
    CAF_CHECK(bob.receives({"to bob"}));
  });
}

CAF_TEST(any bytes pass through as payload and as channel) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    const auto channel = "{n:room:caf\xC3\xA9} *\r\n\0x"s;
    const lines payloads{"", "\0\r\n$5\r\n"s, std::string(1 << 20, 'x'), "\xFF"};
    member ann{*node, channel};
    for (auto& payload : payloads)
      publish(*node, channel, payload);
    CAF_CHECK(ann.receives(payloads));
  });
}

CAF_TEST(every publish gets one receipt) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    receipt_probe receipts;
    for (int i = 0; i < 500; ++i)
      node->publish("room", bytes("x"), receipts.make());
    CAF_CHECK(eventually([&] { return receipts.count(errc::none) == 500; }));
    CAF_CHECK(receipts.all_once());
    CAF_CHECK_EQUAL(receipts.positions(), 0u); // neither bus keeps a history
    CAF_CHECK(eventually([&] { return node->stats().carried == 500; }));
    CAF_CHECK_EQUAL(node->stats().failed, 0u);
  });
}

CAF_TEST(an ended subscription receives nothing and disturbs nobody) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    member ann{*node, "room"};
    member bob{*node, "room"};
    ann.subscription = {};
    publish(*node, "room", "hi");
    CAF_CHECK(bob.receives({"hi"}));
    CAF_CHECK_EQUAL(ann.probe->messages(), lines{});
  });
}

CAF_TEST(a channel can be left and joined again) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    for (int i = 0; i < 50; ++i) {
      member ann{*node, "room"};
      publish(*node, "room", std::to_string(i));
      CAF_CHECK(ann.receives({std::to_string(i)}));
    }
    CAF_CHECK(eventually([&] { return node->stats().subscriptions == 0; }));
  });
}

CAF_TEST(the end of a subscription lets go of the subscriber) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    std::weak_ptr<subscriber_log> weak;
    {
      member ann{*node, "room"};
      weak = ann.probe;
    }
    CAF_CHECK(eventually([&] { return weak.expired(); }));
  });
}

CAF_TEST(threads may publish and subscribe at the same time) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    std::vector<std::unique_ptr<member>> members;
    for (int i = 0; i < 4; ++i)
      members.push_back(std::make_unique<member>(*node, std::to_string(i)));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&node, channel = std::to_string(i)] {
        for (int n = 0; n < 250; ++n) {
          auto other = node->subscribe("churn", std::make_shared<subscriber_log>());
          publish(*node, channel, std::to_string(n));
        }
      });
    lines expected;
    for (int n = 0; n < 250; ++n)
      expected.push_back(std::to_string(n));
    for (auto& thread : threads)
      thread.join();
    for (auto& who : members)
      CAF_CHECK(who->receives(expected));
    CAF_CHECK(eventually([&] { return node->stats().subscriptions == 4; }));
  });
}

CAF_TEST(the counters tell what has happened) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    member ann{*node, "room"};
    receipt_probe receipts;
    for (int i = 0; i < 3; ++i)
      node->publish("room", bytes("hi"), receipts.make());
    CAF_CHECK(ann.receives({"hi", "hi", "hi"}));
    CAF_CHECK(eventually([&] { return receipts.count(errc::none) == 3; }));
    CAF_CHECK(eventually([&] { return node->stats().received == 3; }));
    auto stats = node->stats();
    CAF_CHECK(stats.connected);
    CAF_CHECK_EQUAL(stats.published, 3u);
    CAF_CHECK_EQUAL(stats.rejected + stats.failed + stats.reconnects, 0u);
    CAF_CHECK_EQUAL(stats.pending + stats.pending_bytes, 0u);
    CAF_CHECK_EQUAL(stats.subscriptions, 1u);
  });
}

CAF_TEST(a stopped bus carries nothing and still says so) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    member ann{*node, "room"};
    node->stop();
    receipt_probe receipts;
    node->publish("room", bytes("late"), receipts.make());
    CAF_CHECK_EQUAL(receipts.count(errc::bus_unavailable), 1u);
    auto bob = std::make_shared<subscriber_log>();
    auto nothing = node->subscribe("room", bob);
    CAF_CHECK_EQUAL(bob->subscribed(), 0);
    CAF_CHECK(!node->stats().connected);
    CAF_CHECK_EQUAL(ann.probe->messages(), lines{});
  });
}

CAF_TEST(a stop answers every publish that is under way) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    receipt_probe receipts;
    for (int i = 0; i < 200; ++i)
      node->publish("room", bytes("x"), receipts.make());
    node->stop();
    CAF_CHECK(receipts.all_once());
  });
}

CAF_TEST(a subscription may end after the bus) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    member ann{*node, "room"};
    member bob{*node, "room"};
    node->stop();
    ann.subscription = {};
    node.reset();
  });
}
