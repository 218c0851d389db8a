#include "atrium/net/inspector/inspect_service.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>

namespace atrium {

void ask_inspector(caf::actor_system& system, const inspect_service& whom,
                   std::string target, std::optional<std::string> body,
                   std::function<void(unsigned, std::string)> then) {
  // The caller is a lane, which is no actor and must not wait: an actor that
  // lives for one request takes the answer.
  system.spawn([=](caf::event_based_actor* self) {
    constexpr std::chrono::seconds patience{10}; // it answers much sooner
    auto good = [then](std::uint16_t status, std::string& json) {
      then(status, std::move(json));
    };
    auto bad = [then](const caf::error&) {
      then(503, R"({"error":"unavailable","message":"no answer in time"})");
    };
    if (body)
      self->request(whom, patience, act_atom::value, target, *body)
        .then(good, bad);
    else
      self->request(whom, patience, view_atom::value, target).then(good, bad);
  });
}

} // namespace atrium
