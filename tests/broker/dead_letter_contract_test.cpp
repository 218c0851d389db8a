#define CAF_SUITE dead_letter_contract_test

#include "caf/test/unit_test.hpp"
#include "support/inbox_medium.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

CAF_TEST(what is over the number becomes a dead letter unless a device has it) {
  on_every_inbox({7 * 24h, 3}, [](inbox_medium& medium) {
    auto node = medium.make_node();
    dead_letter_probe probe{*node};
    auto ids = put_all(*node, 3);
    read(*node, from("phone"));
    acknowledge(*node, "ann", "tablet", ids[1]);
    for (auto name : {"m4", "m5", "m6"})
      put(*node, "ann", name);
    // The phone has none of them, the tablet two: only the third is lost.
    CAF_CHECK(events(read(*node, from("phone"))) == names(4, 6));
    auto page = list(*node);
    CAF_CHECK(events(page) == (lines{"ann m3 too_many"}));
    CAF_CHECK_EQUAL(page.letters.at(0).message, ids[2]);
    CAF_CHECK_EQUAL(*page.letters.at(0).packet, packet_of("m3"));
    CAF_CHECK_EQUAL(node->stats().dead, 1u);
    CAF_CHECK(eventually([&] { return probe.letters() == lines{"ann " + ids[2]}; }));
  });
}

CAF_TEST(what has expired becomes a dead letter unless a device has it) {
  on_every_inbox({1s, 100}, [](inbox_medium& medium) {
    auto node = medium.make_node();
    dead_letter_probe probe{*node};
    auto ids = put_all(*node, 3);
    read(*node, from("tablet"));
    acknowledge(*node, "ann", "phone", ids[0]);
    CAF_CHECK(eventually([&] { return list(*node).letters.size() == 2; }));
    CAF_CHECK(events(list(*node)) == (lines{"ann m2 expired", "ann m3 expired"}));
    CAF_CHECK(read(*node, from("watch")).messages.empty());
    CAF_CHECK(read(*node, from("watch")).top == ids[2]);
    CAF_CHECK(eventually([&] {
      return probe.letters() == lines{"ann " + ids[1], "ann " + ids[2]};
    }));
    CAF_CHECK(are_growing({ids[2], put(*node, "ann", "m4").id}));
  });
}

CAF_TEST(dead letters are listed by pages over all users) {
  on_every_inbox({7 * 24h, 1}, [](inbox_medium& medium) {
    auto node = medium.make_node();
    const lines users{"ann", "bob smith", "caf\xC3\xA9"};
    lines expected;
    for (auto& user : users) {
      put_all(*node, 4, user);
      for (auto& name : names(1, 3))
        expected.push_back(user + ' ' + name + " too_many");
    }
    put(*node, "zoe", "m1");
    CAF_CHECK(eventually([&] { return list(*node).letters.size() == 9; }));
    for (std::size_t limit : {1, 2, 3, 5, 9}) {
      dead_letter_query query;
      query.limit = limit;
      lines found;
      do {
        auto page = list(*node, query);
        CAF_CHECK(page.letters.size() <= limit);
        for (auto& x : events(page))
          found.push_back(x);
        query.after = page.next;
      } while (!query.after.empty() && found.size() < 20);
      CAF_CHECK(found == expected);
    }
    dead_letter_query of_one{"bob smith", "", 2};
    auto page = list(*node, of_one);
    CAF_CHECK(events(page) == (lines{"bob smith m1 too_many", "bob smith m2 too_many"}));
    of_one.after = page.next;
    page = list(*node, of_one);
    CAF_CHECK(events(page) == (lines{"bob smith m3 too_many"}));
    CAF_CHECK_EQUAL(page.next, "");
    CAF_CHECK(list(*node, {"zoe"}).letters.empty());
    CAF_CHECK(list(*node, {"nobody"}).letters.empty());
    CAF_CHECK_EQUAL(list(*node, {"", "7"}).error, errc::bad_request);
    of_one = {"bob smith", "", 100, 1};
    CAF_CHECK_EQUAL(list(*node, of_one).letters.size(), 1u);
  });
}

CAF_TEST(dead letters are replayed as far as there is room) {
  on_every_inbox({7 * 24h, 2}, [](inbox_medium& medium) {
    auto node = medium.make_node();
    bus_member ann{medium.on(), channel_names{"n"}.user("ann")};
    CAF_REQUIRE(ann.is_subscribed());
    auto ids = put_all(*node, 6);
    auto none = replay(*node, "ann");
    CAF_CHECK(none.letters == 0 && none.stayed == 4); // full
    acknowledge(*node, "ann", "phone", ids[5]);
    auto third = list(*node).letters.at(2).id;
    auto one = replay(*node, "ann", third);
    CAF_CHECK_EQUAL(one.error, errc::none);
    CAF_CHECK(one.letters == 1 && one.stayed == 0);
    one = replay(*node, "ann", third); // no longer there
    CAF_CHECK(one.letters == 0 && one.stayed == 0);
    auto rest = replay(*node, "ann");
    CAF_CHECK(rest.letters == 1 && rest.stayed == 2);
    auto fourth = list(*node).letters.at(1).id;
    one = replay(*node, "ann", fourth);
    CAF_CHECK(one.letters == 0 && one.stayed == 1);
    one = replay(*node, "ann", third); // not there, and there is no room
    CAF_CHECK(one.letters == 0 && one.stayed == 0);
    auto page = read(*node, from("phone"));
    CAF_CHECK(events(page) == (lines{"m3", "m1"}));
    CAF_CHECK(are_growing({ids[5], page.messages[0].id, page.messages[1].id}));
    CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 8; }));
    CAF_CHECK(inbox_place_of(ann.probe->messages()[6]).previous == ids[5]);
    CAF_CHECK(events(list(*node)) == (lines{"ann m2 too_many", "ann m4 too_many"}));
    CAF_CHECK_EQUAL(replay(*node, "nobody").letters, 0u);
    CAF_CHECK_EQUAL(replay(*node, "ann", "x").error, errc::bad_request);
  });
}

CAF_TEST(dead letters are purged) {
  on_every_inbox({7 * 24h, 1}, [](inbox_medium& medium) {
    auto node = medium.make_node();
    put_all(*node, 4);
    put_all(*node, 2, "bob");
    auto second = list(*node).letters.at(1).id;
    CAF_CHECK_EQUAL(purge(*node, "ann", second).letters, 1u);
    CAF_CHECK_EQUAL(purge(*node, "ann", second).letters, 0u);
    CAF_CHECK(events(list(*node))
              == (lines{"ann m1 too_many", "ann m3 too_many", "bob m1 too_many"}));
    CAF_CHECK_EQUAL(purge(*node, "ann").letters, 2u);
    CAF_CHECK(events(list(*node)) == (lines{"bob m1 too_many"}));
    CAF_CHECK_EQUAL(purge(*node, "ann").letters, 0u);
    CAF_CHECK_EQUAL(purge(*node, "bob", "1").error, errc::bad_request);
    CAF_CHECK(events(read(*node, from("phone"))) == names(4, 4));
  });
}
