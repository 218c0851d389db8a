// A node whose rooms `counter:*` are counters that members of all nodes share.
// Who adds,
//   {"add":5}
// has everybody see the new total, and that message is the receipt as well:
//   {"add":5,"total":12}
// Who asks, {"read":true}, gets an answer that nobody else sees:
//   {"total":12,"adds":3,"members":2}
// with the members of all nodes.
// The state is saved with each message: what was published is counted, whatever
// becomes of the node that had the room.
// Try it: build/release/examples/counter --listen 127.0.0.1:8081 and a second
// one, both with the same --redis, and join `counter:1` on both.

#include <nlohmann/json.hpp>

#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <cstdint>

class counter_room : public atrium::room_logic {
public:
  atrium::decision on_message(const atrium::member&,
                              atrium::room_message& message) override {
    using nlohmann::json;
    auto data = json::parse(message.data, nullptr, false);
    if (data == json{{"read", true}})
      return atrium::decision::handled(json{
        {"total", total_},
        {"adds", adds_},
        {"members", members().size()}}.dump());
    auto step = step_of(data);
    if (step < 1 || step > most)
      return atrium::decision::refuse("add 1 to 1000, like {\"add\":5}");
    total_ += step;
    ++adds_;
    message.data = json{{"add", step}, {"total", total_}}.dump();
    return atrium::decision::accept();
  }

  // What is saved, and what operators see.
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f,
                                                 counter_room& x) {
    return f(atrium::named("total"), x.total_, atrium::named("adds"), x.adds_);
  }

private:
  static constexpr std::int64_t most = 1'000;

  // Zero if there is none.
  static std::int64_t step_of(const nlohmann::json& data) {
    auto has_step = data.is_object() && data.contains("add")
                    && data["add"].is_number_integer();
    return has_step ? data["add"].get<std::int64_t>() : 0;
  }

  std::int64_t total_ = 0;
  std::int64_t adds_ = 0;
};

int main(int argc, char** argv) {
  return atrium::run_node(
    argc, argv,
    atrium::room_types{}.add<counter_room>("counter:*", atrium::home::one));
}
