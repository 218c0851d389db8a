#define CAF_SUITE room_words_contract_test

#include "caf/test/unit_test.hpp"
#include "support/owners_medium.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

std::string epoch_of(bus& on, const std::string& channel) {
  return ask(on, channel, where_it_is()).top.epoch;
}

} // namespace

CAF_TEST(what a room with a history says is kept with its state) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    auto channel = channel_names{"n"}.room("x");
    bus_member member{medium.on(), channel};
    CAF_REQUIRE(member.is_subscribed());
    CAF_CHECK(say(*node, "x", token, kept_word(1, "s1", "e1")) == fencing::passed);
    CAF_CHECK(say(*node, "x", token, kept_word(2, "s2", "e2")) == fencing::passed);
    CAF_CHECK(say(*node, "x", token - 1, kept_word(3, "old", "old")) == fencing::fenced);
    CAF_CHECK(say(*node, "x", token, kept_word(3, "s3", "e3")) == fencing::passed);
    CAF_CHECK(eventually([&] { return member.probe->messages().size() >= 3; }));
    CAF_CHECK_EQUAL(member.probe->messages().size(), 3u);
    CAF_CHECK(is_gapless(member.probe->messages()));
    auto page = ask(medium.on(), channel, since(epoch_of(medium.on(), channel), 0));
    CAF_CHECK((offsets(page) == std::vector<std::uint64_t>{1, 2, 3}));
    CAF_CHECK_EQUAL(state_of(open(*node, "x", token + 1)), "s3");
  });
}

CAF_TEST(the packets of a word are published in order whether they are kept or not ) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    auto channel = channel_names{"n"}.room("x");
    bus_member member{medium.on(), channel};
    CAF_REQUIRE(member.is_subscribed());
    room_word what{1};
    what.history = hundred;
    for (auto kept : {false, true, false, true, true, false})
      what.packets.push_back({bytes(packet_of("e" + std::to_string(what.packets.size()))), kept});
    auto said = what.packets;
    CAF_CHECK(say(*node, "x", token, what) == fencing::passed);
    // Without a rule nothing is kept.
    what.number = 2;
    what.history = {};
    CAF_CHECK(say(*node, "x", token, what) == fencing::passed);
    CAF_CHECK(eventually([&] { return member.probe->messages().size() >= 12; }));
    auto heard = member.probe->messages();
    CAF_REQUIRE_EQUAL(heard.size(), 12u);
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < heard.size(); ++i) {
      auto& packet = said[i % 6];
      auto is_kept = packet.is_kept && i < 6;
      CAF_CHECK_EQUAL(place_of(heard[i]).offset, is_kept ? ++offset : 0);
      CAF_CHECK(heard[i].substr(heard[i].find(':')) == packet.bytes->substr(1));
    }
    auto page = ask(medium.on(), channel, since(epoch_of(medium.on(), channel), 0));
    CAF_REQUIRE_EQUAL(page.messages.size(), 3u);
    CAF_CHECK(*page.messages[1].packet == *said[3].bytes);
  });
}

CAF_TEST(fields change and go apart from each other) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    using fields = std::map<std::string, std::string>;
    room_word what{1};
    // Whatever they are called: not as what stands beside them in Redis.
    what.changes = {
      {"a", bytes("1")}, {"b", bytes("2")}, {"t", bytes("3")}, {"n", bytes("4")}, {"", bytes("")}};
    CAF_CHECK(say(*node, "x", token, what) == fencing::passed);
    what = {2, {{"b", nullptr}, {"a", bytes("5")}, {"c", bytes("6")}, {"none", nullptr}}};
    CAF_CHECK(say(*node, "x", token, what) == fencing::passed);
    CAF_CHECK(say(*node, "x", token, {3}) == fencing::passed);
    token = renew(*node, "x", token, "a");
    CAF_CHECK((fields_of(open(*node, "x", token))
               == fields{{"a", "5"}, {"c", "6"}, {"t", "3"}, {"n", "4"}, {"", ""}}));
    what = {1, {{"a", nullptr}, {"c", nullptr}, {"t", nullptr}, {"n", nullptr}, {"", nullptr}}};
    CAF_CHECK(say(*node, "x", token, what) == fencing::passed);
    // The fence is none of them.
    CAF_CHECK(say(*node, "x", token, {2}) == fencing::passed);
    CAF_CHECK(open(*node, "x", token + 1).state.empty());
  });
}

CAF_TEST(a word that is fenced changes no field and publishes nothing) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    auto channel = channel_names{"n"}.room("x");
    bus_member member{medium.on(), channel};
    CAF_REQUIRE(member.is_subscribed());
    CAF_CHECK(say(*node, "x", token, {1, {{"a", bytes("1")}, {"b", bytes("2")}}})
              == fencing::passed);
    room_word what{3, {{"a", nullptr}, {"b", bytes("3")}, {"c", bytes("4")}}};
    what.packets = {{bytes(packet_of("e1"))}, {bytes(packet_of("e2")), true}};
    what.history = hundred;
    CAF_CHECK(say(*node, "x", token, what) == fencing::fenced); // too early
    CAF_CHECK(say(*node, "x", token - 1, what) == fencing::fenced);
    CAF_CHECK(say(*node, "x", token, word(2, "", "last")) == fencing::passed);
    CAF_CHECK(member.receives({"last"}));
    CAF_CHECK(offsets(ask(medium.on(), channel, since(epoch_of(medium.on(), channel), 0))).empty());
    auto state = fields_of(open(*node, "x", token + 1));
    CAF_CHECK((state == std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
  });
}

CAF_TEST(thousands of fields come and go in one word) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    room_word many{1};
    room_word none{1};
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 3000; ++i) {
      auto name = "m:" + std::to_string(i);
      expected[name] = std::to_string(i * 7);
      many.changes.push_back({name, bytes(expected[name])});
      none.changes.push_back({name, nullptr});
      many.packets.push_back({bytes(packet_of(name)), true});
    }
    many.history = hundred;
    // More than Lua takes at once, of each.
    for (int i = 3000; i < 9000; ++i)
      none.changes.push_back({"m:" + std::to_string(i), nullptr});
    CAF_CHECK(say(*node, "x", token, many) == fencing::passed);
    token = renew(*node, "x", token, "a");
    CAF_CHECK(fields_of(open(*node, "x", token)) == expected);
    CAF_CHECK(say(*node, "x", token, none) == fencing::passed);
    CAF_CHECK(open(*node, "x", token + 1).state.empty());
  });
}

CAF_TEST(a state may be large and of any bytes) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    std::string large(std::size_t{4} << 20, '\0');
    for (std::size_t i = 0; i < large.size(); ++i)
      large[i] = static_cast<char>(i * 7);
    CAF_CHECK(say(*node, "x", token, word(1, large)) == fencing::passed);
    CAF_CHECK(state_of(open(*node, "x", token + 1)) == large);
  });
}
