// A node that minds the words in its rooms `family:*`: what is on the list
// comes out as stars, and who says three such things may say nothing more
// before joining again. Other rooms are as they always are. The operator has
// the list, and how often is too often:
//   word_filter --family-word darn --family-word heck --family-strikes 2

#include <nlohmann/json.hpp>

#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <map>
#include <string>
#include <vector>

using words = std::vector<std::string>;

class word_filter_room : public atrium::room_logic {
public:
  word_filter_room(atrium::own_option<words> listed, std::uint64_t most_strikes)
    : listed_(std::move(listed)), most_strikes_(most_strikes) {
    // nop
  }

  atrium::decision on_message(const atrium::member& from,
                              atrium::room_message& message) override {
    auto data = nlohmann::json::parse(message.data, nullptr, false);
    if (!data.is_object() || !data["text"].is_string())
      return atrium::decision::refuse("this room carries {\"text\":...} only");
    auto& strikes = strikes_[from.connection];
    if (strikes >= most_strikes_)
      return atrium::decision::refuse("you have said enough");
    auto& text = data["text"].get_ref<std::string&>();
    if (!clean(text))
      return atrium::decision::accept();
    if (++strikes == most_strikes_)
      tell(from, R"({"text":"that was one too many"})");
    message.data = data.dump();
    return atrium::decision::accept();
  }

  void on_leave(const atrium::member& who) override {
    strikes_.erase(who.connection);
  }

private:
  // Replaces the listed words; returns whether there were any.
  bool clean(std::string& text) const {
    auto found = false;
    for (auto& word : listed_.value()) // those of now: the list is live
      for (auto at = text.find(word); at != std::string::npos;
           at = text.find(word, at + word.size())) {
        text.replace(at, word.size(), word.size(), '*');
        found = true;
      }
    return found;
  }

  atrium::own_option<words> listed_;
  std::uint64_t most_strikes_;
  std::map<std::string, std::uint64_t> strikes_; // by connection
};

int main(int argc, char** argv) {
  atrium::own_options own{"word_filter", "1.0"};
  auto listed
    = own.list("family-word", "WORD", "Word that becomes stars.").live();
  auto strikes = own.number("family-strikes", {1, 100, "messages"}, 3,
                            "Messages with such words until one is silent.");
  auto make = [=] {
    return std::make_unique<word_filter_room>(listed, strikes.value());
  };
  return atrium::run_node(argc, argv,
                          atrium::room_types{}.add("family:*", make), own);
}
