// A node whose rooms `dice:*` are dice tables. A member publishes what to roll,
//   {"roll":"2d6"}
// and everybody in the room sees what came out, rolled by the node:
//   {"roll":"2d6","dice":[3,5],"total":8}
// Try it: build/release/examples/dice, then join `dice:1` on the chat page.

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <charconv>
#include <random>

class dice_room : public atrium::room_logic {
public:
  atrium::decision on_join(const atrium::member& who) override {
    tell(who, R"({"text":"publish {\"roll\":\"2d6\"} to roll two dice"})");
    return atrium::decision::accept();
  }

  atrium::decision on_message(const atrium::member&,
                              atrium::room_message& message) override {
    auto data = nlohmann::json::parse(message.data, nullptr, false);
    auto [count, sides] = parse(text_of(data, "roll"));
    if (count < 1 || count > 100 || sides < 2 || sides > 1000)
      return atrium::decision::refuse("say what to roll, like 2d6");
    std::uniform_int_distribution<int> die{1, sides};
    int total = 0;
    for (int i = 0; i < count; ++i) {
      data["dice"].push_back(die(random_));
      total += data["dice"].back().get<int>();
    }
    data["total"] = total;
    ++rolls_;
    best_ = std::max(best_, total);
    message.data = data.dump();
    return atrium::decision::accept();
  }

  // What operators see when they look into a table.
  friend caf::error inspect(atrium::json_inspector& f, dice_room& x) {
    return f(atrium::named("rolls"), x.rolls_, atrium::named("best"), x.best_);
  }

private:
  static std::string text_of(const nlohmann::json& data, const char* key) {
    auto is_text = data.is_object() && data.contains(key)
                   && data[key].is_string() && !data.contains("dice");
    return is_text ? data[key].get<std::string>() : std::string{};
  }

  // "2d6" becomes {2, 6}; anything else {0, 0}.
  static std::pair<int, int> parse(const std::string& text) {
    int count = 0;
    int sides = 0;
    auto end = text.data() + text.size();
    auto [d, first] = std::from_chars(text.data(), end, count);
    if (first != std::errc{} || d == end || *d != 'd')
      return {0, 0};
    auto [rest, second] = std::from_chars(d + 1, end, sides);
    if (second != std::errc{} || rest != end)
      return {0, 0};
    return {count, sides};
  }

  std::mt19937 random_{std::random_device{}()};
  int rolls_ = 0;
  int best_ = 0;
};

int main(int argc, char** argv) {
  return atrium::run_node(argc, argv,
                          atrium::room_types{}.add<dice_room>("dice:*"));
}
