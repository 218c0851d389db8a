#define CAF_SUITE inbox_contract_test

#include "caf/test/unit_test.hpp"
#include "support/inbox_medium.hpp"

#include <set>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const inbox_rule usual{};

} // namespace

CAF_TEST(a message is stored and pushed with its place) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto here = medium.make_node();
    auto there = medium.make_node();
    bus_member ann{medium.on(), channel_names{"n"}.user("ann")};
    CAF_REQUIRE(ann.is_subscribed());
    auto first = put(*here, "ann", "m1");
    auto second = put(*there, "ann", "m2");
    CAF_CHECK_EQUAL(first.error, errc::none);
    CAF_CHECK(are_growing({first.id, second.id}));
    lines expected{with_inbox(packet_of("m1"), {first.id, "0-0"}),
                   with_inbox(packet_of("m2"), {second.id, first.id})};
    CAF_CHECK(ann.receives(expected));
    auto page = read(*there, from("phone"));
    CAF_REQUIRE_EQUAL(page.messages.size(), 2u);
    CAF_CHECK_EQUAL(*page.messages[0].packet, expected[0]);
    CAF_CHECK_EQUAL(*page.messages[1].packet, expected[1]);
    CAF_CHECK_EQUAL(page.messages[1].id, second.id);
    CAF_CHECK_EQUAL(page.top, second.id);
    CAF_CHECK(!page.has_more);
    CAF_CHECK(read(*here, from("phone", "bob")).top == "0-0");
  });
}

CAF_TEST(each device has a cursor of its own) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    auto ids = put_all(*node, 4);
    CAF_CHECK(events(read(*node, from("phone"))) == names(1, 4));
    CAF_CHECK(events(read(*node, from("tablet"))) == names(1, 4));
    CAF_CHECK_EQUAL(acknowledge(*node, "ann", "phone", ids[2]), errc::none);
    CAF_CHECK(events(read(*node, from("phone"))) == names(4, 4));
    CAF_CHECK(events(read(*node, from("tablet"))) == names(1, 4));
    CAF_CHECK_EQUAL(acknowledge(*node, "ann", "tablet", ids[0]), errc::none);
    CAF_CHECK(events(read(*node, from("tablet"))) == names(2, 4));
    // Cumulative: what is not newer changes nothing.
    CAF_CHECK_EQUAL(acknowledge(*node, "ann", "phone", ids[0]), errc::none);
    CAF_CHECK_EQUAL(acknowledge(*node, "ann", "phone", "0-0"), errc::none);
    CAF_CHECK(events(read(*node, from("phone"))) == names(4, 4));
    // What both have is gone, also for a device that comes now.
    CAF_CHECK(events(read(*node, from("watch"))) == names(2, 4));
  });
}

CAF_TEST(a new device gets everything that is kept) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    auto ids = put_all(*node, 3);
    read(*node, from("tablet"));
    acknowledge(*node, "ann", "phone", ids[2]);
    CAF_CHECK(read(*node, from("phone")).messages.empty());
    CAF_CHECK(events(read(*node, from("watch"))) == names(1, 3));
    CAF_CHECK_EQUAL(put(*node, "ann", "m4").error, errc::none);
    CAF_CHECK(events(read(*node, from("watch"))) == names(1, 4));
    CAF_CHECK(events(read(*node, from("phone"))) == names(4, 4));
  });
}

CAF_TEST(what is no id is refused) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    put_all(*node, 2);
    for (auto& id : {"7"s, ""s, "a-b"s, "-"s, "1-2-3"s, "1-18446744073709551616"s})
      CAF_CHECK_EQUAL(acknowledge(*node, "ann", "phone", id), errc::bad_request);
    CAF_CHECK(events(read(*node, from("phone"))) == names(1, 2));
    CAF_CHECK_EQUAL(node->stats().failed, 6u);
  });
}

CAF_TEST(an id of an inbox that was lost changes nothing) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    auto ids = put_all(*node, 3);
    acknowledge(*node, "ann", "phone", ids[0]);
    auto next = read_inbox_id(ids[2]).value();
    ++next.number;
    for (auto& id :
         {to_string(next), "99999999999999-0"s, "18446744073709551615-18446744073709551615"s})
      CAF_CHECK_EQUAL(acknowledge(*node, "ann", "phone", id), errc::none);
    // What there is now is not what the device has had.
    CAF_CHECK(events(read(*node, from("phone"))) == names(2, 3));
    CAF_CHECK(events(read(*node, from("watch"))) == names(2, 3));
    put(*node, "ann", "m4");
    CAF_CHECK(events(read(*node, from("phone"))) == names(2, 4));
    // Also where there is nothing at all.
    CAF_CHECK_EQUAL(acknowledge(*node, "bob", "phone", ids[0]), errc::none);
    CAF_CHECK_EQUAL(acknowledge(*node, "bob", "phone", "0-0"), errc::none);
    put(*node, "bob", "m1");
    CAF_CHECK(events(read(*node, from("phone", "bob"))) == names(1, 1));
    CAF_CHECK_EQUAL(node->stats().acknowledged, 6u);
    CAF_CHECK_EQUAL(node->stats().failed, 0u);
  });
}

CAF_TEST(pages go on after what was read) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    auto ids = put_all(*node, 7);
    auto query = from("phone");
    query.limit = 3;
    lines found;
    inbox_page page;
    do {
      page = read(*node, query);
      CAF_REQUIRE(!page.messages.empty());
      for (auto& x : events(page))
        found.push_back(x);
      query.after = page.messages.back().id;
    } while (page.has_more);
    CAF_CHECK(found == names(1, 7));
    page = read(*node, query);
    CAF_CHECK(page.messages.empty());
    CAF_CHECK_EQUAL(page.top, ids[6]);
    // To read is not to acknowledge.
    CAF_CHECK(events(read(*node, from("phone"))) == names(1, 7));
    query.after = ids[3];
    CAF_CHECK(events(read(*node, query)) == names(5, 7));
  });
}

CAF_TEST(a page has a bound in bytes but has a message) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    const std::string data(1000, '1');
    for (int i = 1; i <= 6; ++i)
      put(*node, "ann", "m" + std::to_string(i), false, data);
    auto query = from("phone");
    query.max_bytes = 3 * packet_of("m1", data).size();
    auto page = read(*node, query);
    CAF_CHECK(events(page) == names(1, 3));
    CAF_CHECK(page.has_more);
    query.max_bytes = 1;
    page = read(*node, query);
    CAF_CHECK(events(page) == names(1, 1));
    CAF_CHECK(page.has_more);
    query.max_bytes = 1 << 20;
    CAF_CHECK(!read(*node, query).has_more);
  });
}

CAF_TEST(a message with a known id is not stored again) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto here = medium.make_node();
    auto there = medium.make_node();
    bus_member ann{medium.on(), channel_names{"n"}.user("ann")};
    CAF_REQUIRE(ann.is_subscribed());
    auto first = put(*here, "ann", "m1", true);
    put(*here, "ann", "m2", true);
    CAF_CHECK(put(*there, "ann", "m1", true).id == first.id);
    put(*there, "bob", "m1", true);
    CAF_CHECK(events(read(*there, from("phone", "bob"))) == names(1, 1));
    // Also when no device needs it any more.
    acknowledge(*here, "ann", "phone", first.id);
    CAF_CHECK(put(*there, "ann", "m1", true).id == first.id);
    put(*there, "ann", "m3", true);
    CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 3; }));
    CAF_CHECK(events(read(*there, from("phone"))) == names(2, 3));
    CAF_CHECK_EQUAL(there->stats().duplicates, 2u);
  });
}

CAF_TEST(what every device has is gone) {
  on_every_inbox({7 * 24h, 3}, [](inbox_medium& medium) {
    auto node = medium.make_node();
    auto ids = put_all(*node, 3);
    acknowledge(*node, "ann", "phone", ids[2]);
    put(*node, "ann", "m4");
    put(*node, "ann", "m5");
    put(*node, "ann", "m6");
    CAF_CHECK(list(*node).letters.empty());
    CAF_CHECK(events(read(*node, from("watch"))) == names(4, 6));
    CAF_CHECK_EQUAL(node->stats().dead, 0u);
    CAF_CHECK_EQUAL(node->stats().stored, 6u);
  });
}

CAF_TEST(a device that was away for too long holds nothing back) {
  on_every_inbox({2s, 100}, [](inbox_medium& medium) {
    auto node = medium.make_node();
    auto everything = from("phone");
    everything.after = "0-0";
    read(*node, from("old")); // and never again
    auto is_held = [&] {
      acknowledge(*node, "ann", "phone", put(*node, "ann", "m").id);
      return !read(*node, everything).messages.empty();
    };
    CAF_CHECK(is_held());
    CAF_CHECK(eventually([&] { return !is_held(); }));
    CAF_CHECK(list(*node).letters.empty());
  });
}

CAF_TEST(a user has so many devices and no more) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    auto first = put(*node, "ann", "m1");
    read(*node, from("old")); // and never again
    let_a_millisecond_pass();
    for (std::size_t i = 0; i < max_inbox_devices; ++i)
      acknowledge(*node, "ann", "d" + std::to_string(i), first.id);
    // All that are known have it: the old one is not, nor the first of them.
    CAF_CHECK(read(*node, from("d5")).messages.empty());
    CAF_CHECK(read(*node, from("new")).messages.empty());
    auto second = put(*node, "ann", "m2");
    CAF_CHECK(events(read(*node, from("d5"))) == names(2, 2));
  });
}

CAF_TEST(all that is put at once has one order) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    constexpr int each = 100;
    auto here = medium.make_node();
    auto there = medium.make_node();
    bus_member ann{medium.on(), channel_names{"n"}.user("ann")};
    CAF_REQUIRE(ann.is_subscribed());
    std::vector<awaited<inbox_receipt>> receipts(2 * each);
    auto put_some = [&](inbox& to, int first) {
      for (int i = first; i < first + each; ++i) {
        auto name = "m" + std::to_string(i);
        to.put("ann", {bytes(packet_of(name)), name, false},
               receipts[static_cast<std::size_t>(i)].handler());
      }
    };
    std::thread other{[&] { put_some(*there, each); }};
    put_some(*here, 0);
    other.join();
    lines ids;
    for (auto& x : receipts)
      ids.push_back(x.get().id);
    CAF_CHECK(are_growing({ids.begin(), ids.begin() + each}));
    CAF_CHECK(are_growing({ids.begin() + each, ids.end()}));
    CAF_CHECK_EQUAL(std::set<std::string>(ids.begin(), ids.end()).size(), 2u * each);
    CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 2 * each; }));
    std::string last = "0-0";
    std::size_t wrong = 0;
    for (auto& packet : ann.probe->messages()) {
      auto at = inbox_place_of(packet);
      wrong += at.previous != last ? 1 : 0;
      last = at.id;
    }
    CAF_CHECK_EQUAL(wrong, 0u);
    auto query = from("phone");
    query.limit = 1000;
    CAF_CHECK_EQUAL(read(*here, query).messages.size(), 2u * each);
  });
}

CAF_TEST(a stopped inbox answers all the same) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    put(*node, "ann", "m1");
    CAF_CHECK(node->stats().connected);
    node->stop(5s);
    CAF_CHECK_EQUAL(put(*node, "ann", "m2").error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(read(*node, from("phone")).error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(acknowledge(*node, "ann", "phone", "0-0"), errc::bus_unavailable);
    CAF_CHECK_EQUAL(list(*node).error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(replay(*node, "ann").error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(purge(*node, "ann").error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(node->stats().failed, 6u);
    CAF_CHECK(!node->stats().connected);
  });
}

CAF_TEST(a lower bound takes nothing away and holds for messages to come) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    put_all(*node, 5);
    node->change({usual.ttl, 2});
    CAF_CHECK(events(read(*node, from("phone"))) == names(1, 5));
    CAF_CHECK(list(*node).letters.empty());
    put(*node, "ann", "m6");
    CAF_CHECK(events(read(*node, from("phone"))) == names(5, 6));
    // What went is still to be had.
    CAF_CHECK(eventually([&] { return list(*node).letters.size() == 4; }));
    CAF_CHECK(
      events(list(*node))
      == (lines{"ann m1 too_many", "ann m2 too_many", "ann m3 too_many", "ann m4 too_many"}));
    node->change({usual.ttl, 4});
    put(*node, "ann", "m7");
    put(*node, "ann", "m8");
    CAF_CHECK(events(read(*node, from("phone"))) == names(5, 8));
    CAF_CHECK_EQUAL(list(*node).letters.size(), 4u);
  });
}

CAF_TEST(a shorter time counts from the next message on) {
  on_every_inbox(usual, [](inbox_medium& medium) {
    auto node = medium.make_node();
    put(*node, "ann", "m1");
    node->change({1s, usual.most});
    put(*node, "ann", "m2");
    // Nobody asks for it: time alone does it.
    CAF_CHECK(eventually([&] { return node->stats().dead == 2; }));
    CAF_CHECK(eventually([&] {
      return events(list(*node)) == (lines{"ann m1 expired", "ann m2 expired"});
    }));
  });
}
