#define CAF_SUITE history_removal_contract_test

#include "caf/test/unit_test.hpp"
#include "support/bus_contract.hpp"
#include "support/history_probe.hpp"

#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;

namespace {

using numbers = std::vector<std::uint64_t>;

history_query all() {
  history_query result;
  result.rule = hundred;
  result.limit = 100;
  return result;
}

} // namespace

CAF_TEST(what is removed is gone and its numbers go on) {
  on_every_bus([](bus_medium& medium) {
    auto here = medium.make_bus();
    auto there = medium.make_bus();
    auto epoch = keep_all(*here, "{room}", {"m1", "m2", "m3"});
    keep_all(*here, "{lobby}", {"m1"});
    CAF_CHECK_EQUAL(remove_all(*there, "{room}"), errc::none);
    auto page = ask(*here, "{room}", all());
    CAF_CHECK(page.messages.empty() && !page.is_lost && !page.has_more);
    CAF_CHECK(page.top == (position{epoch, 3}));
    CAF_CHECK_EQUAL(keep_all(*here, "{room}", {"m4"}), epoch);
    CAF_CHECK(offsets(ask(*there, "{room}", all())) == (numbers{4}));
    CAF_CHECK(offsets(ask(*there, "{lobby}", all())) == (numbers{1}));
  });
}

CAF_TEST(who has missed what is removed hears that it is lost) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    auto epoch = keep_all(*node, "{room}", {"m1", "m2"});
    CAF_CHECK_EQUAL(remove_all(*node, "{room}"), errc::none);
    auto page = ask(*node, "{room}", since(epoch, 1));
    CAF_CHECK(page.is_lost);
    CAF_CHECK_EQUAL(page.floor, 2u);
    CAF_CHECK(!ask(*node, "{room}", since(epoch, 2)).is_lost);
  });
}

CAF_TEST(a message that is removed does not come again by its id) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    bus_member ann{*node, "{room}"};
    CAF_REQUIRE(ann.is_subscribed());
    auto first = keep(*node, "{room}", chosen("m1"));
    CAF_CHECK_EQUAL(remove_all(*node, "{room}"), errc::none);
    auto again = keep(*node, "{room}", chosen("m1"));
    CAF_REQUIRE(first.at && again.at);
    CAF_CHECK(*first.at == *again.at);
    CAF_CHECK_EQUAL(keep(*node, "{room}", chosen("m2")).at.value_or(position{}).offset, 2u);
    CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 2; }));
    CAF_CHECK_EQUAL(node->history()->stats().duplicates, 1u);
  });
}

CAF_TEST(what nobody has kept can be removed) {
  on_every_bus([](bus_medium& medium) {
    auto node = medium.make_bus();
    CAF_CHECK_EQUAL(remove_all(*node, "{nobody}"), errc::none);
    auto page = ask(*node, "{nobody}", where_it_is());
    CAF_CHECK_EQUAL(page.top.offset, 0u);
    node->stop();
    CAF_CHECK_EQUAL(remove_all(*node, "{nobody}"), errc::bus_unavailable);
  });
}
