#include "atrium/net/inspect_desk.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>

namespace atrium {

namespace {

constexpr std::chrono::seconds patience{10}; // the inspector needs much less

class desk_core {
public:
  static inline constexpr auto name = "inspect_desk";

  explicit desk_core(inspect_service::pointer self) : self_(self) {
    // nop
  }

  void start(const inspect_service& inspector,
             std::shared_ptr<counters> count) {
    inspector_ = inspector;
    count_ = std::move(count);
  }

  caf::result<std::uint32_t, std::string> version(std::uint32_t theirs) {
    return ask<std::uint32_t>(version_atom::value, theirs);
  }

  template <class... Words>
  caf::result<std::uint16_t, std::string> pass_on(const Words&... words) {
    return ask<std::uint16_t>(words...);
  }

private:
  template <class First>
  using promise = caf::typed_response_promise<First, std::string>;

  template <class First, class... Words>
  caf::result<First, std::string> ask(const Words&... words) {
    auto to = self_->make_response_promise<First, std::string>();
    if (under_way_ == inspect_desk_places) {
      ++count_->inspections_refused;
      refuse(to, "too many questions are under way");
      return to;
    }
    ++under_way_;
    self_->request(inspector_, patience, words...)
      .then(
        [this, to](First first, std::string& text) mutable {
          --under_way_;
          to.deliver(first, std::move(text));
        },
        [this, to](const caf::error&) mutable {
          --under_way_;
          refuse(to, "no answer in time");
        });
    return to;
  }

  static void refuse(promise<std::uint32_t>& to, const char* why) {
    to.deliver(caf::make_error(caf::sec::runtime_error, why));
  }

  static void refuse(promise<std::uint16_t>& to, const char* why) {
    to.deliver(std::uint16_t{503},
               std::string{R"({"error":"unavailable","message":")"} + why
                 + R"("})");
  }

  inspect_service::pointer self_;
  inspect_service inspector_;
  std::shared_ptr<counters> count_;
  std::size_t under_way_ = 0;
};

class desk : public caf::stateful_actor<desk_core, inspect_service::base> {
public:
  desk(caf::actor_config& config, const inspect_service& inspector,
       std::shared_ptr<counters> count)
    : stateful_actor(config) {
    set_default_handler(caf::drop); // CAF would write to stdout
    state.start(inspector, std::move(count));
  }

  behavior_type make_behavior() override {
    return {
      [this](version_atom, std::uint32_t theirs) {
        return state.version(theirs);
      },
      [this](view_atom x, const std::string& target) {
        return state.pass_on(x, target);
      },
      [this](act_atom x, const std::string& target, const std::string& body) {
        return state.pass_on(x, target, body);
      },
    };
  }
};

} // namespace

// Hidden: the node's stop does not wait for it.
inspect_service spawn_inspect_desk(caf::actor_system& system,
                                   const inspect_service& inspector,
                                   std::shared_ptr<counters> count) {
  return system.spawn<desk, caf::hidden>(inspector, std::move(count));
}

} // namespace atrium
