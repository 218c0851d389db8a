// A room of one's own and its unit test: no node, no sockets, no waiting.
// Works the same with any test framework.
#include <atrium/actors/testing/fake_room.hpp>
#include <cstdio>
#include <cstdlib>

using namespace std::chrono_literals;

class quiz_room : public atrium::room_logic {
  atrium::decision on_join(const atrium::member&) override {
    after("hint", 10s);
    return atrium::decision::accept();
  }

  atrium::decision on_message(const atrium::member& from,
                              atrium::room_message& message) override {
    if (message.data != "42")
      return atrium::decision::handled("\"no\""); // nobody else hears of it
    publish_after('"' + from.user + " wins\"");
    return atrium::decision::accept();
  }

  void on_timer(const std::string&) override {
    publish("\"a number with two digits\"");
  }
};

void check(bool holds) {
  if (!holds)
    std::abort();
}

int main() {
  using texts = std::vector<std::string>;
  atrium::fake_room<quiz_room> room{"quiz:1"};
  auto ada = room.join("ada");
  auto bob = room.join("bob");

  auto outcome = room.say(ada, "41");
  check(outcome->is_answered() && outcome->text == "\"no\"");
  check(room.heard(bob).empty());

  room.advance(10s);
  check(room.heard(bob) == texts{"\"a number with two digits\""});

  check(room.say(bob, "42")->is_published());
  check(room.heard(ada).back() == "\"bob wins\"");
  std::puts("ok");
}
