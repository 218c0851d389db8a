#define CAF_SUITE history_contract_test

#include "caf/test/unit_test.hpp"
#include "support/bus_contract.hpp"
#include "support/history_probe.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using lines = std::vector<std::string>;
using numbers = std::vector<std::uint64_t>;

// A member whose subscription is acknowledged.
struct member : bus_member {
  member(bus& on, std::string channel) : bus_member(on, std::move(channel)) {
    CAF_REQUIRE(is_subscribed());
  }
};

lines ids(int count, const std::string& prefix = "m") {
  lines result;
  for (int i = 1; i <= count; ++i)
    result.push_back(prefix + std::to_string(i));
  return result;
}

history_query newest(std::size_t limit) {
  history_query result;
  result.rule = hundred;
  result.limit = limit;
  result.newest_first = true;
  return result;
}

} // namespace

CAF_TEST(a message is numbered and pushed with its position) {
  on_every_bus([](bus_medium& medium) {
    auto here = medium.make_bus();
    auto there = medium.make_bus();
    member ann{*here, "{room}"};
    member bob{*there, "{room}"};
    auto first = keep(*here, "{room}", entry("m1"));
    auto second = keep(*there, "{room}", entry("m2"));
    CAF_REQUIRE(first.at && second.at);
    CAF_CHECK_EQUAL(first.error, errc::none);
    CAF_CHECK_EQUAL(first.at->offset, 1u);
    CAF_CHECK_EQUAL(second.at->offset, 2u);
    CAF_CHECK_EQUAL(first.at->epoch, second.at->epoch);
    auto& epoch = first.at->epoch;
    lines expected{with_position(packet_of("m1"), {epoch, 1, 0}),
                   with_position(packet_of("m2"), {epoch, 2, 1})};
    CAF_CHECK(ann.receives(expected));
    CAF_CHECK(bob.receives(expected));
    CAF_CHECK(is_gapless(expected));
  });
}

CAF_TEST(all nodes see the order of the log whoever publishes) {
  on_every_bus([](bus_medium& medium) {
    constexpr std::size_t each = 300;
    history_rule rule{2 * each, 600s};
    auto here = medium.make_bus();
    auto there = medium.make_bus();
    member ann{*here, "{room}"};
    member bob{*there, "{room}"};
    receipt_probe receipts;
    for (std::size_t i = 0; i < each; ++i)
      for (auto& [on, name] : {std::pair{here, "here-"s}, std::pair{there, "there-"s}})
        on->history()->append("{room}", entry(name + std::to_string(i), rule), receipts.make());
    CAF_REQUIRE(eventually([&] { return receipts.count(errc::none) == 2 * each; }));
    CAF_CHECK(receipts.all_once());
    CAF_CHECK_EQUAL(receipts.positions(), 2 * each);
    CAF_REQUIRE(eventually([&] { return ann.probe->messages().size() == 2 * each; }));
    auto pushed = ann.probe->messages();
    CAF_CHECK(bob.receives(pushed));
    CAF_CHECK(is_gapless(pushed));
    history_query all{rule, std::nullopt, 2 * each};
    auto page = ask(*there, "{room}", all);
    CAF_REQUIRE_EQUAL(page.messages.size(), 2 * each);
    std::size_t differ = 0;
    for (std::size_t i = 0; i < pushed.size(); ++i) {
      auto& x = page.messages[i];
      differ += with_position(*x.packet, {page.top.epoch, x.offset, x.previous}) != pushed[i];
    }
    CAF_CHECK_EQUAL(differ, 0u);
    // Of one publisher the order is that of the calls.
    auto of = [&](const std::string& name) {
      lines result;
      for (auto& x : page.messages)
        if (auto at = x.packet->find("\"" + name); at != x.packet->npos)
          result.push_back(x.packet->substr(at + 1, x.packet->find('"', at + 1) - at - 1));
      return result;
    };
    for (auto name : {"here-"s, "there-"s}) {
      lines expected;
      for (std::size_t i = 0; i < each; ++i)
        expected.push_back(name + std::to_string(i));
      CAF_CHECK(of(name) == expected);
    }
  });
}

CAF_TEST(a message with a known id is neither kept nor pushed again) {
  on_every_bus([](bus_medium& medium) {
    auto here = medium.make_bus();
    auto there = medium.make_bus();
    member ann{*here, "{room}"};
    auto first = keep(*here, "{room}", chosen("a"));
    keep(*here, "{room}", chosen("b"));
    auto again = keep(*there, "{room}", chosen("a"));
    CAF_REQUIRE(first.at && again.at);
    CAF_CHECK(*again.at == *first.at);
    auto elsewhere = keep(*here, "{lobby}", chosen("a"));
    CAF_CHECK(elsewhere.at && elsewhere.at->epoch != first.at->epoch);
    auto last = keep(*here, "{room}", chosen("c"));
    CAF_CHECK(last.at && last.at->offset == 3);
    CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 3; }));
    CAF_CHECK(is_gapless(ann.probe->messages()));
    CAF_CHECK(eventually([&] { return there->history()->stats().duplicates == 1; }));
    CAF_CHECK(eventually([&] { return here->history()->stats().stored >= 4; }));
  });
}

CAF_TEST(known and unknown messages may come at the same time) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    member ann{*node, "{room}"};
    keep(*node, "{room}", chosen("a"));
    std::vector<awaited<publish_receipt>> receipts(6);
    lines names{"b", "a", "c", "b", "", "c"};
    for (std::size_t i = 0; i < names.size(); ++i)
      node->history()->append("{room}", names[i].empty() ? entry("m") : chosen(names[i]),
                              receipts[i].handler());
    numbers found;
    for (auto& x : receipts)
      found.push_back(x.get().at.value_or(position{}).offset);
    CAF_CHECK(found == (numbers{2, 1, 3, 2, 4, 3}));
    CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 4; }));
    CAF_CHECK(is_gapless(ann.probe->messages()));
  });
}

CAF_TEST(the log tells what comes after a position) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    auto epoch = keep_all(*node, "{room}", ids(10));
    auto page = ask(*node, "{room}", since(epoch, 7));
    CAF_CHECK_EQUAL(page.error, errc::none);
    CAF_CHECK(offsets(page) == (numbers{8, 9, 10}));
    CAF_CHECK_EQUAL(page.messages.at(0).previous, 7u);
    CAF_CHECK_EQUAL(*page.messages.at(0).packet, packet_of("m8"));
    CAF_CHECK(page.top == (position{epoch, 10}));
    CAF_CHECK(!page.has_more && !page.is_lost);
    page = ask(*node, "{room}", since(epoch, 10));
    CAF_CHECK(page.messages.empty() && !page.has_more && !page.is_lost);
    page = ask(*node, "{room}", since(epoch, 0, 4));
    CAF_CHECK(offsets(page) == (numbers{1, 2, 3, 4}));
    CAF_CHECK(page.has_more);
    page = ask(*node, "{room}", since(epoch, 6, 4));
    CAF_CHECK(offsets(page) == (numbers{7, 8, 9, 10}));
    CAF_CHECK(!page.has_more);
  });
}

CAF_TEST(the log tells the oldest and the newest) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    auto epoch = keep_all(*node, "{room}", ids(10));
    auto page = ask(*node, "{room}", {hundred, std::nullopt, 3});
    CAF_CHECK(offsets(page) == (numbers{1, 2, 3}));
    CAF_CHECK(page.has_more);
    page = ask(*node, "{room}", newest(3));
    CAF_CHECK(offsets(page) == (numbers{10, 9, 8}));
    CAF_CHECK(page.has_more);
    auto before = newest(5);
    before.from = position{epoch, 8};
    page = ask(*node, "{room}", before);
    CAF_CHECK(offsets(page) == (numbers{7, 6, 5, 4, 3}));
    before.from = position{epoch, 3};
    page = ask(*node, "{room}", before);
    CAF_CHECK(offsets(page) == (numbers{2, 1}));
    CAF_CHECK(!page.has_more && !page.is_lost);
    before.from = position{epoch, 1};
    CAF_CHECK(ask(*node, "{room}", before).messages.empty());
    CAF_CHECK(offsets(ask(*node, "{room}", newest(50))).size() == 10);
  });
}

CAF_TEST(a page has a bound in bytes but has a message) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    for (int i = 0; i < 6; ++i)
      keep(*node, "{room}", {bytes(packet_of("m", std::string(1000, '1'))), hundred, "m", false});
    auto size = packet_of("m", std::string(1000, '1')).size();
    for (auto reverse : {false, true}) {
      history_query query{hundred, std::nullopt, 100, 3 * size, reverse};
      auto page = ask(*node, "{room}", query);
      CAF_CHECK_EQUAL(page.messages.size(), 3u);
      CAF_CHECK(page.has_more);
      query.max_bytes = 1;
      page = ask(*node, "{room}", query);
      CAF_CHECK_EQUAL(page.messages.size(), 1u);
      CAF_CHECK(page.has_more);
    }
  });
}

CAF_TEST(a long page is whole) {
  on_every_bus([](bus_medium& medium) {
    history_rule rule{2'000, 600s};
    auto node = medium.make_bus();
    receipt_probe receipts;
    for (auto& id : ids(1'300))
      node->history()->append("{room}", entry(id, rule), receipts.make());
    CAF_REQUIRE(eventually([&] { return receipts.count(errc::none) == 1'300; }));
    for (auto reverse : {false, true}) {
      auto page = ask(*node, "{room}", {rule, std::nullopt, 1'200, 1 << 20, reverse});
      auto found = offsets(page);
      CAF_REQUIRE_EQUAL(found.size(), 1'200u);
      CAF_CHECK(page.has_more);
      CAF_CHECK(std::ranges::is_sorted(found) != reverse);
      CAF_CHECK_EQUAL(std::max(found.front(), found.back()) - std::min(found.front(), found.back()),
                      1'199u);
    }
    CAF_CHECK_EQUAL(ask(*node, "{room}", {rule, std::nullopt, 1'300, 1 << 20}).has_more, false);
  });
}

CAF_TEST(who is of another epoch or ahead has lost something) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    auto epoch = keep_all(*node, "{room}", ids(5));
    for (auto& query : {since("other", 3), since(epoch, 6), since("other", 0)}) {
      auto page = ask(*node, "{room}", query);
      CAF_CHECK_EQUAL(page.error, errc::none);
      CAF_CHECK(page.is_lost && page.messages.empty());
      CAF_CHECK(page.top == (position{epoch, 5}));
      CAF_CHECK_EQUAL(page.floor, 0u);
    }
    CAF_CHECK(eventually([&] { return node->history()->stats().lost == 3; }));
    CAF_CHECK_EQUAL(node->history()->stats().reads, 3u);
  });
}

CAF_TEST(a log keeps the newest messages only) {
  on_every_bus([](bus_medium& medium) {
    history_rule three{3, 600s};
    auto node = medium.make_bus();
    auto epoch = keep_all(*node, "{room}", ids(5), three);
    auto page = ask(*node, "{room}", since(epoch, 1));
    CAF_CHECK(page.is_lost && page.messages.empty());
    CAF_CHECK_EQUAL(page.floor, 2u);
    CAF_CHECK(page.top == (position{epoch, 5}));
    CAF_CHECK(offsets(ask(*node, "{room}", since(epoch, 2))) == (numbers{3, 4, 5}));
    CAF_CHECK(offsets(ask(*node, "{room}", {three, std::nullopt, 9})) == (numbers{3, 4, 5}));
    CAF_CHECK(offsets(ask(*node, "{room}", newest(9))) == (numbers{5, 4, 3}));
    CAF_CHECK(ask(*node, "{room}", since(epoch, 1, 0)).is_lost);
    CAF_CHECK(!ask(*node, "{room}", since(epoch, 2, 0)).is_lost);
    keep_all(*node, "{room}", {"last"}, {1, 600s});
    CAF_CHECK(offsets(ask(*node, "{room}", newest(9))) == (numbers{6}));
  });
}

CAF_TEST(messages expire and their numbers do not come again) {
  on_every_bus([](bus_medium& medium) {
    history_rule second{100, 1s};
    auto node = medium.make_bus();
    auto epoch = keep_all(*node, "{room}", ids(2), second);
    CAF_CHECK(eventually([&] { return ask(*node, "{room}", newest(9)).messages.empty(); }));
    auto page = ask(*node, "{room}", since(epoch, 1));
    CAF_CHECK(page.is_lost);
    CAF_CHECK_EQUAL(page.floor, 2u);
    CAF_CHECK(page.top == (position{epoch, 2}));
    CAF_CHECK(!ask(*node, "{room}", since(epoch, 2)).is_lost);
    CAF_CHECK_EQUAL(keep_all(*node, "{room}", {"next"}), epoch);
    CAF_CHECK(offsets(ask(*node, "{room}", since(epoch, 2))) == (numbers{3}));
  });
}

CAF_TEST(a channel without messages has a position) {
  on_every_bus([](bus_medium& medium) {
    auto here = medium.make_bus();
    auto there = medium.make_bus();
    auto page = ask(*here, "{room}", where_it_is());
    CAF_CHECK_EQUAL(page.error, errc::none);
    CAF_CHECK(!page.top.epoch.empty());
    CAF_CHECK_EQUAL(page.top.offset, 0u);
    CAF_CHECK(ask(*there, "{room}", where_it_is()).top == page.top);
    CAF_CHECK(!ask(*there, "{room}", since(page.top.epoch, 0)).is_lost);
    CAF_CHECK_EQUAL(keep_all(*there, "{room}", {"m"}), page.top.epoch);
    CAF_CHECK(offsets(ask(*here, "{room}", since(page.top.epoch, 0))) == (numbers{1}));
    CAF_CHECK(ask(*here, "{room}", where_it_is()).top == (position{page.top.epoch, 1}));
    CAF_CHECK(ask(*here, "{lobby}", where_it_is()).top.epoch != page.top.epoch);
  });
}

CAF_TEST(any bytes are kept as they are) {
  on_every_bus([](bus_medium& medium) {
    const auto channel = "{n:room:caf\xC3\xA9} *\r\n\0x"s;
    const lines packets{"0:\0\r\n$5\r\n:"s, "0x@run:" + std::string(1 << 20, 'x'), "\xFF", ""};
    auto node = medium.make_bus();
    member ann{*node, channel};
    lines expected;
    for (auto& packet : packets) {
      auto receipt = keep(*node, channel, {bytes(packet), hundred, "m", false});
      CAF_REQUIRE(receipt.at);
      auto& [epoch, offset] = *receipt.at;
      expected.push_back(with_position(packet, {epoch, offset, offset - 1}));
    }
    CAF_CHECK(ann.receives(expected));
    auto page = ask(*node, channel, {hundred, std::nullopt, 10, 8 << 20});
    CAF_REQUIRE_EQUAL(page.messages.size(), packets.size());
    for (std::size_t i = 0; i < packets.size(); ++i)
      CAF_CHECK(*page.messages[i].packet == packets[i]);
  });
}

CAF_TEST(a stopped log keeps nothing and still says so) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    receipt_probe receipts;
    for (auto& id : ids(50))
      node->history()->append("{room}", entry(id), receipts.make());
    node->stop();
    CAF_CHECK(receipts.all_once());
    CAF_CHECK_EQUAL(keep(*node, "{room}", entry("late")).error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(ask(*node, "{room}", where_it_is()).error, errc::bus_unavailable);
    CAF_CHECK(eventually([&] { return node->history()->stats().failed == 1; }));
    CAF_CHECK_EQUAL(node->stats().pending, 0u);
  });
}
