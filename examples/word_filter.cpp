// A node that minds the words in its rooms `family:*`: what is on the list
// comes out as stars, and who says three such things may say nothing more
// before joining again. Other rooms are as they always are.

#include <nlohmann/json.hpp>

#include <array>
#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <map>
#include <string_view>

class word_filter_room : public atrium::room_logic {
public:
  atrium::decision on_message(const atrium::member& from,
                              atrium::room_message& message) override {
    auto data = nlohmann::json::parse(message.data, nullptr, false);
    if (!data.is_object() || !data["text"].is_string())
      return atrium::decision::refuse("this room carries {\"text\":...} only");
    auto& strikes = strikes_[from.connection];
    if (strikes >= most_strikes)
      return atrium::decision::refuse("you have said enough");
    auto& text = data["text"].get_ref<std::string&>();
    if (!clean(text))
      return atrium::decision::accept();
    if (++strikes == most_strikes)
      tell(from, R"({"text":"that was one too many"})");
    message.data = data.dump();
    return atrium::decision::accept();
  }

  void on_leave(const atrium::member& who) override {
    strikes_.erase(who.connection);
  }

private:
  static constexpr int most_strikes = 3;
  static constexpr std::array<std::string_view, 3> words
    = {"darn", "heck", "frak"};

  // Replaces the listed words; returns whether there were any.
  static bool clean(std::string& text) {
    auto found = false;
    for (auto word : words)
      for (auto at = text.find(word); at != std::string::npos;
           at = text.find(word, at)) {
        text.replace(at, word.size(), word.size(), '*');
        found = true;
      }
    return found;
  }

  std::map<std::string, int> strikes_; // by connection
};

int main(int argc, char** argv) {
  return atrium::run_node(
    argc, argv, atrium::room_types{}.add<word_filter_room>("family:*"));
}
