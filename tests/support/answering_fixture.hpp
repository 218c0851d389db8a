#pragma once

#include "atrium/broker/log/log.hpp"

#include "support/actor_fixture.hpp"
#include "support/scripted_logic.hpp"

#include <stdexcept>

namespace atrium::test {

using namespace std::chrono_literals;

/// What the messages of these tests have the logic do.
inline decision obey_words(scripted_logic& self, room_message& message) {
  auto& said = message.data;
  if (said == "\"guess\"")
    return decision::handled(R"({"right":false})");
  if (said == "\"ask\"") {
    self.tickets.push_back(message.ticket);
    return decision::later(5s);
  }
  if (said == "\"throw\"")
    throw std::runtime_error{"moody"};
  for (auto& x : self.tickets)
    said == "\"no\"" ? self.refuse(x, "not now") : self.reply(x, said);
  return decision::accept();
}

/// A node whose rooms `r*` answer, with two members of the room r on two lanes.
struct answering_fixture : node_fixture {
  answering_fixture() : node_fixture(room_types{}.add<scripted_logic>("r*")) {
    scripted_logic::does = scripted_logic::script{};
    scripted_logic::does.message = obey_words;
    log::redirect([this](std::string_view line) { written.emplace_back(line); });
    ann = member_of("r", "ann");
    bob = member_of("r", "bob");
  }

  ~answering_fixture() override {
    scripted_logic::does = scripted_logic::script{}; // may refer to what the test had
    log::redirect(nullptr);
  }

  client member_of(const std::string& room, const std::string& user) {
    auto result = connect(user, clients.size() % 2);
    join(result, room);
    result.out->take();
    return result;
  }

  void say(const client& who, const std::string& data, const std::string& id = "3") {
    request(who, publish_request{id, "r", data, {}, {}, true});
  }

  /// Posts as the back end does; `told` has what comes of it.
  void post(const std::string& data) {
    caf::anon_send(root, post_in_room{"r", {data, {}, {}}, false, {}, [this](const post_result& x) {
                                        told.push_back(x.answer.empty()
                                                         ? std::string{to_string(x.code)}
                                                         : x.answer);
                                      }});
    settle();
  }

  void pass(std::chrono::milliseconds time) {
    now += time;
    sched.advance_time(time);
    settle();
  }

  std::size_t count(std::string_view part) const {
    auto has = [&](auto& x) { return x.find(part) != std::string::npos; };
    return static_cast<std::size_t>(std::ranges::count_if(written, has));
  }

  std::size_t rooms() {
    std::size_t result = 0;
    auto asked = self->request(root, caf::infinite, list_children{child_kind::room, {}, {}, 9});
    settle();
    asked.receive([&](children& x) { result = x.total; }, [](caf::error&) {});
    return result;
  }

  client ann;
  client bob;
  lines told;
  lines written;
};

inline const lines nothing;

} // namespace atrium::test
