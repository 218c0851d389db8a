// A unit test of the room of auction.cpp: no node, no sockets, no waiting.
#define main run_auctions
#include "auction.cpp" // NOLINT(bugprone-suspicious-include)
#undef main

#include <atrium/actors/testing/fake_room.hpp>
#include <cstdio>
#include <cstdlib>

using nlohmann::json;

void check(bool holds) {
  if (!holds)
    std::abort();
}

json last(const std::vector<std::string>& texts) {
  check(!texts.empty());
  return json::parse(texts.back());
}

// Bids below the highest one are answered, and nobody else hears of them.
void the_highest_bid_wins() {
  atrium::fake_room<auction_room> room{"auction:1"};
  auto ann = room.join("ann");
  auto bob = room.join("bob");
  check(last(room.heard(ann)) == json{{"item", nullptr}});
  check(room.say(bob, R"({"bid":5})")->is_refused());
  check(room.say(ann, R"({"sell":"a vase","seconds":60})")->is_published());
  check(room.say(bob, R"({"sell":"a cup","seconds":60})")->is_refused());

  check(room.say(bob, R"({"bid":50})")->is_published());
  check(last(room.heard(ann))["by"] == "bob");
  auto outcome = room.say(ann, R"({"bid":50})");
  check(outcome->is_answered());
  check(json::parse(outcome->text) == json{{"too_low", 50}, {"bid", 50}});
  check(room.heard(ann).empty());

  room.advance(60s);
  check(last(room.heard(ann))
        == json{{"sold", "a vase"}, {"bid", 50}, {"by", "bob"}});
  check(room.say(bob, R"({"bid":60})")->is_refused());
}

void a_late_bid_gives_others_time() {
  atrium::fake_room<auction_room> room{"auction:1"};
  auto ann = room.join("ann");
  check(room.say(ann, R"({"sell":"a vase","seconds":10})")->is_published());
  room.advance(9s);
  check(room.say(ann, R"({"bid":1})")->is_published());
  room.published();
  room.advance(4'999ms);
  check(room.published().empty());
  room.advance(1ms);
  check(last(room.published())["sold"] == "a vase");
}

// As on the node that has the room next.
void another_room_goes_on_with_what_was_saved() {
  atrium::fake_room<auction_room> room{"auction:1"};
  auto ann = room.join("ann");
  check(room.say(ann, R"({"sell":"a vase","seconds":10})")->is_published());
  check(room.say(ann, R"({"bid":7})")->is_published());
  auto saved = atrium::json_inspector::to_json(room.logic());

  atrium::fake_room<auction_room> next{"auction:1"};
  check(!atrium::json_loader::from_json(saved, next.logic()));
  auto bob = next.join("bob");
  check(last(next.heard(bob)) == last(room.heard(ann)));
  check(next.say(bob, R"({"bid":7})")->is_answered());
}

void nonsense_is_refused() {
  atrium::fake_room<auction_room> room{"auction:1"};
  auto ann = room.join("ann");
  for (auto text : {"1", "{}", R"({"bid":0})", R"({"bid":"5"})",
                    R"({"sell":"","seconds":5})", R"({"seconds":5})",
                    R"({"sell":"a vase","seconds":86401})"})
    check(room.say(ann, text)->is_refused());
}

int main() {
  the_highest_bid_wins();
  a_late_bid_gives_others_time();
  another_room_goes_on_with_what_was_saved();
  nonsense_is_refused();
  std::puts("ok");
}
