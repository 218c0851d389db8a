// A node whose rooms `quiz:*` are quizzes. A member guesses,
//   {"text":"Rome"}
// and if that is wrong the answer is for nobody else:
//   {"right":false,"text":"no"}
// Everybody sees the right guess, and behind it the next question. What nobody
// knows within ten seconds the room tells.
// Try it: build/release/examples/quiz, then join `quiz:1` on the chat page.

#include <nlohmann/json.hpp>

#include <array>
#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <chrono>
#include <map>

using namespace std::chrono_literals;

class quiz_room : public atrium::room_logic {
public:
  atrium::decision on_join(const atrium::member& who) override {
    if (members().empty())
      after("round", round);
    tell(who, text(now_asked().question));
    return atrium::decision::accept();
  }

  atrium::decision on_message(const atrium::member& from,
                              atrium::room_message& message) override {
    if (text_of(message.data) != now_asked().answer)
      return atrium::decision::handled(R"({"right":false,"text":"no"})");
    auto points = std::to_string(++points_[from.user]);
    publish_after(text("Right! " + from.user + " has " + points));
    publish_after(text(next()));
    return atrium::decision::accept();
  }

  void on_leave(const atrium::member&) override {
    if (members().empty())
      cancel("round");
  }

  void on_timer(const std::string&) override {
    publish(text(std::string{"Nobody knew: "} + now_asked().answer));
    publish(text(next()));
  }

  // What operators see when they look into a quiz.
  friend caf::error inspect(atrium::json_inspector& f, quiz_room& x) {
    return f(atrium::named("points"), x.points_, atrium::named("asked"),
             x.asked_);
  }

private:
  struct riddle {
    const char* question;
    const char* answer;
  };

  static constexpr auto round = 10s;
  static constexpr std::array riddles{
    riddle{"What is the capital of Italy?", "Rome"},
    riddle{"How many legs has a spider?", "8"},
    riddle{"Which planet is nearest to the sun?", "Mercury"},
  };

  const riddle& now_asked() const {
    return riddles.at(asked_ % riddles.size());
  }

  // The timer of the last round is replaced.
  std::string next() {
    ++asked_;
    after("round", round);
    return now_asked().question;
  }

  static std::string text(const std::string& words) {
    return nlohmann::json{{"text", words}}.dump();
  }

  static std::string text_of(const std::string& message) {
    auto data = nlohmann::json::parse(message, nullptr, false);
    auto has_text
      = data.is_object() && data.contains("text") && data["text"].is_string();
    return has_text ? data["text"].get<std::string>() : std::string{};
  }

  std::size_t asked_ = 0;
  std::map<std::string, int> points_;
};

int main(int argc, char** argv) {
  return atrium::run_node(argc, argv,
                          atrium::room_types{}.add<quiz_room>("quiz:*"));
}
